"""Does a style say the same in MapLibre, SLD, QML, and in its legend?"""

import io
import math
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from estran.layers.settings import Bilingual
from estran.layers.styles.legend import legend_png, legend_svg
from estran.layers.styles.maplibre import MapSource, maplibre_document
from estran.layers.styles.qml import qml
from estran.layers.styles.sld import OGC, SE, SLD, sld
from estran.layers.styles.style import Rule, Style, Symbol

RED, BLUE, GREY = (Symbol(colour, "#000000", opacity=0.5) for colour in ("#FF0000", "#0000FF", "#808080"))
SOURCE = MapSource(
    "zones", "http://x/{z}/{y}/{x}", "http://x/items", (-2.0, 46.0, -1.0, 47.0), (0, 18), "Ville"
)


def words(fr: str) -> Bilingual:
    return Bilingual(fr=fr, en=fr)


CLASSES = Style("zones", words("Nature"), "fill", "kind", (
    Rule(words("Un"), RED, value="l'un"),
    Rule(words("Deux"), BLUE, value="b"),
))  # fmt: skip
RANGES = Style("zones", words("Hauteur"), "fill", "h", (
    Rule(words("bas"), RED, high=4.0),
    Rule(words("haut"), BLUE, low=4.0),
    Rule(words("inconnu"), GREY),
), unit="m")  # fmt: skip
GRID = Style("grid", words("Classe"), "raster", "band", (
    Rule(words("sept"), RED, value=7),
    Rule(words("huit"), BLUE, value=8),
    Rule(words("vingt"), GREY, value=20),
))  # fmt: skip
SCALE = Style("grid", words("Altitude"), "raster", "band", (
    Rule(words("bas"), RED, high=8.0),
    Rule(words("moyen"), BLUE, low=8.0, high=11.0),
    Rule(words("haut"), GREY, low=11.0),
))  # fmt: skip


def test_maplibre_chooses_by_the_field_and_hides_what_no_rule_takes() -> None:
    document = maplibre_document(CLASSES, SOURCE, "fr")
    fill, line = document["layers"]
    assert fill["paint"]["fill-color"] == ["case", ["==", ["get", "kind"], "l'un"], "#FF0000",
                                           ["==", ["get", "kind"], "b"], "#0000FF", "#0000FF"]  # fmt: skip
    assert fill["paint"]["fill-opacity"] == 0.5
    assert fill["filter"][0] == "any"
    assert line["paint"]["line-color"] == "#000000"
    assert document["sources"]["zones"]["tiles"] == ["http://x/{z}/{y}/{x}"]
    assert fill["source-layer"] == "zones"
    assert [line["label"] for line in document["metadata"]["estran:legend"]] == ["Un", "Deux"]


def test_maplibre_tests_numbers_only_and_keeps_the_others() -> None:
    fill = maplibre_document(RANGES, SOURCE, "fr")["layers"][0]
    low = ["all", ["==", ["typeof", ["get", "h"]], "number"], ["<", ["get", "h"], 4.0]]
    assert fill["paint"]["fill-color"][1] == low
    assert fill["paint"]["fill-color"][-1] == "#808080"
    assert "filter" not in fill


def test_maplibre_draws_each_kind_of_a_mixed_layer() -> None:
    mixed = Style("m", words("m"), "fill", None, (Rule(words("m"), RED),), is_mixed=True)
    layers = maplibre_document(mixed, SOURCE, "fr")["layers"]
    assert [layer["type"] for layer in layers] == ["fill", "line", "circle"]
    assert all("filter" in layer for layer in layers)


def test_maplibre_takes_the_features_themselves_where_there_are_no_tiles() -> None:
    source = MapSource("zones", None, "http://x/items", SOURCE.bounds, (0, 18), "Ville")
    document = maplibre_document(CLASSES, source, "fr")
    assert document["sources"]["zones"]["data"] == "http://x/items"
    assert "source-layer" not in document["layers"][0]


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_sld_has_a_rule_a_filter_and_a_title_for_each_class(version) -> None:
    space = SE if version == "1.1.0" else SLD
    root = ET.fromstring(sld(RANGES, "fr", version=version))
    assert root.get("version") == version
    rules = root.findall(f".//{{{space}}}Rule")
    assert [rule.find(f".//{{{space}}}Title").text for rule in rules] == ["bas", "haut", "inconnu"]
    assert rules[0].find(f".//{{{OGC}}}PropertyIsLessThan/{{{OGC}}}Literal").text == "4.0"
    assert rules[2].find(f"{{{space}}}ElseFilter") is not None
    local = "SvgParameter" if version == "1.1.0" else "CssParameter"
    assert [node.text for node in root.findall(f".//{{{space}}}Fill/{{{space}}}{local}[@name='fill']")] == [
        "#FF0000",
        "#0000FF",
        "#808080",
    ]


def test_sld_of_classes_of_a_grid_holds_from_a_code_to_the_next_whole_number() -> None:
    """7 and 8 follow each other, 20 does not: between 9 and 20 nothing is drawn."""
    root = ET.fromstring(sld(GRID, "fr"))
    held = [(node.tag.rpartition("}")[2], node.text) for node in root.find(f".//{{{SE}}}Categorize")]
    assert held[1:] == [
        ("Value", "#FFFFFF00"),
        ("Threshold", "7"), ("Value", "#FF0000"),
        ("Threshold", "8"), ("Value", "#0000FF"),
        ("Threshold", "9"), ("Value", "#FFFFFF00"),
        ("Threshold", "20"), ("Value", "#808080"),
        ("Threshold", "21"), ("Value", "#FFFFFF00"),
    ]  # fmt: skip
    old = ET.fromstring(sld(GRID, "fr", version="1.0.0")).find(f".//{{{SLD}}}ColorMap")
    assert [entry.get("quantity") for entry in old] == ["7", "8", "20"]
    assert old.attrib == {}, "SLD 1.0 gives ColorMap no attribute"


def test_sld_of_a_scale_starts_below_the_first_bound() -> None:
    root = ET.fromstring(sld(SCALE, "fr"))
    held = [node.text for node in root.find(f".//{{{SE}}}Categorize")][1:]
    assert held == ["#FF0000", "8", "#0000FF", "11", "#808080"]
    assert root.find(f".//{{{SE}}}Categorize").attrib == {"fallbackValue": "#FFFFFF00"}


def test_sld_1_0_of_a_scale_is_made_of_steps() -> None:
    """Entries are blended: a colour is written where it begins and just before the next one."""
    entries = ET.fromstring(sld(SCALE, "fr", version="1.0.0")).find(f".//{{{SLD}}}ColorMap")
    assert [(entry.get("color"), float(entry.get("quantity"))) for entry in entries] == [
        ("#FF0000", -1e300), ("#FF0000", math.nextafter(8, 0)),
        ("#0000FF", 8.0), ("#0000FF", math.nextafter(11, 0)),
        ("#808080", 11.0), ("#808080", 1e300),
    ]  # fmt: skip
    assert [entry.get("label") for entry in entries] == ["bas", None, "moyen", None, "haut", None]


def test_qml_names_classes_and_escapes_their_values() -> None:
    root = ET.fromstring(qml(CLASSES, "fr").partition(b"\n")[2])
    renderer = root.find("renderer-v2")
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "kind")
    assert [(c.get("value"), c.get("label")) for c in renderer.find("categories")] == [
        ("l'un", "Un"),
        ("b", "Deux"),
    ]
    assert root.find("layerGeometryType").text == "2"
    colours = [node.get("v") for node in root.iter("prop") if node.get("k") == "color"]
    assert colours == ["255,0,0,128", "0,0,255,128"]


def test_qml_of_bounds_has_rules_that_do_not_overlap() -> None:
    root = ET.fromstring(qml(RANGES, "fr").partition(b"\n")[2])
    assert [rule.get("filter") for rule in root.iter("rule")] == ['"h" < 4.0', '"h" >= 4.0', "ELSE"]


def test_qml_of_grids() -> None:
    """In a discrete ramp QGIS gives a colour up to and with its value, so 8 itself must be past the first."""
    classes = ET.fromstring(qml(GRID, "fr").partition(b"\n")[2])
    entries = [(entry.get("value"), entry.get("color")) for entry in classes.iter("paletteEntry")]
    assert entries == [("7", "#ff0000"), ("8", "#0000ff"), ("20", "#808080")]
    scale = ET.fromstring(qml(SCALE, "fr").partition(b"\n")[2])
    bounds = [float(item.get("value")) for item in scale.iter("item")]
    assert 7.999 < bounds[0] < 8 <= bounds[1] < 11 < bounds[2] == float("inf")


def test_the_legend_is_drawn_with_its_words_and_colours() -> None:
    svg = ET.fromstring(legend_svg(RANGES, "fr"))
    texts = [node.text for node in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["Hauteur (m)", "bas", "haut", "inconnu"]
    picture = Image.open(io.BytesIO(legend_png(RANGES, "fr"))).convert("RGB")
    seen = {colour for _, colour in picture.getcolors(100_000)}
    assert {(255, 127, 127), (127, 127, 255)} <= seen or {(255, 128, 128), (128, 128, 255)} <= seen
    assert picture.width == 2 * int(svg.get("width"))
