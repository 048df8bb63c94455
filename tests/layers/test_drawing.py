"""Pictures of layers, looked at pixel by pixel at places whose colour is known."""

import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml
from affine import Affine
from PIL import Image
from shapely import LineString, Point, Polygon, box

from estran.carbon.errors import NotFound, TooLarge
from estran.layers.cog import write_cog
from estran.layers.drawing import features as drawing_features
from estran.layers.drawing.canvas import Canvas, View
from estran.layers.drawing.map import Overlay, draw_map
from estran.layers.drawing.scale_bar import metres_per_pixel
from estran.layers.features.times import parse_interval
from estran.layers.features.writing import write_table
from estran.layers.geodesy import parse_crs
from estran.layers.styles.style import Symbol
from estran.layers.territory import Territory, read_territory

LAMBERT = parse_crs(2154)
X, Y = 380_000, 6_570_000
TERMS = {
    "licence": {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "url": "https://example.org/licence"},
    "attribution": "Essai",
    "vintage": "2024",
}
CLEAR = (0, 0, 0, 0)


def _collection(provider: dict[str, Any], **ours: Any) -> dict[str, Any]:
    return {"type": "collection", "title": "Essai", "estran": {**TERMS, **ours}, "providers": [provider]}


def _rule(value: str | int, fill: str) -> dict[str, Any]:
    return {"value": value, "fill": fill, "label": {"fr": str(value), "en": str(value)}}


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    """A square with a hole, a line, a point, a triangle and a grid of three years, around (X, Y)."""
    hole = box(X + 400, Y + 400, X + 600, Y + 600)
    plots = gpd.GeoDataFrame(
        {"id": ["1", "2", "3", "4"], "use": ["field", "town", "field", "other"]},
        geometry=[
            box(X, Y, X + 1000, Y + 1000) - hole,
            box(X + 1000, Y, X + 2000, Y + 1000),
            None,
            Polygon(),
        ],
        crs=LAMBERT,
    )
    write_table(tmp_path / "f.gpkg", "plots", plots, id_field="id")
    marks = gpd.GeoDataFrame(
        {"id": ["1", "2"]},
        geometry=[LineString([(X, Y + 500), (X + 2000, Y + 500)]), LineString([(X, Y), (X, Y + 1)])],
        crs=LAMBERT,
    )
    write_table(tmp_path / "f.gpkg", "marks", marks, id_field="id")
    posts = gpd.GeoDataFrame({"id": ["1"]}, geometry=[Point(X + 500, Y + 500)], crs=LAMBERT)
    write_table(tmp_path / "f.gpkg", "posts", posts, id_field="id")
    for year, value in ((2019, 1), (2020, 2), (2021, 1)):
        values = np.full((10, 20), value, "uint8")
        values[0] = 0
        corner = Affine(100, 0, X, 0, -100, Y + 1000)
        write_cog(tmp_path / f"{year}.tif", values, crs=LAMBERT, transform=corner, nodata=0, band_names=["c"])
    vector = {"type": "feature", "name": "estran.providers.features.FeatureProvider", "data": "f.gpkg"}
    grid = {"type": "coverage", "name": "estran.providers.coverage.CoverageProvider", "data": "2021.tif"}
    configuration = {
        "estran": {
            "territory": {"id": "essai", "name": {"fr": "Essai", "en": "Test"}},
            "data": {"recipe": "bdtopo", "sources": ".", "directory": "."},
        },
        "resources": {
            "plots": _collection(
                {**vector, "table": "plots", "id_field": "id"},
                style={"field": "use", "rules": [_rule("field", "#00ff00"), _rule("town", "#ff0000")]},
            ),
            "marks": _collection(
                {**vector, "table": "marks", "id_field": "id"},
                style={"rules": [{"stroke": "#0000ff", "width_px": 6}]},
            ),
            "posts": _collection(
                {**vector, "table": "posts", "id_field": "id"},
                style={"rules": [{"fill": "#ffff00", "radius_px": 8}]},
            ),
            "grid": _collection(
                grid,
                times={2019: "2019.tif", "2020": "2020.tif", "2021": "2021.tif"},
                style={"kind": "raster", "field": "c", "rules": [_rule(1, "#101010"), _rule(2, "#202020")]},
            ),
        },
    }
    path = tmp_path / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(configuration, sort_keys=False), encoding="utf-8")
    return read_territory(path)


BOUNDS = (X - 500.0, Y - 500.0, X + 2500.0, Y + 1500.0)
"""Of 3,000 m by 2,000 m: 300 by 200 pixels of 10 m."""


def _drawn(territory: Territory, *layers: str, **options: Any) -> np.ndarray[Any, Any]:
    data = draw_map(territory, layers, BOUNDS, LAMBERT, 300, 200, **options)
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


def _at(pixels: np.ndarray[Any, Any], east_m: float, north_m: float) -> tuple[int, ...]:
    """The colour of the pixel that holds a place, in metres from (X, Y)."""
    return tuple(pixels[int((1500 - north_m) / 10), int((east_m + 500) / 10)].tolist())


def test_each_feature_has_the_colour_of_its_rule_and_holes_stay_empty(territory: Territory) -> None:
    pixels = _drawn(territory, "plots")
    assert pixels.shape == (200, 300, 4)
    assert _at(pixels, 205, 205)[:3] == (0, 255, 0)
    assert _at(pixels, 1505, 505)[:3] == (255, 0, 0)
    assert _at(pixels, 505, 505)[3] == 0
    assert _at(pixels, -305, 505)[3] == 0


def test_layers_lie_one_over_the_other(territory: Territory) -> None:
    pixels = _drawn(territory, "plots", "marks", "posts")
    assert _at(pixels, 805, 505)[:3] == (0, 0, 255), "the line over the plot"
    assert _at(pixels, 505, 505)[:3] == (255, 255, 0), "the point over the line"
    assert _at(pixels, 505, 565)[:3] == (255, 255, 0), "its radius of 8 pixels is 80 m"
    assert _at(pixels, 505, 615)[:3] == (0, 255, 0)


def test_a_line_is_as_wide_as_its_symbol_says(territory: Territory) -> None:
    pixels = _drawn(territory, "marks")
    column = pixels[:, 150, 3].astype(int)
    assert column.sum() / 255 == pytest.approx(6, abs=0.1)


def test_a_round_cap_goes_past_the_end_of_a_line_by_half_its_width(territory: Territory) -> None:
    pixels = _drawn(territory, "marks")
    assert _at(pixels, -15, 505)[3] > 200
    assert _at(pixels, -45, 505)[3] == 0


def test_edges_are_smooth() -> None:
    canvas = Canvas(10, 10)
    canvas.draw(np.array([box(2.5, 0, 7.5, 10)], dtype=object), Symbol("#000000", None))
    alpha = canvas.pixels()[5, :, 3]
    assert alpha.tolist() == [
        0,
        0,
        pytest.approx(128, abs=2),
        255,
        255,
        255,
        255,
        pytest.approx(128, abs=2),
        0,
        0,
    ]


def test_a_shape_that_overlaps_another_is_filled_once() -> None:
    canvas = Canvas(10, 10)
    shapes = np.array([box(0, 0, 8, 10), box(4, 0, 10, 10)], dtype=object)
    canvas.draw(shapes, Symbol("#ff0000", None, opacity=0.5))
    assert set(canvas.pixels()[5, :, 3].tolist()) <= {127, 128}


def test_a_shape_far_larger_than_the_map_fills_it() -> None:
    view = View(0.0, 0.0, 1.0, 1.0, width=50, height=50)
    shape = np.array([box(-1e7, -1e7, 1e7, 1e7)], dtype=object)
    canvas = Canvas(50, 50)
    canvas.draw(view.placed(shape), Symbol("#00ff00", "#000000", width_px=3))
    assert (canvas.pixels()[..., :3] == (0, 255, 0)).all()


def test_a_picture_in_another_crs_shows_the_same_place(territory: Territory) -> None:
    crs = parse_crs(3857)
    centre = shapely.box(X + 1400, Y + 400, X + 1600, Y + 600)
    place = gpd.GeoSeries([centre], crs=LAMBERT).to_crs(3857).total_bounds
    bounds = (float(place[0]), float(place[1]), float(place[2]), float(place[3]))
    data = draw_map(territory, ["plots"], bounds, crs, 32, 32)
    with Image.open(io.BytesIO(data)) as image:
        assert image.convert("RGB").getpixel((16, 16)) == (255, 0, 0)


def test_a_grid_alone_is_a_picture_with_a_palette(territory: Territory) -> None:
    data = draw_map(territory, ["grid"], BOUNDS, LAMBERT, 300, 200)
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "P"
        pixels = np.asarray(image.convert("RGBA"))
    assert _at(pixels, 505, 505) == (16, 16, 16, 255)
    assert _at(pixels, 505, 955) == CLEAR, "the first row of the grid has no data"
    assert _at(pixels, 505, -105) == CLEAR


@pytest.mark.parametrize(
    ("asked", "colour"), [("2019", 16), ("2020", 32), ("2019-06/2020-03", 32), (None, 16)]
)
def test_a_grid_is_drawn_at_the_last_instant_asked(
    territory: Territory, asked: str | None, colour: int
) -> None:
    interval = None if asked is None else parse_interval(asked)
    pixels = _drawn(territory, "grid", interval=interval)
    assert _at(pixels, 505, 505)[0] == colour


def test_a_time_without_data_lists_the_instants(territory: Territory) -> None:
    with pytest.raises(NotFound, match="2019, 2020, 2021"):
        _drawn(territory, "grid", interval=parse_interval("1999"))


def test_background_overlay_and_scale_bar(territory: Territory) -> None:
    outline = Overlay(box(X - 300, Y - 300, X + 2300, Y + 1300), LAMBERT)
    pixels = _drawn(
        territory, "plots", overlays=[outline], background=(255, 255, 255, 255), has_scale_bar=True
    )
    assert (pixels[..., 3] == 255).all()
    assert _at(pixels, 1000, 1300)[:3] == (22, 33, 43), "ink on the outline"
    # A quarter of 300 pixels of 10 m is 750 m, so the bar is 500 m: 50 pixels from the 14th.
    row = (pixels[185:187, :, 0] < 128).any(axis=0)
    dark = np.flatnonzero(row)
    assert (dark.min(), dark.max()) == (pytest.approx(14, abs=2), pytest.approx(64, abs=2))


def test_the_scale_bar_knows_the_true_length_of_a_pixel() -> None:
    """At 60° N, a degree of longitude is 6,378,137 cos(60°) pi/180 (1 + e² sin²/2...) = 55.80 km."""
    view = View(2.0, 59.5, 3.0, 60.5, width=100, height=100)
    assert metres_per_pixel(view, parse_crs("CRS84")) == pytest.approx(558.0, abs=0.1)


@pytest.mark.parametrize(("name", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
def test_formats(territory: Territory, name: Any, kind: str) -> None:
    data = draw_map(territory, ["plots"], BOUNDS, LAMBERT, 300, 200, name=name)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == kind
        red, green, blue = image.convert("RGB").getpixel((70, 130))  # type: ignore[misc]
    assert red < 60
    assert green > 200
    assert blue < 60


def test_the_smallest_features_are_left_out_first(
    territory: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing_features, "DRAWN", 1)
    pixels = _drawn(territory, "marks")
    assert _at(pixels, 1005, 505)[3] == 255


def test_too_many_features_to_read_are_refused(territory: Territory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_features, "READ", 1)
    with pytest.raises(TooLarge, match="smaller bbox"):
        _drawn(territory, "plots")


def test_a_place_that_the_layer_does_not_know_is_empty(territory: Territory) -> None:
    data = draw_map(territory, ["plots"], (-180.0, 80.0, 180.0, 90.0), parse_crs("CRS84"), 40, 20)
    with Image.open(io.BytesIO(data)) as image:
        assert not np.asarray(image.convert("RGBA"))[..., 3].any()
