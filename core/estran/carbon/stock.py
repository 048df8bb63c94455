"""How much carbon do some hectares hold, and how sure is the sum?

``S = Σ A·ρ``. Terms that share an error (the same density on many parcels) are fully
correlated: their standard deviations add up linearly. Different errors are independent:
``σ² = Σ_e (Σ A·σ_e)²``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, isfinite, sqrt

from estran.carbon.errors import InvalidArea, UnitMismatch
from estran.carbon.quantity import Quantity
from estran.carbon.units import TONNE_C, TONNE_C_PER_HECTARE


@dataclass(frozen=True, slots=True)
class StockTerm:
    """One density on one area.

    Attributes:
        density: Carbon density, in tC/ha.
        area_ha: Area it holds for, in hectares, >= 0.
        error: What the doubt of the density comes from; terms with the same one err together.
    """

    density: Quantity
    area_ha: float
    error: str

    def __post_init__(self) -> None:
        if self.density.unit != TONNE_C_PER_HECTARE:
            raise UnitMismatch(
                f"a carbon density is in {TONNE_C_PER_HECTARE}, not {self.density.unit}",
                f"une densité de carbone est en {TONNE_C_PER_HECTARE}, pas en {self.density.unit}",
            )
        if not (isfinite(self.area_ha) and self.area_ha >= 0.0):
            raise InvalidArea(
                f"area is {self.area_ha} ha; it must be finite and not negative",
                f"la surface vaut {self.area_ha} ha ; elle doit être finie et positive ou nulle",
            )


def carbon_stock(terms: Iterable[StockTerm]) -> Quantity:
    """Return the stock of some areas, in tC; zero without any term.

    Reference:
        IPCC 2006 Guidelines, vol. 1, ch. 3 (error propagation) and vol. 4, ch. 2.

    Example:
        Two hectares of cropland in two parcels err together, so their doubt is that of one
        parcel of two hectares; a meadow errs apart.

        >>> crop, meadow = Quantity(48.0, 14.4, "tC/ha"), Quantity(84.0, 25.2, "tC/ha")
        >>> print(carbon_stock([StockTerm(crop, 1.0, "crop"), StockTerm(crop, 1.0, "crop")]))
        96.0 ± 28.8 tC
        >>> print(carbon_stock([StockTerm(crop, 1.0, "crop"), StockTerm(meadow, 1.0, "meadow")]))
        132.0 ± 29.0 tC
    """
    listed = list(terms)
    value = fsum(term.area_ha * term.density.value for term in listed)
    return Quantity(value, sqrt(fsum(sd**2 for sd in _sd_by_error(listed).values())), TONNE_C)


def variance_shares(terms: Iterable[StockTerm]) -> Mapping[str, float]:
    """Return the share of the variance that each error brings, the largest first.

    Shares add up to 1; the mapping is empty when nothing is in doubt.

    Example:
        >>> crop, meadow = Quantity(48.0, 3.0, "tC/ha"), Quantity(84.0, 4.0, "tC/ha")
        >>> shares = variance_shares([StockTerm(crop, 1.0, "crop"), StockTerm(meadow, 1.0, "meadow")])
        >>> {error: round(share, 2) for error, share in shares.items()}
        {'meadow': 0.64, 'crop': 0.36}
    """
    variances = {error: sd**2 for error, sd in _sd_by_error(terms).items() if sd**2 > 0.0}
    total = fsum(variances.values())
    ordered = sorted(variances.items(), key=lambda item: (-item[1], item[0]))
    return {error: variance / total for error, variance in ordered}


def _sd_by_error(terms: Iterable[StockTerm]) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for term in terms:
        parts.setdefault(term.error, []).append(term.area_ha * term.density.sd)
    return {error: fsum(sds) for error, sds in parts.items()}
