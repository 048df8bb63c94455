"""How is a layer drawn when its territory says how, when it plays a role, when nobody says anything?"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import yaml
from rasterio.transform import from_origin
from shapely import LineString, Point, box

from estran.carbon.errors import InvalidConfiguration, NotFound, Unavailable
from estran.layers.features.writing import write_table
from estran.layers.ledger.keys import LedgerKey
from estran.layers.ledger.table import KEYS, GridMark, KeyTable
from estran.layers.ledger.table import write_table as write_keys
from estran.layers.settings import LayerSettings
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.palette import read_palette
from estran.layers.styles.results import result_style
from estran.layers.territory import Territory, read_territory

TERMS = {
    "licence": {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "url": "https://example.org/licence"},
    "attribution": "Ville d'essai",
    "vintage": "2024",
}
SHAPES = {
    "areas": [box(0, 0, 10, 10), box(20, 0, 30, 10)],
    "lines": [LineString([(0, 0), (10, 10)]), LineString([(5, 0), (5, 10)])],
    "points": [Point(1, 1), Point(2, 2)],
    "mixed": [box(0, 0, 10, 10), Point(2, 2)],
}
CODELIST = {"title": {"fr": "Nature", "en": "Kind"}, "codelist": {"a": {"fr": "Un", "en": "One"}}}


def collection(name: str, **more: Any) -> dict[str, Any]:
    provider = {"type": "feature", "name": "estran.providers.features.FeatureProvider", "id_field": "id"}
    return {
        "type": "collection",
        "title": {"fr": name.capitalize(), "en": name.title()},
        "estran": {**TERMS, **more},
        "providers": [{**provider, "data": f"{name}.gpkg", "table": name}],
    }


def grid(name: str, **more: Any) -> dict[str, Any]:
    provider = {"type": "coverage", "name": "estran.providers.coverage.CoverageProvider", "data": name}
    return {"type": "collection", "title": "Grille", "estran": {**TERMS, **more}, "providers": [provider]}


def write_raster(path: Path, values: np.ndarray, colours: dict[int, tuple[int, ...]] | None = None) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, nodata=0,
        dtype=values.dtype, crs="EPSG:2154", transform=from_origin(380_000, 6_570_000, 5, 5),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
        if colours:
            raster.write_colormap(1, colours)


@pytest.fixture
def territory(tmp_path: Path) -> Any:
    """A territory of the given collections, with a table for each shape."""

    def make(resources: dict[str, Any]) -> Territory:
        for name, shapes in SHAPES.items():
            columns = {"id": ["1", "2"], "kind": ["a", "b"], "hauteur": [3.0, 12.0]}
            frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:2154")
            write_table(tmp_path / f"{name}.gpkg", name, frame, id_field="id")
        document = {
            "estran": {
                "territory": {"id": "essai", "name": {"fr": "Essai", "en": "Test"}},
                "data": {"recipe": "bdtopo", "sources": "data", "directory": "."},
            },
            "resources": resources,
        }
        path = tmp_path / "pygeoapi-config.yml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return read_territory(path)

    return make


@pytest.mark.parametrize(("name", "kind"), [("areas", "fill"), ("lines", "line"), ("points", "point")])
def test_a_layer_nobody_spoke_of_is_drawn_by_its_geometries(territory, name, kind) -> None:
    style = style_of(territory({name: collection(name)}), name)
    assert (style.id, style.kind, style.field, style.is_mixed, style.is_own) == (
        name,
        kind,
        None,
        False,
        False,
    )
    assert [rule.label.fr for rule in style.rules] == [name.capitalize()]


def test_a_layer_of_several_kinds_of_geometry_says_so(territory) -> None:
    style = style_of(territory({"mixed": collection("mixed")}), "mixed")
    assert (style.kind, style.is_mixed) == ("fill", True)


def test_a_codelist_gives_a_colour_to_each_class_and_one_to_the_others(territory) -> None:
    style = style_of(territory({"areas": collection("areas", fields={"kind": CODELIST})}), "areas")
    assert (style.field, style.title.fr) == ("kind", "Nature")
    assert [(rule.value, rule.label.fr) for rule in style.rules] == [("a", "Un"), (None, "Autres")]
    assert style.rule_of("b").label.en == "Others"


def test_a_role_is_drawn_as_the_palette_says_when_the_column_is_there(territory) -> None:
    """3 m is below 4; 12 m is between 10 and 15; a building without height is not drawn as a low one."""
    resources = {
        "areas": collection("areas", role="buildings"),
        "lines": collection("lines", role="wetlands"),
    }
    made = territory(resources)
    heights = style_of(made, "areas")
    assert [heights.rule_of(value).label.fr for value in (3.0, 12.0, None)] == [
        "moins de 4",
        "10 à 15",
        "Hauteur inconnue",
    ]
    assert style_of(made, "lines").field is None, "this table has no column `type`"


def test_what_the_territory_writes_comes_first(territory) -> None:
    written = {
        "field": "kind",
        "stroke": "#000000",
        "rules": [
            {"value": "a", "fill": "#FF0000"},
            {"fill": "#00FF00", "label": {"fr": "Reste", "en": "Rest"}},
        ],
    }
    resource = collection("areas", role="buildings", fields={"kind": CODELIST}, style=written)
    style = style_of(territory({"areas": resource}), "areas")
    assert style.is_own
    assert [(rule.label.fr, rule.symbol.fill, rule.symbol.stroke) for rule in style.rules] == [
        ("Un", "#FF0000", "#000000"),
        ("Reste", "#00FF00", "#000000"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": []},
        {"rules": [{"fill": "red"}]},
        {"rules": [{"value": 1, "low": 2}]},
        {"rules": [{"low": 3, "high": 3}]},
        {"rules": [{"fill": "#FF0000", "colour": "#00FF00"}]},
    ],
)
def test_a_style_badly_written_is_refused(territory, wrong) -> None:
    with pytest.raises(InvalidConfiguration):
        territory({"areas": collection("areas", style=wrong)})


def test_a_grid_is_drawn_with_the_colours_of_its_file(territory, tmp_path: Path) -> None:
    """Class 0 is no data; 3 has no name; black is what a colour table holds where nothing was said."""
    colours = {0: (0, 0, 0, 0), 1: (10, 20, 30, 255), 2: (200, 0, 0, 255), 3: (0, 0, 0, 255)}
    write_raster(tmp_path / "classes.tif", np.array([[1, 2], [2, 0]], np.uint8), colours)
    style = style_of(territory({"classes": grid("classes.tif")}), "classes")
    assert [(rule.value, rule.symbol.fill) for rule in style.rules] == [(1, "#0A141E"), (2, "#C80000")]


def test_a_quantity_is_drawn_in_classes_that_cover_all_values(territory, tmp_path: Path) -> None:
    """1 to 100, each once: the fifths end near 20, 40, 60 and 80, written with two figures."""
    write_raster(tmp_path / "heights.tif", np.arange(1, 101, dtype=np.float32).reshape(10, 10))
    style = style_of(territory({"heights": grid("heights.tif")}), "heights")
    assert [(rule.low, rule.high) for rule in style.rules] == [
        (None, 21.0),
        (21.0, 41.0),
        (41.0, 60.0),
        (60.0, 80.0),
        (80.0, None),
    ]
    assert all(style.rule_of(value) for value in (-5.0, 20.99, 21.0, 1e9))


def test_a_ledger_is_drawn_by_land_class(territory, tmp_path: Path) -> None:
    raster = tmp_path / "land-ledger.tif"
    write_raster(raster, np.array([[1, 2], [3, 0]], np.uint16))
    classes = ("water", "building", "building")
    keys = tuple(
        LedgerKey(code, name, "", f"1700{code}", "", "", "test", "2024", synthetic=False)
        for code, name in enumerate(classes, start=1)
    )
    mark = GridMark(crs="EPSG:2154", west=0.0, north=2.0, resolution_m=1.0, rows=2, columns=2)
    write_keys(tmp_path / KEYS, KeyTable(files={}, grid=mark, keys=keys))
    style = style_of(territory({"ledger": grid("land-ledger.tif", role="land-ledger")}), "ledger")
    known = read_palette().land_classes
    assert style.rule_of(3).symbol.fill == known["building"].fill
    assert [rule.label.fr for rule in style.legend()] == ["Bâtiment", "Eau"]
    (tmp_path / KEYS).write_text("{", encoding="utf-8")
    other = territory({"ledger": grid("land-ledger.tif", role="land-ledger"), "areas": collection("areas")})
    with pytest.raises(Unavailable):
        style_of(other, "ledger")


def test_what_has_no_geometry_has_no_style(territory) -> None:
    factors = collection("factors")
    factors["providers"][0]["data"] = "estran://factors"
    with pytest.raises(NotFound):
        style_of(territory({"factors": factors}), "factors")


def test_a_changed_file_is_looked_at_again(territory, tmp_path: Path) -> None:
    made = territory({"points": collection("points")})
    assert style_of(made, "points") is style_of(made, "points")
    frame = gpd.GeoDataFrame({"id": ["1"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:2154")
    (tmp_path / "points.gpkg").unlink()
    write_table(tmp_path / "points.gpkg", "points", frame, id_field="id")
    assert style_of(made, "points").kind == "fill"


def test_results_are_drawn_by_sign_or_by_density() -> None:
    """A removal is negative; nothing evaluated is neither; 100 tC/ha is between 100 and 150."""
    flux, stock = result_style("carbon-flux"), result_style("carbon-stock")
    colours = read_palette().difference
    drawn = [flux.rule_of(value).symbol.fill for value in (-1.0, 1.0, None)]
    assert drawn == [colours[0], colours[-1], "#FFFFFF"]
    assert stock.rule_of(100.0).label.en == "100 to 150"
    assert result_style("hello-world").field is None


def test_the_palette_has_the_roles_and_every_role_a_sound_style() -> None:
    palette = read_palette()
    roles = LayerSettings.model_fields["role"].annotation.__args__
    assert set(palette.roles) <= set(roles)
    fills = [known.fill for name, known in palette.land_classes.items() if name not in {"forest", "hedge"}]
    assert len(fills) == len(set(fills)), "two land classes have the same colour"
