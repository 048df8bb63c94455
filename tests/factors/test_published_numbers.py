"""The numbers that the method names, as the registry has them; those that it warns against serve nothing."""

import pytest

from estran.factors.factor import Factor
from estran.factors.registry import read_registry
from estran.factors.uses import processes_using

NAMED = [
    # Stocks, tC/ha: section 1.
    ("soil.stock.cropland.4_1", 48.0, "tC/ha"),
    ("soil.stock.grassland.4_1", 84.0, "tC/ha"),
    ("soil.stock.artificial_sealed.4_1", 30.0, "tC/ha"),
    ("soil.stock.forest.4_1", 83.0, "tC/ha"),
    ("litter.stock.forest_broadleaf", 9.0, "tC/ha"),
    ("living_biomass.stock.forest_broadleaf.f1", 89.15, "tC/ha"),
    ("dead_wood.stock.forest_broadleaf.f1", 15.18, "tC/ha"),
    ("soil.stock.salt_marsh", 83.1, "tC/ha"),
    ("soil_deep.stock.salt_marsh", 185.3, "tC/ha"),
    ("soil.stock.wetland", 125.0, "tC/ha"),
    ("soil.france.stock", 3.75, "GtC"),
    ("land.artificial.sealed_share", 0.8, "-"),
    # Fluxes: sections 0 and 2.
    ("gwp.n2o.100.ar6", 273.0, "-"),
    ("gwp.ch4.biogenic.100.ar6", 27.0, "-"),
    ("canopy.gross_sequestration", 2.8, "tC/ha/yr"),
    ("land.wetland.autochthonous_share", 1.0, "-"),
    # Restoration: section 3.
    ("land.wetland.ramp", 10.0, "yr"),
    # Projects: section 4.
    ("soil_n2o.carbon_nitrogen_ratio", 15.0, "-"),
    ("soil_n2o.direct", 0.01, "kgN2O-N/kgN"),
    ("soil_n2o.indirect", 0.00225, "kgN2O-N/kgN"),
    ("project.soil.gain_years", 20.0, "yr"),
    ("project.horizon", 50.0, "yr"),
    ("parking.built.concrete", 656.0, "kgCO2e/m2"),
    ("parking.built.metal", 220.0, "kgCO2e/m2"),
    ("project.pv.lifetime", 30.0, "yr"),
    ("land_take.cropland", 190.0, "tCO2e/ha"),
    ("land_take.grassland", 290.0, "tCO2e/ha"),
    ("land_take.forest", 290.0, "tCO2e/ha"),
    # Buildings: section 5.
    ("building.useful_share", 0.8, "-"),
    ("building.storey_height", 3.0, "m"),
    ("building.doubt.single", 0.4, "-"),
    ("building.doubt.common", 0.15, "-"),
    ("building.intensity.lowest", 10.0, "kWh/m2/yr"),
    ("building.intensity.highest", 800.0, "kWh/m2/yr"),
    ("energy.electricity.primary_factor", 1.9, "kWhEP/kWhEF"),
    ("energy.electricity.heating", 0.079, "kgCO2e/kWh final"),
    ("energy.electricity.average", 0.0519, "kgCO2e/kWh final"),
    # Grids, car parks: sections 6 and 7.
    ("inventory.uncertainty.allocation", 0.5, "-"),
    ("aper.area_threshold", 1500.0, "m2"),
    ("aper.shaded_share", 0.5, "-"),
    ("pv.power.module", 0.22, "kWp/m2"),
    ("pv.yield.la_rochelle", 1200.0, "kWh/kWp/yr"),
    ("pv.carbon.china", 0.0439, "kgCO2e/kWh"),
    ("land.desealing.time_constant", 20.0, "yr"),
    ("parking.area_per_space", 25.0, "m2/space"),
    ("parking.multilevel_limit", 12.0, "m2/space"),
    # Targets and trips: sections 8 and 9.
    ("target.la_rochelle.footprint.2019", 2.0, "MtCO2e/yr"),
    ("target.la_rochelle.change.2030", -0.3, "-"),
    ("mobility.car.average", 0.1423, "kgCO2e/km"),
]


@pytest.mark.parametrize(("identifier", "value", "unit"), NAMED, ids=[name for name, _, _ in NAMED])
def test_a_named_number(identifier: str, value: float, unit: str) -> None:
    factor = read_registry().factor(identifier)
    assert isinstance(factor, Factor)
    assert factor.value == pytest.approx(value, rel=1e-12)
    assert factor.unit == unit or factor.unit.startswith(f"{unit} ")


RANGES = [
    ("soil.stock.salt_marsh", 83.1 - 44.8, 83.1 + 44.8),
    ("parking.built.concrete", 656 * 0.5, 656 * 1.5),
    ("parking.built.metal", 220 * 0.5, 220 * 1.5),
    ("land_take.cropland", 190 * 0.3, 190 * 1.7),
    ("land_take.grassland", 290 * 0.3, 290 * 1.7),
    ("land.wetland.ramp", 5.0, 20.0),
    ("pv.yield.la_rochelle", 1100.0, 1300.0),
    ("soil.france.stock", 3.75 - 1.27, 3.75 + 1.27),
]


@pytest.mark.parametrize(("identifier", "low", "high"), RANGES, ids=[name for name, _, _ in RANGES])
def test_a_named_range(identifier: str, low: float, high: float) -> None:
    factor = read_registry().factor(identifier)
    assert isinstance(factor, Factor)
    assert (factor.low, factor.high) == (pytest.approx(low, abs=0.51), pytest.approx(high, abs=0.51))


@pytest.mark.parametrize(
    "identifier",
    [
        "wetland.primary_production.seagrass.arcachon",
        "wetland.net_exchange.salt_marsh.fier_d_ars",
        "wetland.net_exchange.peatland",
        "wetland.burial.salt_marsh.pertuis_upper",
        "gwp.ch4.100.ar5",
        "wetland.stock.tidal_marsh.soil_1m",
    ],
)
def test_a_number_that_is_no_removal_serves_no_process(identifier: str) -> None:
    """A primary production, a net exchange, a maximum, an old warming potential, a stock to one metre."""
    assert identifier in read_registry().entries
    assert processes_using(identifier) == ()


def test_the_soil_below_30_cm_serves_the_stock_alone_and_the_check_of_a_drained_soil() -> None:
    assert set(processes_using("soil_deep.stock.salt_marsh")) <= {"carbon-stock", "sequestration-potential"}


def test_the_fluxes_of_one_year_serve_no_process() -> None:
    """The transitions of ALDO are published as they are; the model takes differences of stocks."""
    assert processes_using("soil.flux.cropland.wetland.4_1") == ()
    assert processes_using("living_biomass.flux.grassland_trees.wetland.sud-ouest") == ()
