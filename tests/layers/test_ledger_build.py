"""What the ledger says cell by cell, on a small territory whose answer is known."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from estran.carbon.errors import InvalidConfiguration, InvalidSource
from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs, reproject
from estran.layers.ledger.build import LedgerInputs, LedgerLayer, build_ledger
from estran.layers.ledger.read import open_ledger

LAMBERT = parse_crs(2154)
WEST, SOUTH = 380_000, 6_570_000
FILES = ("land-ledger.tif", "land-ledger.index.npz", "land-ledger.keys.json")


def silent(step: str, fraction: float) -> None:
    assert 0.0 <= fraction <= 1.0


def box(left, bottom, right, top):
    """A box in metres from the corner of the territory."""
    return shapely.box(WEST + left, SOUTH + bottom, WEST + right, SOUTH + top)


def table(column, rows, crs=2154):
    return gpd.GeoDataFrame(
        {column: [value for value, _ in rows]}, geometry=[shape for _, shape in rows], crs=crs
    )


def two_communes() -> gpd.GeoDataFrame:
    """Two communes of 100 m by 100 m, side by side."""
    return gpd.GeoDataFrame(
        {"code_insee": ["17300", "17028"], "zone": ["4_1", None], "forest_region": ["F1", "G5,G6"]},
        geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)],
        crs=2154,
    )


def build(directory: Path, *layers: LedgerLayer, wetlands=None, resolution_m=10.0, communes=None):
    inputs = LedgerInputs(
        communes=two_communes() if communes is None else communes,
        layers=layers,
        wetlands=wetlands,
        wetlands_synthetic=True,
    )
    directory.mkdir(exist_ok=True)
    build_ledger(inputs, crs=LAMBERT, resolution_m=resolution_m, directory=directory, progress=silent)
    return open_ledger(directory / "land-ledger.tif")


def key_at(ledger, directory, left, bottom):
    """The key of the cell that holds a point, in metres from the corner of the territory."""
    with rasterio.open(directory / "land-ledger.tif") as raster:
        code = int(next(raster.sample([(WEST + left, SOUTH + bottom)]))[0])
    return ledger.keys.get(code)


def layer(name, rows, *, synthetic=False, vintage="2024"):
    return LedgerLayer(name, vintage, synthetic, polygons=table("land_class", rows))


def test_without_any_layer_the_land_is_unknown(tmp_path):
    ledger = build(tmp_path)
    assert [(key.commune, key.land_class, key.layer) for key in ledger.keys.values()] == [
        ("17028", "unknown", ""),
        ("17300", "unknown", ""),
    ]
    key = key_at(ledger, tmp_path, 50, 50)
    assert (key.commune, key.zone, key.forest_region, key.synthetic) == ("17300", "4_1", "F1", False)
    key = key_at(ledger, tmp_path, 150, 50)
    assert (key.commune, key.zone, key.forest_region) == ("17028", "", "G5,G6")


def test_the_later_layer_speaks_first_and_says_who_it_is(tmp_path):
    cover = layer("land-cover", [("cropland", box(0, 0, 200, 60))], synthetic=True, vintage="2021")
    houses = layer("buildings", [("building", box(20, 20, 40, 90))])
    ledger = build(tmp_path, cover, houses)
    said = {
        (left, bottom): key_at(ledger, tmp_path, left, bottom)
        for left, bottom in ((5, 5), (25, 25), (25, 85), (5, 85), (150, 30))
    }
    assert {place: (key.land_class, key.layer) for place, key in said.items()} == {
        (5, 5): ("cropland", "land-cover"),
        (25, 25): ("building", "buildings"),
        (25, 85): ("building", "buildings"),
        (5, 85): ("unknown", ""),
        (150, 30): ("cropland", "land-cover"),
    }
    assert (said[5, 5].vintage, said[5, 5].synthetic) == ("2021", True)
    assert (said[25, 25].vintage, said[25, 25].synthetic) == ("2024", False)


def test_a_wetland_is_an_attribute_beside_the_class(tmp_path):
    cover = layer("land-cover", [("forest_broadleaf", box(0, 0, 100, 100))])
    ledger = build(tmp_path, cover, wetlands=table("wetland", [("mudflat", box(50, 0, 150, 100))]))
    dry, wet = key_at(ledger, tmp_path, 25, 50), key_at(ledger, tmp_path, 75, 50)
    assert (dry.land_class, dry.wetland, dry.synthetic) == ("forest_broadleaf", "", False)
    assert (wet.land_class, wet.wetland, wet.synthetic) == ("forest_broadleaf", "mudflat", True)
    assert key_at(ledger, tmp_path, 125, 50).wetland == "mudflat"
    assert key_at(ledger, tmp_path, 125, 50).land_class == "unknown"


def test_two_sources_of_one_layer_keep_their_own_flag(tmp_path):
    real = layer("buildings", [("building", box(0, 0, 50, 100))])
    made_up = layer("buildings", [("building", box(100, 0, 150, 100))], synthetic=True)
    ledger = build(tmp_path, made_up, real)
    assert key_at(ledger, tmp_path, 25, 50).synthetic is False
    assert key_at(ledger, tmp_path, 125, 50).synthetic is True


def test_a_source_that_says_unknown_does_not_speak(tmp_path):
    below = layer("land-cover", [("cropland", box(0, 0, 100, 100))])
    above = layer("other", [("unknown", box(0, 0, 50, 100)), (None, box(50, 0, 100, 100))])
    ledger = build(tmp_path, below, above)
    assert key_at(ledger, tmp_path, 25, 50).land_class == "cropland"
    assert key_at(ledger, tmp_path, 75, 50).land_class == "cropland"


def test_lines_and_points_cover_no_cell(tmp_path):
    line = shapely.LineString([(WEST, SOUTH + 50), (WEST + 200, SOUTH + 50)])
    mixed = shapely.GeometryCollection([line, box(0, 0, 30, 30)])
    ledger = build(tmp_path, layer("roads", [("road", line), ("road", mixed), ("road", shapely.Point())]))
    assert key_at(ledger, tmp_path, 15, 15).land_class == "road"
    assert key_at(ledger, tmp_path, 105, 55).land_class == "unknown"


def test_the_grid_is_snapped_and_empty_outside_the_communes(tmp_path):
    communes = two_communes().iloc[:1].copy()
    communes.geometry = [
        shapely.Polygon([(WEST + 3, SOUTH + 3), (WEST + 98, SOUTH + 3), (WEST + 3, SOUTH + 98)])
    ]
    build(tmp_path, communes=communes)
    with rasterio.open(tmp_path / "land-ledger.tif") as raster:
        assert raster.transform == Affine(10, 0, WEST, 0, -10, SOUTH + 100)
        assert raster.shape == (10, 10)
        assert raster.nodata == 0
        # The centre of cell (row r from the south, column c) is at 10 (c + ½), 10 (r + ½): inside
        # the triangle when their sum is at most 101 m, that is c + r <= 9.
        inside = np.add.outer(np.arange(9, -1, -1), np.arange(10)) <= 9
        np.testing.assert_array_equal(raster.read(1) > 0, inside)


def write_classes(path, *, crs=LAMBERT, corner=(WEST, SOUTH + 100), side=10.0):
    """Twenty columns by ten rows: 1 on the left half, 2 on the right, 9 in the first row."""
    classes = np.ones((10, 20), dtype=np.uint8)
    classes[:, 10:] = 2
    classes[0] = 9
    transform = Affine(side, 0, corner[0], 0, -side, corner[1])
    write_cog(path, classes, crs=crs, transform=transform, nodata=0)


def test_a_raster_speaks_where_its_value_has_a_class(tmp_path):
    write_classes(tmp_path / "cover.tif")
    source = LedgerLayer(
        "land-cover", "2021", False, raster=tmp_path / "cover.tif", classes={1: "cropland", 2: "vineyard"}
    )
    ledger = build(tmp_path / "built", source)
    assert key_at(ledger, tmp_path / "built", 55, 55).land_class == "cropland"
    assert key_at(ledger, tmp_path / "built", 155, 55).land_class == "vineyard"
    assert key_at(ledger, tmp_path / "built", 155, 95).land_class == "unknown"


def test_a_raster_in_another_crs_is_read_at_each_cell_centre(tmp_path):
    utm = parse_crs(25830)
    # The raster is moved so that its middle column border passes through the middle of the territory.
    middle = shapely.get_coordinates(reproject(shapely.Point(WEST + 100, SOUTH + 50), LAMBERT, utm))[0]
    write_classes(tmp_path / "cover.tif", crs=utm, corner=(middle[0] - 1_000, middle[1] + 500), side=100.0)
    source = LedgerLayer(
        "land-cover", "2021", False, raster=tmp_path / "cover.tif", classes={1: "cropland", 2: "vineyard"}
    )
    ledger = build(tmp_path / "built", source)
    assert key_at(ledger, tmp_path / "built", 55, 55).land_class == "cropland"
    assert key_at(ledger, tmp_path / "built", 145, 45).land_class == "vineyard"


def test_polygons_in_another_crs_fall_in_the_same_cells(tmp_path):
    shape = box(20, 20, 80, 80)
    lonlat = reproject(shape, LAMBERT, parse_crs("CRS84"))
    here = build(tmp_path / "here", layer("a", [("cropland", shape)]))
    there = build(
        tmp_path / "there",
        LedgerLayer(
            "a", "2024", False, polygons=table("land_class", [("cropland", lonlat)], crs="OGC:CRS84")
        ),
    )
    assert here.version == there.version


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        build(
            tmp_path / name,
            layer("land-cover", [("cropland", box(0, 0, 130, 60)), ("water", box(20, 30, 60, 80))]),
            wetlands=table("wetland", [("mudflat", box(50, 0, 150, 100))]),
        )
    for file in FILES:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    assert sorted(file.name for file in (tmp_path / "first").iterdir()) == sorted(FILES)


def test_the_key_table_is_sorted_and_readable(tmp_path):
    communes = two_communes()
    communes["forest_region"] = ["Forêt", ""]
    build(
        tmp_path,
        layer("a", [("water", box(0, 0, 50, 100)), ("cropland", box(50, 0, 150, 100))]),
        communes=communes,
    )
    text = (tmp_path / "land-ledger.keys.json").read_text(encoding="utf-8")
    keys = json.loads(text)["keys"]
    assert "Forêt" in text
    assert [key["code"] for key in keys] == [1, 2, 3, 4]
    assert [(key["commune"], key["land_class"]) for key in keys] == [
        ("17028", "cropland"),
        ("17028", "unknown"),
        ("17300", "cropland"),
        ("17300", "water"),
    ]


def test_several_strips_and_blocks_say_the_same_as_one_burn(tmp_path):
    """1,200 rows make three strips; the corner of every box must fall where the centre rule puts it."""
    communes = gpd.GeoDataFrame(
        {"code_insee": ["17300"], "zone": ["4_1"], "forest_region": ["F1"]},
        geometry=[box(0, 0, 700, 1_200)],
        crs=2154,
    )
    random = np.random.default_rng(7)
    lows = random.integers(0, 1_000, (40, 2)) + 0.25
    rows = [(f"class-{n % 5}", box(*low, *(low + random.integers(1, 300, 2)))) for n, low in enumerate(lows)]
    ledger = build(tmp_path, layer("a", rows), communes=communes, resolution_m=1.0)
    expected = np.full((1_200, 700), "unknown", dtype=object)
    x, y = np.arange(700) + 0.5, 1_200 - (np.arange(1_200) + 0.5)
    for name, shape in rows:
        west, south, east, north = np.array(shape.bounds) - [WEST, SOUTH, WEST, SOUTH]
        expected[np.ix_((y > south) & (y < north), (x > west) & (x < east))] = name
    with rasterio.open(tmp_path / "land-ledger.tif") as raster:
        codes = raster.read(1)
    names = np.array([""] + [key.land_class for key in ledger.keys.values()], dtype=object)
    assert np.array_equal(names[codes], expected)


def test_a_failed_build_leaves_the_old_files(tmp_path):
    build(tmp_path, layer("a", [("cropland", box(0, 0, 50, 100))]))
    before = {file: (tmp_path / file).read_bytes() for file in FILES}
    broken = LedgerLayer("b", "2024", False, raster=tmp_path / "absent.tif", classes={1: "cropland"})
    with pytest.raises(InvalidSource, match=r"absent\.tif"):
        build(tmp_path, broken)
    assert {file: (tmp_path / file).read_bytes() for file in FILES} == before
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(FILES)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: {"communes": two_communes().drop(columns="zone")}, "zone"),
        (lambda: {"communes": two_communes().iloc[:0]}, "communes"),
        (lambda: {"wetlands": table("kind", [("mudflat", box(0, 0, 10, 10))])}, "'wetland'"),
        (lambda: {"wetlands": table("wetland", [("mudflat", box(0, 0, 10, 10))], crs=None)}, "CRS"),
    ],
)
def test_incomplete_inputs_are_named(tmp_path, broken, said):
    with pytest.raises(InvalidSource, match=said):
        build(tmp_path, **broken())


@pytest.mark.parametrize("crs", ["CRS84", 2263])
def test_the_grid_needs_metres(tmp_path, crs):
    with pytest.raises(InvalidConfiguration, match="metres"):
        build_ledger(
            LedgerInputs(two_communes(), ()),
            crs=parse_crs(crs),
            resolution_m=5.0,
            directory=tmp_path,
            progress=silent,
        )
