"""Does OpenLayers read what is served? Features in two CRS, vector tiles, pictures; the colours tell.

The library is the compressed build of the npm package `ol` 10.11.0 (BSD-2-Clause, `openlayers-10.11.0`).
"""

import gzip
from pathlib import Path

import pytest
from clients.conftest import Server
from clients.pages import held_page, photograph
from PIL import Image

pytestmark = pytest.mark.component("browser")
LIBRARY = Path(__file__).with_name("openlayers-10.11.0") / "ol.js.gz"
RED, WHITE = (255, 0, 0), (255, 255, 255)
CRS = "http://www.opengis.net/def/crs/EPSG/0"
PAGE = """<!doctype html><html><head><link rel="icon" href="data:,"><style>
#map {{ width: 400px; height: 400px }}
html {{ overflow: hidden }} body {{ margin: 0; background: white }}</style></head><body><div id="map"></div>
<img src="/drawn" alt=""><script src="/ol.js"></script><script>
const red = new ol.style.Style({{ fill: new ol.style.Fill({{ color: "#ff0000" }}) }});
const layer = {layer};
const map = new ol.Map({{ target: "map", controls: [], layers: [layer], view: new ol.View({{
  center: ol.proj.fromLonLat([-1.075, 46.13]), resolution: 152.874 }}) }});
let still;
map.on("rendercomplete", () => {{
  clearTimeout(still);
  if (layer.getSource().getState() === "ready") still = setTimeout(() => fetch("/idle"), 700);
}});
</script></body></html>"""
FEATURES = """new ol.layer.Vector({{ style: red, source: new ol.source.Vector({{
  url: "{url}/collections/communes/items?f=json&limit=100{query}",
  format: new ol.format.GeoJSON({{ dataProjection: "{crs}" }}) }}) }})"""
VECTOR_TILES = """new ol.layer.VectorTile({{ style: red, source: new ol.source.OGCVectorTile({{
  url: "{url}/collections/communes/tiles/WebMercatorQuad?f=json", format: new ol.format.MVT() }}) }})"""
DATASET_TILES = """new ol.layer.VectorTile({{ style: red, source: new ol.source.OGCVectorTile({{
  url: "{url}/tiles/WebMercatorQuad?f=json&collections=communes", format: new ol.format.MVT() }}) }})"""
PICTURES = """new ol.layer.Tile({{ source: new ol.source.OGCMapTile({{
  url: "{url}/collections/land-cover/map/tiles/WebMercatorQuad?f=json", crossOrigin: "" }}) }})"""


def shown(folder: Path, layer: str) -> dict[tuple[int, ...], int]:
    """How many pixels the map has of each colour."""
    files = {"/ol.js": gzip.decompress(LIBRARY.read_bytes())}
    with held_page(PAGE.format(layer=layer), files) as page:
        photograph(page, folder / "map.png", folder=folder)
    with Image.open(folder / "map.png") as picture:
        counted = picture.convert("RGB").getcolors(1_000_000) or []
    return {tuple(colour): count for count, colour in counted}


@pytest.mark.parametrize(
    ("layer", "options"),
    [
        (FEATURES, {"query": "", "crs": "EPSG:4326"}),
        (FEATURES, {"query": f"&crs={CRS}/3857", "crs": "EPSG:3857"}),
        (VECTOR_TILES, {}),
        (DATASET_TILES, {}),
    ],
    ids=["longitude-latitude", "web-mercator", "vector-tiles", "dataset-tiles"],
)
def test_the_communes_are_red(
    la_rochelle: Server, tmp_path: Path, layer: str, options: dict[str, str]
) -> None:
    """340 km2, and 106 m to a pixel at 46 degrees: 340e6 / 106**2 = 30,000 pixels of the 160,000."""
    colours = shown(tmp_path, layer.format(url=la_rochelle.url, **options))
    assert 24_000 < colours[RED] < 36_000
    assert sum(colours.values()) - colours[WHITE] < 1.2 * colours[RED]


def test_the_pictures_of_a_grid_are_drawn(la_rochelle: Server, tmp_path: Path) -> None:
    colours = shown(tmp_path, PICTURES.format(url=la_rochelle.url))
    assert 24_000 < sum(colours.values()) - colours[WHITE] < 36_000
    assert len(colours) > 5
