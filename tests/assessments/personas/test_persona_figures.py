"""Some figures of each persona by hand: hectares times the number of the table, quantities times theirs."""

import numpy as np
import pytest
from pyproj import Geod

CO2 = 44 / 12

GEOD = Geod(ellps="GRS80")


def hectares(west: float, south: float, east: float, north: float) -> float:
    """True area of a box of longitudes and latitudes whose sides are straight on the map, cut finely."""
    x, y = np.linspace(west, east, 2001), np.linspace(south, north, 2001)
    lon = np.concatenate([x, np.full(2001, east), x[::-1], np.full(2001, west)])
    lat = np.concatenate([np.full(2001, south), y, np.full(2001, north), y[::-1]])
    return abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 10_000


def test_the_boxes_have_their_true_area(quarter, marsh_persona, harbour) -> None:
    for persona, box in (
        (quarter, (-1.160, 46.155, -1.148, 46.163)),
        (marsh_persona, (-1.192, 46.150, -1.174, 46.157)),
        (harbour, (-1.235, 46.155, -1.205, 46.170)),
    ):
        assert persona.value("carbon-stock", "area") == pytest.approx(hectares(*box), rel=1e-7), persona.name


@pytest.mark.parametrize(
    ("land", "soil", "biomass"),
    [
        ("building", 30.0, 0.0),
        ("parking", 30.0, 0.0),
        ("artificial_sealed", 30.0, 0.0),
        ("artificial_grass_shrubs", 84.0, 7.0),
        ("artificial_trees", 83.0, 31.0),
    ],
)
def test_the_soils_and_plants_of_a_dense_quarter(quarter, land: str, soil: float, biomass: float) -> None:
    area = quarter.area(land)
    assert area > 0.0
    assert quarter.row("carbon-stock", land, "soil")["value"] == pytest.approx(area * soil)
    assert quarter.row("carbon-stock", land, "living_biomass")["value"] == pytest.approx(area * biomass)


def test_the_trees_of_a_dense_quarter(quarter) -> None:
    """2.8 tC a year by hectare of canopy, a quarter of it given back."""
    area = quarter.area("artificial_trees")
    assert quarter.value("carbon-flux", "trees") == pytest.approx(-area * 2.8 * 0.75 * CO2)


def test_a_project_in_a_dense_quarter(quarter) -> None:
    """Timber flats and offices of 2028, 1.2 ha unsealed to grass, 120 trees of 25 kg a year, 50 years."""

    def item(name: str) -> float:
        return quarter.row("project-impact", name)["value"]

    assert item("construction") == pytest.approx(9000 * 0.580 * 0.85 + 2000 * 0.710)
    assert item("operation") == pytest.approx(11_000 * 85 / 1.9 * 0.079 / 1000 * 50)
    assert item("soil") == pytest.approx(-1.2 * (84 - 30) * CO2)
    assert item("biomass") == pytest.approx(-1.2 * 7 * CO2)
    assert item("trees") == pytest.approx(-120 * 0.025 * 50)
    assert item("demolition") == pytest.approx(3000 * 0.035)
    items = [each["value"] for each in quarter["project-impact"]["breakdown"]]
    assert quarter.value("project-impact") == pytest.approx(sum(items))


def test_the_balance_of_a_dense_quarter_adds_the_grid_and_the_land_alone(quarter) -> None:
    parts = [quarter.value("carbon-balance", name) for name in ("grid", "land_flux")]
    assert quarter.value("carbon-balance") == pytest.approx(sum(parts))
    assert quarter.value("carbon-balance", "land_flux") == quarter.value("carbon-flux")


def test_the_land_of_a_farm_commune(farm) -> None:
    """Saint-Rogatien: annual crops of zone 4_1 hold 48 tC/ha, meadows 84, vineyards 39."""
    assert farm.row("carbon-stock", "cropland", "soil")["value"] == pytest.approx(48 * farm.area("cropland"))
    grass = farm.area("grassland_herbaceous")
    assert farm.row("carbon-stock", "grassland_herbaceous", "soil")["value"] == pytest.approx(84 * grass)
    assert farm.row("carbon-stock", "vineyard", "soil")["value"] == pytest.approx(39 * farm.area("vineyard"))
    assert farm.value("carbon-stock", "total_as_co2") == pytest.approx(CO2 * farm.value("carbon-stock"))


def test_a_housing_estate_on_farmland(farm) -> None:
    def item(name: str) -> float:
        return farm.row("project-impact", name)["value"]

    assert item("construction") == pytest.approx(12_000 * 0.530)
    assert item("parking") == pytest.approx(220 * 25 * 73 / 1000)
    assert item("road") == pytest.approx(11_000 * 25 / 1000)
    assert item("mobility") == pytest.approx(365 * 900 * 9 * 0.1423 / 1.5 / 1000 * 50)
    assert item("n2o") == pytest.approx(item("soil") / CO2 / 15 * (0.01 + 0.00225) * 44 / 28 * 273)


def test_the_soils_of_a_salt_marsh(marsh_persona) -> None:
    """83.1 tC/ha in the salt marshes, 125 in the brackish one; 185.3 below 30 cm, apart and never added."""
    salt = [marsh_persona.area(f"wetland/{kind}") for kind in ("dyked_salt_marsh", "salt_meadow")]
    brackish = marsh_persona.area("wetland/dyked_brackish_marsh")
    rows = {
        each["item"]: each["value"]
        for each in marsh_persona["carbon-stock"]["breakdown"]
        if each["pool"] == "soil"
    }
    assert rows["wetland/dyked_salt_marsh"] + rows["wetland/salt_meadow"] == pytest.approx(83.1 * sum(salt))
    assert rows["wetland/dyked_brackish_marsh"] == pytest.approx(125 * brackish)
    assert marsh_persona.value("carbon-stock", "soil_deep") == pytest.approx(185.3 * sum(salt))
    pools = ("soil", "living_biomass", "dead_wood", "litter")
    assert marsh_persona.value("carbon-stock") == pytest.approx(
        sum(marsh_persona.value("carbon-stock", pool) for pool in pools)
    )


def test_the_exchanges_of_a_salt_marsh(marsh_persona) -> None:
    """1.66 tC/ha buried where the tide comes, 193.7 kg of methane by hectare behind the brackish dyke."""
    meadow, brackish = (
        marsh_persona.area(f"wetland/{kind}") for kind in ("salt_meadow", "dyked_brackish_marsh")
    )
    assert marsh_persona.value("carbon-flux", "wetland_burial") == pytest.approx(-1.66 * CO2 * meadow)
    assert marsh_persona.value("carbon-flux", "wetland_ch4") == pytest.approx(0.1937 * 27 * brackish)


def test_restoring_ten_hectares_of_salt_marsh(marsh_persona) -> None:
    """The burial takes ten years to its full rate: 0.1 + 0.2 + … + 1 = 5.5 years' worth, then 40 years."""
    assert marsh_persona.row("sequestration-potential", "wetland/burial")["value"] == pytest.approx(
        -10 * 1.66 * CO2 * (5.5 + 40)
    )
    assert marsh_persona.value("sequestration-potential") == pytest.approx(-10 * 1.66 * CO2 * 45.5 + 150)


def test_a_hall_in_the_harbour(harbour) -> None:
    """Industry of 2026, 80 kWh/m2 of average electricity whose factor falls by 2 % a year; 3 MWp beside."""
    falling = [0.98**year for year in range(50)]
    ageing = [0.995 ** (year % 30) for year in range(50)]
    assert harbour.row("project-impact", "construction")["value"] == pytest.approx(20_000 * 0.840)
    assert harbour.row("project-impact", "operation")["value"] == pytest.approx(
        20_000 * 80 * 0.0519 / 1000 * sum(falling)
    )
    avoided = 0.0519 * 1200 * sum(one * other for one, other in zip(falling, ageing, strict=True))
    assert harbour.value("project-impact", "pv_avoided") == pytest.approx(3000 * (1580 * 2 - avoided) / 1000)
    rows = {each["item"]: each["value"] for each in harbour["project-impact"]["breakdown"]}
    assert rows["mobility"] is None
    assert "pv_avoided" not in rows


def test_olemps_has_the_woods_of_two_forest_regions(olemps) -> None:
    """Broadleaf, area-weighted over G5 (191,716.27 ha) and G6 (72,808.99 ha); soil of zone 2_1, litter 9."""
    g5, g6 = 191_716.27, 72_808.99
    area = olemps.area("forest_broadleaf")
    held = (101.81 * g5 + 43.66 * g6) / (g5 + g6)
    dead = (16.5 * g5 + 4.29 * g6) / (g5 + g6)
    assert olemps.row("carbon-stock", "forest_broadleaf", "living_biomass")["value"] == pytest.approx(
        area * held
    )
    assert olemps.row("carbon-stock", "forest_broadleaf", "dead_wood")["value"] == pytest.approx(area * dead)
    assert olemps.row("carbon-stock", "forest_broadleaf", "litter")["value"] == pytest.approx(area * 9)


def test_a_project_in_olemps(olemps) -> None:
    assert olemps.row("project-impact", "construction")["value"] == pytest.approx(4000 * 0.490)
    assert olemps.row("project-impact", "road")["value"] == pytest.approx(2000 * 0.025)
    assert olemps.row("project-impact", "demolition")["value"] == pytest.approx(500 * 0.035)
    assert all("target" not in each["id"] for each in olemps["project-impact"]["factors"])
