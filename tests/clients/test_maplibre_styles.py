"""Does MapLibre draw a layer with the document that the server delivers, just as it is?"""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from clients.conftest import Server
from PIL import Image, ImageColor

pytestmark = pytest.mark.component("browser")
# Virtual time waits for the requests of the page but not for those of its worker, which asks for the
# tiles: so the page keeps asking until the map is drawn.
WIDTH, HEIGHT = 1280, 900
STATIC = "/static/vendor/maplibre-gl-5.24.1"
PAGE = """<!doctype html><link rel="stylesheet" href="{static}/maplibre-gl.css">
<script src="{static}/maplibre-gl-csp.js"></script>
<style>body {{ margin: 0; background: white }} #map {{ width: 600px; height: 600px }}</style>
<div id="map"></div>
<script>
maplibregl.setWorkerUrl(URL.createObjectURL(new Blob(
  [`importScripts("{static}/maplibre-gl-csp-worker.js")`], {{ type: "text/javascript" }})));
const map = new maplibregl.Map({{
  container: "map", style: "{style}", center: [-1.12, 46.155], zoom: 10.5,
  attributionControl: false, fadeDuration: 0,
}});
const told = (error) => (error.status === 404 ? "no tile" : error.message);
map.on("error", ({{ error }}) => console.error(told(error)));
let idle = false;
map.once("idle", () => (idle = true));
const ask = async (times) => {{
  if (idle || !times) return;
  await fetch("{style}", {{ cache: "no-store" }});
  await ask(times - 1);
}};
ask(3000);
</script>"""


def visited(url: str, folder: Path) -> tuple[np.ndarray, list[str]]:
    """The pixels of a page, red, green and blue first, and what the browser complained of."""
    picture = folder / "page.png"
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--enable-unsafe-swiftshader",
        "--disable-background-networking",
        "--disable-web-security",
        "--enable-logging=stderr",
        "--virtual-time-budget=20000",
        f"--window-size={WIDTH},{HEIGHT}",
        f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={picture}",
        url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    with Image.open(picture) as shown:
        pixels = np.moveaxis(np.asarray(shown.convert("RGB")), -1, 0)
    said = re.findall(r'CONSOLE:\d+\] "(.*)"', done.stderr)
    return pixels, [line for line in said if "GPU stall" not in line]


def painted(pixels: np.ndarray, colour: str) -> int:
    """How many pixels have a colour, three units of each channel more or less."""
    wanted = np.array(ImageColor.getrgb(colour)).reshape(3, 1, 1)
    return int((np.abs(pixels.astype(int) - wanted) <= 3).all(axis=0).sum())


@pytest.mark.parametrize(
    ("collection", "colours"),
    [("cycle-network", ("#123A67", "#D98F5F")), ("land-cover", ("#FAE59B", "#8C9096", "#24592F"))],
)
def test_a_layer_is_drawn_in_its_colours(la_rochelle: Server, tmp_path: Path, collection, colours) -> None:
    """A tile beyond the layer does not exist; that is no failure."""
    style = f"{la_rochelle.url}/collections/{collection}/styles/{collection}?f=mbs"
    page = tmp_path / "map.html"
    page.write_text(PAGE.format(static=la_rochelle.url + STATIC, style=style), encoding="utf-8")
    pixels, complaints = visited(page.as_uri(), tmp_path)
    assert [line for line in complaints if "404" not in line and line != "no tile"] == []
    for colour in colours:
        assert painted(pixels, colour) > 100, colour
