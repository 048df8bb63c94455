"""`emissions-inventory` on small grids of known mass: conservation, no data, weights, gases kept apart."""

import json

import geopandas as gpd
import pytest
import shapely
from affine import Affine
from assessments.inventory_grids import (
    DEGREES,
    MASSES,
    NORTH,
    SEA,
    TOTAL,
    WEST,
    WHOLE,
    cell,
    layer,
    metres,
    territory_of,
    write_grid,
)
from exactextract import exact_extract
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from estran.assessments.inventory import EmissionsInventoryRequest, assess_emissions_inventory
from estran.assessments.request import read_request
from estran.carbon.errors import EstranError, InvalidConfiguration, TooLarge
from estran.layers.features.writing import write_table
from estran.layers.geodesy import true_area_ha
from estran.processes.emissions_inventory import EmissionsInventory


@pytest.fixture(scope="session")
def grid(tmp_path_factory):
    directory = tmp_path_factory.mktemp("grid")
    write_grid(directory / "emissions.tif", {"fossil_co2": ("t/yr", 1.0)})
    write_grid(
        directory / "sectors.tif",
        {
            "fossil_co2.road": ("t/yr", 0.25),
            "fossil_co2.residential": ("kg/year", 750.0),
            "fossil_co2": ("t/yr", 1.0),
            "biogenic_co2": ("t/yr", 0.5),
            "ch4": ("kgCH4/yr", 1.0),
            "tracer": ("t/yr", 2.0),
        },
    )
    write_grid(directory / "equivalent.tif", {"fossil_co2": ("t/yr", 1.0), "co2e": ("tCO2e/a", 1.2)})
    write_grid(directory / "intensity.tif", {"fossil_co2": ("t/km2/yr", 1.0)}, holes=False)
    write_grid(
        directory / "plane.tif",
        {"fossil_co2": ("t/yr", 1.0)},
        crs="EPSG:2154",
        transform=Affine(1000, 0, 378_000, 0, -1000, 6_575_000),
    )
    buildings = gpd.GeoDataFrame(
        {"id": ["west", "east"], "nb_etages": [1.0, None], "hauteur": [3.0, 6.2]},
        # 100 m² west of the middle of the cell (2, 2), 300 m² of two storeys east of it.
        geometry=[metres(-60, 0, 10, 10), metres(40, 0, 30, 10)],
        crs=2154,
    )
    write_table(directory / "features.gpkg", "buildings", buildings, id_field="id")
    support = {"support": {"resolution_m": 800}}
    return territory_of(
        directory,
        {
            "emissions": layer("emissions", "emissions", "emissions.tif", synthetic=True, **support),
            "sectors": layer("sectors", "emissions", "sectors.tif", **support),
            "equivalent": layer("equivalent", "emissions", "equivalent.tif", **support),
            "intensity": layer("intensity", "emissions", "intensity.tif", **support),
            "plane": layer("plane", "emissions", "plane.tif", **support),
            "buildings": layer("buildings", "buildings", "features.gpkg"),
        },
    )


@pytest.fixture(scope="session")
def inventory(grid):
    def ask(shape, **inputs):
        geometry = shape if isinstance(shape, dict) else json.loads(shapely.to_geojson(shape))
        request = read_request(EmissionsInventoryRequest, {"geometry": geometry, **inputs})
        return assess_emissions_inventory(request, grid)

    return ask


def total(envelope):
    return envelope.indicator("total").value


def codes(envelope):
    return {notice.code for notice in envelope.warnings}


def test_one_cell_is_its_mass(inventory):
    answer = inventory(cell(3, 1))
    assert total(answer) == pytest.approx(MASSES[3, 1], rel=1e-11)
    assert answer.indicator("total").unit == "tCO2/yr"
    assert answer.indicator("mean_intensity").value == pytest.approx(
        MASSES[3, 1] / true_area_ha(cell(3, 1), DEGREES)
    )


def test_the_whole_grid_is_its_whole_mass(inventory):
    answer = inventory(WHOLE)
    assert total(answer) == pytest.approx(TOTAL, rel=1e-12)
    # Larger than the grid: the same mass, and a coverage below one.
    larger = inventory(WHOLE.buffer(0.05))
    assert total(larger) == pytest.approx(TOTAL, rel=1e-12)
    assert larger.coverage.share < 0.5
    assert "partly-outside" in codes(larger)


@settings(max_examples=25)
@given(
    st.floats(WEST + 0.001, WEST + 0.059),
    st.floats(NORTH - 0.049, NORTH - 0.001),
    st.sampled_from(["area", "floor-area", "footprint"]),
)
def test_mass_is_conserved_over_any_partition(inventory, longitude, latitude, weight):
    west, south, east, north = WHOLE.bounds
    parts = [
        box(west, south, longitude, latitude),
        box(longitude, south, east, latitude),
        box(west, latitude, longitude, north),
        box(longitude, latitude, east, north),
    ]
    masses = [total(inventory(part, weight=weight)) for part in parts if not part.is_empty]
    assert sum(mass or 0.0 for mass in masses) == pytest.approx(TOTAL, rel=1e-9)


@settings(max_examples=25)
@given(st.floats(-1.185, -1.155), st.floats(46.165, 46.185), st.floats(0.002, 0.012))
def test_exactextract_agrees(inventory, grid, longitude, latitude, radius):
    shape = shapely.Point(longitude, latitude).buffer(radius)
    frame = gpd.GeoDataFrame(geometry=[shape], crs=4326)
    path = str(grid.layer("emissions").path)
    expected = exact_extract(path, frame, ["sum"])[0]["properties"]["sum"]
    # It takes a degree for a constant area inside a cell: 1e-4 of a cut cell at this latitude.
    assert total(inventory(shape)) == pytest.approx(expected, rel=1e-4)


def test_exactextract_agrees_on_a_plane(inventory, grid):
    # It holds the share of a cell in a number of seven digits.
    shape = shapely.Point(381_100.0, 6_572_600.0).buffer(1700.0)
    frame = gpd.GeoDataFrame(geometry=[shape], crs=2154)
    expected = exact_extract(str(grid.layer("plane").path), frame, ["sum"])[0]["properties"]["sum"]
    assert total(inventory(shape, crs=2154, layer="plane")) == pytest.approx(expected, rel=1e-7)


def test_more_vertices_change_nothing(inventory):
    shape = box(-1.188, 46.163, -1.153, 46.192)
    assert total(inventory(shape.segmentize(0.0007))) == pytest.approx(total(inventory(shape)), rel=1e-10)


def test_a_larger_place_emits_no_less(inventory):
    small, large = box(-1.18, 46.17, -1.17, 46.18), box(-1.185, 46.165, -1.165, 46.185)
    assert total(inventory(small)) < total(inventory(large))


def test_no_data_is_not_zero(inventory):
    sea = inventory(cell(*SEA))
    assert total(sea) is None
    assert "no data here" in sea.indicator("total").reason.en
    assert sea.indicator("no_data_area").value == pytest.approx(true_area_ha(cell(*SEA), DEGREES))
    assert sea.coverage.share == 0.0
    shore = inventory(cell(0, 0, width=2))
    assert total(shore) == pytest.approx(MASSES[0, 1])
    assert shore.indicator("total").partial
    assert shore.coverage.share == pytest.approx(0.5, abs=1e-9)
    assert "no-data" in codes(shore)
    # The mean is that of the land that has data.
    land_ha = true_area_ha(cell(0, 1), DEGREES)
    assert shore.indicator("mean_intensity").value == pytest.approx(MASSES[0, 1] / land_ha)


def test_outside_is_null_with_no_coverage(inventory):
    answer = inventory(box(3.0, 45.0, 3.1, 45.1))
    assert total(answer) is None
    assert (answer.coverage.share, answer.coverage.inside) == (0.0, 0.0)
    assert answer.fitness.verdict == "unfit"
    assert "outside-grid" in codes(answer)


def test_a_point_emits_nothing(inventory):
    answer = inventory({"type": "Point", "coordinates": [-1.17, 46.17]})
    assert total(answer) == 0.0
    assert answer.coverage.share is None


def test_features_add_up(inventory):
    features = [
        {"type": "Feature", "id": name, "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
        for name, shape in {
            "a": box(-1.195, 46.155, -1.172, 46.19),
            "b": box(-1.172, 46.155, -1.143, 46.19),
            "sea": cell(*SEA),
        }.items()
    ]
    answer = inventory({"type": "FeatureCollection", "features": features})
    a, b, sea = (each.indicator("total").value for each in answer.features)
    assert sea is None
    assert a + b == pytest.approx(total(answer), rel=1e-9)


def test_features_that_overlap_are_told(inventory):
    """The whole grid and one of its cells: the cell counts once in the total and twice in the rows."""
    both = [WHOLE, cell(1, 1)]
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(each))}
            for each in both
        ],
    }
    answer = inventory(collection)
    assert "overlapping-features" in {each.code for each in answer.warnings}
    assert answer.indicator("total").value < sum(each.indicator("total").value for each in answer.features)
    apart = {**collection, "features": collection["features"][:1]}
    assert "overlapping-features" not in {each.code for each in inventory(apart).warnings}


def test_a_bad_feature_does_not_stop_the_others(inventory):
    good = {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(cell(3, 1)))}
    bad = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": "no"}}
    answer = inventory({"type": "FeatureCollection", "features": [good, bad]})
    assert answer.features[1].error is not None
    assert answer.features[0].indicator("total").value == pytest.approx(MASSES[3, 1])


def test_a_density_is_multiplied_by_the_true_area(inventory):
    # The cell (1, 2) holds 90 t/km2/yr, or 0.9 t/ha/yr.
    shape = box(-1.178, 46.182, -1.173, 46.188)
    answer = inventory(shape, layer="intensity")
    assert total(answer) == pytest.approx(0.9 * true_area_ha(shape, DEGREES), rel=1e-9)
    assert answer.indicator("mean_intensity").value == pytest.approx(0.9, rel=1e-9)


def test_gases_and_sectors_are_kept_apart(inventory):
    answer = inventory(cell(3, 1), layer="sectors")
    mass = MASSES[3, 1]
    rows = {row.item: (row.value, row.unit) for row in answer.breakdown}
    assert rows["fossil_co2.road"] == (pytest.approx(0.25 * mass), "tCO2/yr")
    assert rows["fossil_co2.residential"] == (pytest.approx(0.75 * mass), "tCO2/yr")
    assert rows["biogenic_co2"] == (pytest.approx(0.5 * mass), "tCO2/yr")
    assert rows["ch4"] == (pytest.approx(0.001 * mass), "tCH4/yr")
    # The band without sector says the same mass again: it is left out, and biogenic CO2 is not added.
    assert "fossil_co2" not in rows
    assert total(answer) == pytest.approx(mass)
    assert answer.indicator("emissions_biogenic_co2").value == pytest.approx(0.5 * mass)
    assert answer.indicator("emissions_tracer").value == pytest.approx(2.0 * mass)
    assert "one-gas" in codes(answer)
    assert "no-sectors" not in codes(answer)
    assert "no-sectors" in codes(inventory(cell(3, 1)))


def test_co2_and_co2e_are_never_added(inventory):
    answer = inventory(cell(3, 1), layer="equivalent")
    assert (total(answer), answer.indicator("total").unit) == (pytest.approx(1.2 * MASSES[3, 1]), "tCO2e/yr")
    assert answer.indicator("emissions_fossil_co2").value == pytest.approx(MASSES[3, 1])


def test_buildings_share_out_a_cut_cell(inventory):
    # The outline holds the western half of the cell (2, 2): 100 m² of footprint out of 400,
    # and 100 m² of floor out of 100 + 2 x 300 (6.2 m is two storeys of 3 m).
    west, south, east, north = cell(2, 2).bounds
    half = box(west, south, (west + east) / 2, north)
    mass = MASSES[2, 2]
    assert total(inventory(half)) == pytest.approx(mass / 2, rel=1e-9)
    assert total(inventory(half, weight="footprint")) == pytest.approx(mass / 4, rel=1e-6)
    assert total(inventory(half, weight="floor-area")) == pytest.approx(mass / 7, rel=1e-6)


def test_a_cell_without_building_falls_back_to_its_area(inventory):
    shape = box(WEST + 0.02, NORTH - 0.035, WEST + 0.03, NORTH - 0.02)
    weighted = inventory(shape, weight="footprint")
    # The cell (2, 2) is whole, the cell (3, 2) is cut and has no building.
    top = true_area_ha(box(WEST + 0.02, NORTH - 0.035, WEST + 0.03, NORTH - 0.03), DEGREES)
    share = top / true_area_ha(cell(3, 2), DEGREES)
    assert total(weighted) == pytest.approx(MASSES[2, 2] + share * MASSES[3, 2], rel=1e-9)
    (notice,) = [each for each in weighted.warnings if each.code == "dasymetric"]
    assert "0 of 1" in notice.message.en


def test_whole_cells_are_as_sure_as_the_grid_and_cut_ones_are_not(inventory):
    # u_mass = 10 %; u_alloc = 0.5 x the share of the mass in cut cells.
    whole = inventory(cell(3, 1)).indicator("total")
    assert whole.high / whole.value - 1.0 == pytest.approx(1.6448536 * 0.1, rel=1e-6)
    half = inventory(box(WEST + 0.012, NORTH - 0.038, WEST + 0.018, NORTH - 0.032)).indicator("total")
    assert half.high / half.value - 1.0 == pytest.approx(1.6448536 * (0.1**2 + 0.5**2) ** 0.5, rel=1e-6)
    wide = inventory(box(WEST + 0.012, NORTH - 0.038, WEST + 0.018, NORTH - 0.032), confidence=0.999)
    assert wide.indicator("total").low >= 0.0


def test_synthetic_and_small_are_never_fit(inventory):
    assert inventory(WHOLE).fitness.verdict == "order-of-magnitude"
    assert inventory(WHOLE, layer="sectors").fitness.verdict == "fit"
    assert inventory(cell(3, 1), layer="sectors").fitness.verdict == "unfit"
    assert "synthetic" in codes(inventory(WHOLE))


def test_the_layer_is_credited(inventory):
    answer = inventory(WHOLE)
    assert answer.terms.attribution.startswith("makers of emissions")
    assert list(answer.receipt.layers) == ["emissions"]
    assert answer.indicator("total").horizon == "2013"
    assert answer.indicator("total").scope == "territorial inventory"
    assert inventory(WHOLE).canonical() == answer.canonical()


def test_a_territory_without_grid_says_so(tiny, kilometres):
    request = read_request(EmissionsInventoryRequest, {"geometry": kilometres(0, 0), "crs": 2154})
    answer = assess_emissions_inventory(request, tiny)
    assert total(answer) is None
    assert "publishes no emission grid" in answer.indicator("total").reason.en
    assert "ne publie pas de grille" in answer.indicator("total").reason.fr
    assert answer.fitness.verdict == "unfit"
    assert answer.coverage.share == 0.0


def test_a_unit_of_another_gas_is_refused(tmp_path):
    write_grid(tmp_path / "wrong.tif", {"fossil_co2": ("tCO2e/yr", 1.0)})
    wrong = territory_of(tmp_path, {"wrong": layer("wrong", "emissions", "wrong.tif")})
    request = read_request(EmissionsInventoryRequest, {"geometry": json.loads(shapely.to_geojson(WHOLE))})
    with pytest.raises(InvalidConfiguration, match="tCO2e/yr") as caught:
        assess_emissions_inventory(request, wrong)
    assert "unité" in caught.value.fr


def test_too_many_cells_are_refused(grid, tmp_path):
    write_grid(tmp_path / "emissions.tif", {"fossil_co2": ("t/yr", 1.0)})
    small = territory_of(
        tmp_path, {"emissions": layer("emissions", "emissions", "emissions.tif")}, coverage_pixels=20
    )
    request = read_request(EmissionsInventoryRequest, {"geometry": json.loads(shapely.to_geojson(WHOLE))})
    with pytest.raises(TooLarge):
        assess_emissions_inventory(request, small)


@pytest.mark.parametrize(
    ("inputs", "en", "fr"),
    [
        ({"weight": "people"}, "must be one of", "doit valoir l'un de"),
        ({"layer": "emission"}, "unknown collection", "collection inconnue"),
        ({"layer": "buildings"}, "holds no emission grid", "ne contient pas de grille"),
    ],
)
def test_bad_inputs_are_explained_in_both_languages(inventory, inputs, en, fr):
    with pytest.raises(EstranError) as caught:
        inventory(WHOLE, **inputs)
    assert en in caught.value.en
    assert fr in caught.value.fr


def test_the_process_answers_in_every_form(grid):
    process = EmissionsInventory({"name": "x", "config": str(grid.config_path)})
    example = {"geometry": json.loads(shapely.to_geojson(WHOLE))}
    for media_type in ("application/json", "application/geo+json", "text/csv"):
        _, content = process.execute(example, {"result": {"format": {"mediaType": media_type}}})
        assert "4640" in (content if isinstance(content, str) else json.dumps(content))
    for described in process.metadata["inputs"].values():
        assert described["title"]["fr"]
        assert described["description"]["fr"]
