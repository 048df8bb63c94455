"""Maps and coverages over HTTP, on the small territory: 20 x 10 cells of 100 m at (380 000, 6 570 000)."""

import io
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from rasterio.io import MemoryFile

from estran.server.app import create_app

LAMBERT = "http://www.opengis.net/def/crs/EPSG/0/2154"
MAP = "http://www.opengis.net/def/rel/ogc/1.0/map"


def _pixels(data: bytes) -> np.ndarray[Any, Any]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


def test_a_grid_as_a_picture_of_its_own_extent(client: FlaskClient) -> None:
    response = client.get("/collections/heights/map")
    assert response.status_code == 200
    assert response.mimetype == "image/png"
    assert response.headers["Content-Crs"] == f"<{LAMBERT}>"
    assert response.headers["Content-Bbox"] == "380000,6569000,382000,6570000"
    assert _pixels(response.data).shape == (512, 1024, 4)
    assert response.headers["ETag"]


def test_features_as_a_picture(client: FlaskClient) -> None:
    """The first zone is 50 m from the corner; the next is 100 m away: a pixel is 10 m."""
    query = f"bbox=380000,6570000,380100,6570050&bbox-crs={LAMBERT}&width=10&height=5"
    pixels = _pixels(client.get(f"/collections/zones/map?{query}").data)
    assert pixels.shape == (5, 10, 4)
    assert pixels[2, 2, 3] > 100
    assert pixels[2, 7, 3] == 0


def test_a_bbox_alone_is_answered_in_its_own_crs(client: FlaskClient) -> None:
    response = client.get("/collections/heights/map?bbox=-1.2,46,-1,46.2&width=20&height=20")
    assert "CRS84" in response.headers["Content-Crs"]
    assert response.headers["Content-Bbox"] == "-1.2,46,-1,46.2"


def test_several_layers_in_one_picture(client: FlaskClient) -> None:
    response = client.get("/map?collections=heights,zones&width=50&bgcolor=white")
    assert response.status_code == 200
    assert (_pixels(response.data)[..., 3] == 255).all()
    unknown = client.get("/map?collections=heights,nothing")
    assert unknown.status_code == 404


@pytest.mark.parametrize(("name", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_formats_by_name_and_by_accept(client: FlaskClient, name: str, kind: str) -> None:
    named = client.get(f"/collections/zones/map?f={name}&width=20")
    accepted = client.get("/collections/zones/map?width=20", headers={"Accept": f"image/{name}"})
    for response in (named, accepted):
        assert response.mimetype == f"image/{name}"
        with Image.open(io.BytesIO(response.data)) as image:
            assert image.format == kind


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("width=0", 400),
        ("bbox=1,2,3", 400),
        ("bbox=NaN,1,2,3", 400),
        ("bbox=-1.2,46,0,-1,46.2,9", 200),
        ("bbox=1,2,3,4&bbox-crs=EPSG:99999", 400),
        ("crs=EPSG:99999", 400),
        ("bbox=100,-10,101,-9", 200),
        ("datetime=soon", 400),
        ("widht=10", 400),
        ("width=90000&height=90000", 413),
        ("f=gif", 400),
    ],
)
def test_what_a_map_answers_to_odd_requests(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/collections/heights/map?{query}").status_code == status


def test_what_cannot_be_drawn_has_neither_map_nor_link(client: FlaskClient) -> None:
    assert client.get("/collections/places/map").status_code == 404
    assert client.get("/collections/broken/map").status_code == 503
    links = client.get("/collections/places?f=json").get_json()["links"]
    assert not [link for link in links if link["rel"] == MAP]


def test_links_conformance_and_api(client: FlaskClient) -> None:
    links = client.get("/collections/heights?f=json").get_json()["links"]
    formats = {link["type"] for link in links if link["rel"] == MAP}
    assert formats == {"image/png", "image/jpeg", "image/webp", "text/html"}
    classes = client.get("/conformance?f=json").get_json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collection-map" in classes
    paths = client.get("/openapi?f=json").get_json()["paths"]
    assert {"/map", "/collections/heights/map", "/collections/zones/map"} <= set(paths)
    assert "/collections/places/map" not in paths
    assert "image/png" in paths["/collections/zones/map"]["get"]["responses"]["200"]["content"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages(client: FlaskClient, language: str) -> None:
    for address in ("/collections/heights/map", "/map", "/collections/heights/coverage"):
        page = client.get(f"{address}?f=html&lang={language}")
        assert page.status_code == 200
        assert f'lang="{language}"' in page.text
        assert "f=png" in page.text
    assert "NetCDF" in client.get("/collections/heights/coverage?f=html").text


def test_a_coverage_says_its_crs_its_scale_and_its_cells(client: FlaskClient) -> None:
    """A cell of 100 m on a display of 0.28 mm pixels is at 1:357,143."""
    described = client.get("/collections/heights?f=json").get_json()
    assert described["scaleDenominator"] == pytest.approx(357_142.86, abs=0.01)
    assert described["storageCrs"] == LAMBERT
    assert LAMBERT in described["crs"]
    grid = described["extent"]["spatial"]["grid"]
    assert [axis["cellsCount"] for axis in grid] == [20, 10]


def test_the_old_spelling_of_a_size_gives_the_very_grid_of_the_bbox(client: FlaskClient) -> None:
    """Half of this box lies west of the layer; the other half holds real values."""
    zone = client.get("/collections/heights?f=json").get_json()["extent"]["spatial"]["bbox"][0]
    west, south, east, north = zone
    box = f"{2 * west - east},{south},{east},{north}"
    data = client.get(f"/collections/heights/coverage?f=GTiff&bbox={box}&scaleSize=Lat(10),Long(40)").data
    with MemoryFile(data) as file, file.open() as raster:
        assert raster.shape == (10, 40)
        assert raster.bounds.left == pytest.approx(2 * west - east)
        values = raster.read(1, masked=True)
    assert values.mask[:, :18].all()
    assert abs(float(values[5, 30]) - (5 * 20 + 10)) <= 21
    far = client.get("/collections/heights/coverage?f=GTiff&bbox=10,10,11,11&scaleSize=Lat(4),Long(4)")
    assert far.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "subset=E(380000:381000),N(6569000:6569500)",
        "subset=E(380000:381000)&subset=N(6569000:6569500)",
        "subset=x(380000:381000),y(6569000:6569500)",
        "subset=X(380000:381000),Y(*:6569500)",
        f"bbox=380000,6569000,381000,6569500&bbox-crs={LAMBERT}",
        f"bbox=380000,6569000,0,381000,6569500,9&bbox-crs={LAMBERT}",
    ],
)
def test_the_same_part_in_every_spelling(client: FlaskClient, query: str) -> None:
    coverage = client.get(f"/collections/heights/coverage?f=json&{query}").get_json()
    assert coverage["ranges"]["1"]["shape"] == [5, 10]
    assert coverage["ranges"]["1"]["values"][0] == 100


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("bbox=1,2,3", 400),
        ("bbox=1,2,3,NaN", 400),
        ("bbox=1,2,3,4&bbox-crs=nonsense", 400),
        ("bbox=100,-10,101,-9", 404),
        ("datetime=soon", 400),
        ("datetime=2020/2019", 400),
        ("subset=Lat(46", 400),
        ("subset=Lat(a:b)", 400),
        ("subset=Lat(NaN:1)", 400),
        ("subset=Height(1:2)", 400),
        ("subset=E(380000:381000),x(380000:381000)", 400),
        ("properties=nothing", 400),
        ("scale-factor=0", 400),
        ("scale-size=Lat(0)", 400),
        ("scale-factor=2&scale-size=x(3)", 400),
        ("scale-size=x(9000),y(9000)", 413),
        ("crs=EPSG:99999", 400),
    ],
)
@pytest.mark.parametrize("name", ["json", "GTiff", "netcdf", "png"])
def test_what_a_coverage_answers_to_odd_requests(
    client: FlaskClient, query: str, status: int, name: str
) -> None:
    response = client.get(f"/collections/heights/coverage?f={name}&{query}")
    assert response.status_code == status, response.text


@pytest.fixture
def years(territory: Callable[[dict[str, Any]], Path], configuration: dict[str, Any]) -> FlaskClient:
    """The heights again, as two years of one layer."""
    layer = deepcopy(configuration["resources"]["heights"])
    layer["estran"]["times"] = {2019: "heights.tif", 2020: "heights-2020.tif"}
    configuration["resources"] = {"heights": layer}
    path = territory(configuration)
    shutil.copy(path.with_name("heights.tif"), path.with_name("heights-2020.tif"))
    return create_app(path).test_client()


def test_a_layer_of_several_years(years: FlaskClient) -> None:
    described = years.get("/collections/heights?f=json").get_json()
    assert described["extent"]["temporal"]["interval"] == [["2019-01-01T00:00:00Z", "2020-12-31T23:59:59Z"]]
    both = years.get("/collections/heights/coverage?f=json").get_json()
    assert both["domain"]["axes"]["t"]["values"] == ["2019", "2020"]
    one = years.get('/collections/heights/coverage?f=json&subset=time("2020")').get_json()
    assert one["ranges"]["1"]["shape"] == [1, 10, 20]
    refused = years.get("/collections/heights/coverage?f=json&datetime=1999&lang=en")
    assert refused.status_code == 404
    assert "2019, 2020" in refused.get_json()["detail"]
    assert years.get("/collections/heights/map?datetime=2020&width=20").status_code == 200
    assert years.get("/collections/heights/map?datetime=1999&width=20").status_code == 404
    assert '<option value="2020">' in years.get("/collections/heights/coverage?f=html").text


@pytest.mark.parametrize(
    ("query", "void", "ground"),
    [
        ("void-color=red", (255, 0, 0, 255), (0, 0, 0, 0)),
        ("bgcolor=blue&void-transparent=true", (0, 0, 0, 0), (0, 0, 255, 255)),
        ("bgcolor=blue&void-color=0x00FF00", (0, 255, 0, 255), (0, 0, 255, 255)),
        ("bgcolor=blue&void-transparent=false", (0, 0, 255, 255), (0, 0, 255, 255)),
        ("bgcolor=blue", (0, 0, 255, 255), (0, 0, 255, 255)),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "bbox=170,-10,200,10&width=30&height=20",
        "crs=EPSG:3857&bbox-crs=EPSG:3857&bbox=19000000,-1000000,22000000,1000000&width=30&height=20",
    ],
)
def test_what_is_nowhere_on_earth_has_its_own_look(
    client: FlaskClient, query: str, void: tuple[int, ...], ground: tuple[int, ...], place: str
) -> None:
    """The antimeridian, 180 degrees or 20,037,508 m, is in the first two thirds of either picture."""
    response = client.get(f"/collections/heights/map?{place}&{query}")
    with Image.open(io.BytesIO(response.data)) as picture:
        pixels = picture.convert("RGBA")
    assert pixels.getpixel((2, 5)) == ground
    assert pixels.getpixel((29, 5)) == void


def test_a_wrong_look_is_refused(client: FlaskClient) -> None:
    for query in ("void-color=tide", "void-transparent=maybe"):
        assert client.get(f"/collections/heights/map?{query}").status_code == 400
