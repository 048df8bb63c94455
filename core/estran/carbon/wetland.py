"""What does restoring a hectare of wetland change, year after year?

``ΔE(t) = E_0(t) - E_1(t)`` is the benefit; this module returns its opposite, item by item, since a
benefit is negative here: what is no longer emitted (avoided), what is newly buried (removal), and
what the restored wetland emits (methane, nitrous oxide, carbon dioxide), which may outweigh both.

Reference:
    METHODS section 3; IPCC 2013 Wetlands Supplement, ch. 2 to 5.
"""

from dataclasses import dataclass

import numpy as np

from estran.carbon.flux import Number, burial, gas_emission, share_of_year


@dataclass(frozen=True, slots=True)
class WetlandState:
    """What a hectare of wetland, drained or not, exchanges each year at full working.

    Attributes:
        co2: Emission of its soil, in tCO2/ha/yr; negative when it takes up more than it gives.
        doc: Dissolved organic carbon it exports, in tCO2/ha/yr.
        ch4_kg: Methane, in kgCH4/ha/yr.
        n2o_kg: Nitrous oxide, in kgN2O/ha/yr.
        burial_tc: Burial, in tC/ha/yr.
    """

    co2: Number = 0.0
    doc: Number = 0.0
    ch4_kg: Number = 0.0
    n2o_kg: Number = 0.0
    burial_tc: Number = 0.0


@dataclass(frozen=True, slots=True)
class Restoration:
    """What restoring a hectare changes in one year, in tCO2e/ha; negative is a benefit.

    Attributes:
        avoided_co2: CO2 and dissolved carbon that the soil no longer emits.
        avoided_n2o: Nitrous oxide no longer emitted.
        removal: Burial, or soil gain, that did not exist.
        ch4: Methane after, less methane before.
        co2_after: CO2 and dissolved carbon that the restored soil emits.
    """

    avoided_co2: Number
    avoided_n2o: Number
    removal: Number
    ch4: Number
    co2_after: Number

    @property
    def total(self) -> Number:
        """The sum of the items."""
        return self.avoided_co2 + self.avoided_n2o + self.removal + self.ch4 + self.co2_after


def ramp(year: Number, *, years_to_work: Number) -> Number:
    """Return the share of its full burial that a restored marsh reaches: ``min(1, t/τ)``.

    Example:
        >>> [float(ramp(year, years_to_work=10.0)) for year in (5, 10, 30)]
        [0.5, 1.0, 1.0]
    """
    return np.minimum(1.0, year / years_to_work)[()]


def restoration(
    before: WetlandState,
    after: WetlandState,
    *,
    year: Number,
    years_to_work: Number,
    autochthonous: Number,
    gwp_ch4: Number,
    gwp_n2o: Number,
    losing_years: Number,
) -> Restoration:
    """Return what restoring one hectare changes in one year.

    Args:
        before: Without the restoration.
        after: With it, at full working.
        year: From 1.
        years_to_work: Time for the burial to reach its full rate (τ).
        autochthonous: Share of the burial that grew on the spot.
        gwp_ch4: Warming potential of methane.
        gwp_n2o: Warming potential of nitrous oxide.
        losing_years: Years for which the drained soil would have gone on losing carbon.

    Example:
        A drained coastal soil (7.9 tC/ha/yr) becomes a tidal marsh of full salinity.

        >>> drained, marsh = WetlandState(co2=7.9 * 44 / 12), WetlandState(burial_tc=1.66)
        >>> found = restoration(
        ...     drained, marsh, year=20, years_to_work=10.0, autochthonous=1.0,
        ...     gwp_ch4=27.0, gwp_n2o=273.0, losing_years=50.0,
        ... )
        >>> print(f"{found.avoided_co2:.2f} {found.removal:.2f} {found.total:.2f}")
        -28.97 -6.09 -35.05

        The same state before and after changes nothing, from the first year.

        >>> unchanged = restoration(
        ...     marsh, marsh, year=1, years_to_work=10.0, autochthonous=1.0,
        ...     gwp_ch4=27.0, gwp_n2o=273.0, losing_years=50.0,
        ... )
        >>> abs(float(unchanged.total))
        0.0
    """
    losing = share_of_year(year, losing_years)
    # What is already buried goes on being buried: only what is new needs time.
    new_burial = (after.burial_tc - before.burial_tc) * ramp(year, years_to_work=years_to_work)
    carbon_before = (before.co2 + before.doc) * losing
    carbon_after = after.co2 + after.doc
    return Restoration(
        avoided_co2=0.0 - carbon_before,
        avoided_n2o=-gas_emission(before.n2o_kg - after.n2o_kg, warming_potential=gwp_n2o),
        removal=burial(new_burial, autochthonous=autochthonous),
        ch4=gas_emission(after.ch4_kg - before.ch4_kg, warming_potential=gwp_ch4),
        co2_after=carbon_after,
    )


def soil_gain(
    reference_tc: Number,
    *,
    cultivated: Number,
    first: Number,
    second: Number,
    year: Number,
    period: Number,
    bound_tc: Number,
) -> Number:
    """Return what the mineral soil of a rewetted cropland gains in one year, in tC/ha.

    The stock moves from `cultivated` to `first` times the reference over one period, then to
    `second` over another. A soil that does not accrete gains no more than `bound_tc` in all.

    Args:
        reference_tc: Stock of the undisturbed wetland soil, 0-30 cm, in tC/ha.
        cultivated: Share of it under long cultivation.
        first: Share of it after one period.
        second: Share of it after two.
        year: From 1.
        period: Years of a period.
        bound_tc: What the target holds above the initial soil, in tC/ha; below zero counts as zero.

    Example:
        135 tC/ha, from 0.71 to 0.80 in 20 years: 12.15 tC/ha.

        >>> shares = {"cultivated": 0.71, "first": 0.80, "second": 1.0}
        >>> years = [soil_gain(135.0, **shares, year=n, period=20.0, bound_tc=77.0) for n in range(1, 21)]
        >>> print(f"{sum(years):.2f}")
        12.15
    """
    limit = np.maximum(bound_tc, 0.0)

    def gained(until: Number) -> Number:
        start = np.clip(until / period, 0.0, 1.0) * (first - cultivated)
        then = np.clip(until / period - 1.0, 0.0, 1.0) * (second - first)
        return np.minimum(reference_tc * (start + then), limit)

    return gained(year) - gained(year - 1.0)
