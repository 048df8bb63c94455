"""How much carbon do some hectares hold?

``S = Σ A·ρ``, for every result at once. The same density on many parcels is one uncertain number, so
its doubt adds up linearly over them, and quadratically across densities: see
`estran.carbon.propagation`.

Reference:
    METHODS, section 1; IPCC 2006 Guidelines, vol. 4, ch. 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from estran.carbon.errors import InvalidArea
from estran.carbon.propagation import Results, Values


@dataclass(frozen=True, slots=True)
class StockModel:
    """The stock of some areas, in tC, from densities in tC/ha.

    Attributes:
        areas_ha: By result, the hectares on which each density holds, >= 0.

    Example:
        >>> model = StockModel({"soil": {"soil.cropland": 2.0, "soil.meadow": 1.0}})
        >>> model({"soil.cropland": 48.0, "soil.meadow": 84.0})
        {'soil': 180.0}
    """

    areas_ha: Mapping[str, Mapping[str, float]]

    def __post_init__(self) -> None:
        for areas in self.areas_ha.values():
            for density, area in areas.items():
                if not (isfinite(area) and area >= 0.0):
                    raise InvalidArea(
                        f"the area of {density} is {area} ha; it must be finite and not negative",
                        f"la surface de {density} vaut {area} ha ; elle doit être finie et positive ou nulle",
                        where=density,
                    )

    def __call__(self, values: Values) -> Results:
        """Return the stock of each result; zero without any area."""
        return {
            name: sum((area * values[density] for density, area in areas.items()), start=0.0)
            for name, areas in self.areas_ha.items()
        }
