"""Do GDAL and MapLibre read the tiles that are served? The colours on the screen tell."""

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
from clients.conftest import Server
from clients.pages import held_page, photograph
from PIL import Image

# Zoom 9 of web maps: the tile that holds La Rochelle, at 1.15° west and 46.16° north.
# Column (180 - 1.15) / 360 x 512 = 254.4; row (1 - ln(tan 46.16° + 1 / cos 46.16°) / pi) / 2 x 512 = 181.9.
TILE = "WebMercatorQuad/9/181/254"


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.component("gdal")
def test_ogrinfo_reads_a_vector_tile(la_rochelle: Server, tmp_path: Path) -> None:
    address = f"{la_rochelle.url}/collections/communes/tiles/{TILE}?f=mvt"
    with urllib.request.urlopen(address, timeout=60) as response:
        (tmp_path / "tile.pbf").write_bytes(response.read())
    report = run("ogrinfo", "-ro", "-so", "-al", "MVT:tile.pbf", folder=tmp_path)
    assert "Layer name: communes" in report
    assert "Geometry: Multi Polygon" in report
    assert "population: Integer" in report


@pytest.mark.component("gdal")
def test_gdal_assembles_the_picture_tiles(la_rochelle: Server, tmp_path: Path) -> None:
    source = f"OGCAPI:{la_rochelle.url}/collections/land-cover"
    options = ("-oo", "API=TILES", "-oo", "CACHE=NO")
    report = run("gdalinfo", source, *options, folder=tmp_path)
    # The first level finer than 5 m in degrees is the 14th: 0.703125° / 2^14 = 0.0000429153°.
    assert "Pixel Size = (0.000042915344238,-0.000042915344238)" in report
    target = tmp_path / "land.tif"
    window = ("-projwin", "-1.16", "46.17", "-1.14", "46.15")
    run("gdal_translate", "-q", *window, *options, source, str(target), folder=tmp_path)
    with Image.open(target) as picture:
        opaque = sum(picture.getchannel("A").histogram()[255:])
        assert opaque > 0.9 * picture.width * picture.height
        assert len(picture.convert("RGB").getcolors(1_000_000) or ()) >= 4


PAGE = """<!doctype html><html><head><link rel="icon" href="data:,">
<link rel="stylesheet" href="{static}/maplibre-gl.css"><style>#map {{ width: 400px; height: 400px }}
html {{ overflow: hidden }} body {{ margin: 0 }}</style></head><body><div id="map"></div>
<img src="/drawn" alt="">
<script src="{static}/maplibre-gl-csp.js"></script><script type="module">
const worker = await (await fetch("{static}/maplibre-gl-csp-worker.js")).blob();
maplibregl.setWorkerUrl(URL.createObjectURL(worker));
const map = new maplibregl.Map({{ container: "map", center: [-1.075, 46.13], zoom: 9, fadeDuration: 0,
  attributionControl: false, style: {style} }});
map.once("idle", () => fetch("/idle"));
</script></body></html>"""
STATIC = "/static/vendor/maplibre-gl-5.24.1"
RED, WHITE = (255, 0, 0), (255, 255, 255)


@pytest.mark.component("browser")
@pytest.mark.parametrize(("kind", "path"), [("vector", "communes/tiles"), ("raster", "land-cover/map/tiles")])
def test_maplibre_draws_the_tiles_of_a_tilejson(
    la_rochelle: Server, tmp_path: Path, kind: str, path: str
) -> None:
    """The area measures 340 km2; at zoom 9 a pixel is 153 m at the equator, 106 m at 46 degrees.

    That is 340e6 / 106**2 = 30,000 pixels of the 160,000.
    """
    url = f"{la_rochelle.url}/collections/{path}/WebMercatorQuad?f=tilejson"
    background = {"id": "ground", "type": "background", "paint": {"background-color": "#ffffff"}}
    drawn: dict[str, object] = {"id": "drawn", "type": kind, "source": "tiles"}
    if kind == "vector":
        paint = {"fill-color": "#ff0000", "fill-antialias": False}
        drawn |= {"type": "fill", "source-layer": "communes", "paint": paint}
    style = {"version": 8, "sources": {"tiles": {"type": kind, "url": url}}, "layers": [background, drawn]}
    picture = tmp_path / "map.png"
    with held_page(PAGE.format(static=la_rochelle.url + STATIC, style=json.dumps(style))) as page:
        photograph(page, picture, folder=tmp_path)
    with Image.open(picture) as shown:
        counted = shown.convert("RGB").getcolors(1_000_000) or []
    colours = {colour: count for count, colour in counted}
    inked = sum(colours.values()) - colours[WHITE]
    assert 24_000 < inked < 36_000
    if kind == "vector":
        assert colours[RED] > 0.9 * inked
    else:
        assert len(colours) > 5
