"""Layers that nobody prepared and requests that make no sense, over HTTP, on both stores: never a 500."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import pytest
import shapely
import yaml
from flask.testing import FlaskClient
from pyproj import Transformer
from server.conftest import CONFIGURATION
from sqlalchemy import create_engine

from estran.ingest.publish import publish_file
from estran.layers.features.writing import write_table
from estran.layers.progress import silent
from estran.server.app import create_app

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
KINDS = ["geopackage", pytest.param("postgis", marks=pytest.mark.component("postgis"))]
LYON = (1_842_000.0, 5_176_000.0)
"""A place in EPSG:3946, conic conformal zone 5, near Lyon: about 4.84 E, 45.75 N."""

type Get = Callable[..., Any]


def odd() -> gpd.GeoDataFrame:
    """Solids, a collection, a ring that crosses itself, an empty geometry, none; dates; accents; nulls."""
    x, y = LYON
    block = [(x, y, 170), (x + 10, y, 170), (x + 10, y + 10, 182.5), (x, y, 170)]
    bow_tie = [(x + 100, y), (x + 110, y + 10), (x + 110, y), (x + 100, y + 10)]
    mixed = shapely.GeometryCollection([shapely.Point(x + 50, y), shapely.box(x + 60, y, x + 70, y + 10)])
    return gpd.GeoDataFrame(
        {
            "number": [3, 10, 7, 20, 100],
            "nom": ["Île", "d'Aix", None, "Ré", "Oléron"],
            "built": [dt.date(1999, 12, 31), dt.date(2000, 1, 1), None, dt.date(2024, 2, 29), None],
            "seen": [dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)] * 4 + [None],
            "high": [12.5, None, 0.0, -3.25, 1e9],
        },
        geometry=[shapely.Polygon(block), mixed, shapely.Polygon(bow_tie), shapely.Polygon(), None],
        crs=3946,
    )


@pytest.fixture(scope="module", params=KINDS)
def get(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    folder = tmp_path_factory.mktemp(request.param)
    location = str(folder / "odd.gpkg")
    write_table(Path(location), "odd", odd(), id_field="number")
    if request.param == "postgis":
        database = request.getfixturevalue("kept_postgis")
        publish_file(
            Path(location),
            database,
            id_fields={"odd": "number"},
            owner="odd",
            fingerprint="1",
            progress=silent,
            force=True,
        )
        location = database
    with served(folder, {"odd": (location, "odd", "number")}) as client:
        yield getter(client)


@contextmanager
def served(folder: Path, tables: dict[str, tuple[str, str, str]]) -> Iterator[FlaskClient]:
    """Serve tables: by collection, the location, the table and the identifier."""
    configuration = deepcopy(CONFIGURATION)
    zones = configuration["resources"]["zones"]
    (provider,) = zones["providers"]
    configuration["resources"] = {
        name: {
            **zones,
            "extents": {"spatial": {"bbox": [4, 45, 5, 46]}},
            "estran": {**zones["estran"], "fields": {}},
            "providers": [
                {
                    **provider,
                    "data": location,
                    "table": table,
                    "id_field": identifier,
                    "title_field": identifier,
                    "time_field": "built",
                }
            ],
        }
        for name, (location, table, identifier) in tables.items()
    }
    path = folder / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    with create_app(path).test_client() as client:
        yield client


def getter(client: FlaskClient, collection: str = "odd") -> Get:
    def get(path: str, status: int = 200, part: str = "items") -> Any:
        types = "application/geo+json, application/json"
        answer = client.get(f"/collections/{collection}/{part}{path}", headers={"Accept": types})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    return get


def numbers(page: Any) -> list[int]:
    return [feature["id"] for feature in page["features"]]


def test_every_value_comes_back_with_its_type(get: Get) -> None:
    page = get("")
    assert (numbers(page), page["numberMatched"]) == ([3, 7, 10, 20, 100], 5)
    by_id = {feature["id"]: feature for feature in page["features"]}
    assert by_id[3]["properties"] == {
        "number": 3, "nom": "Île", "built": "1999-12-31", "seen": "2024-01-01T12:00:00Z", "high": 12.5
    }  # fmt: skip
    assert by_id[100]["properties"] == {
        "number": 100, "nom": "Oléron", "built": None, "seen": None, "high": 1e9
    }  # fmt: skip
    assert by_id[10]["geometry"]["type"] == "GeometryCollection"
    assert [by_id[number]["geometry"] for number in (20, 100)] == [None, None]
    assert by_id[7]["geometry"]["type"] == "Polygon"
    heights = [point[2] for point in by_id[3]["geometry"]["coordinates"][0]]
    assert sorted(heights) == [170, 170, 170, 182.5]


@pytest.mark.parametrize(
    ("crs", "axes"),
    [("EPSG/0/3946", (0, 1)), ("EPSG/0/4326", (1, 0)), ("EPSG/0/3857", (0, 1)), ("OGC/1.3/CRS84", (0, 1))],
)
def test_coordinates_have_the_axis_order_of_their_crs(get: Get, crs: str, axes: tuple[int, int]) -> None:
    """PROJ gives the coordinates, x first; EPSG:4326 wants latitude first."""
    code = 4326 if "CRS84" in crs else int(crs.rpartition("/")[2])
    expected = Transformer.from_crs(3946, code, always_xy=True).transform(*LYON)
    found = get(f"/3?crs=http://www.opengis.net/def/crs/{crs}")["geometry"]["coordinates"][0][0]
    tolerance = 1e-8 if code == 4326 else 1e-3
    assert (found[axes[0]], found[axes[1]]) == pytest.approx(expected, abs=tolerance)


X, Y = LYON
BOXES = [
    (f"{X - 1},{Y - 1},{X + 1},{Y + 1}", "3946", [3]),
    (f"{X - 1},{Y - 1},0,{X + 1},{Y + 1},9", "3946", [3]),
    (f"{X + 52},{Y},{X + 58},{Y + 5}", "3946", []),
    (f"{X + 49},{Y - 1},{X + 51},{Y + 1}", "3946", [10]),
    (f"{X - 1},{Y - 1},{X + 200},{Y + 20}", "3946", [3, 7, 10]),
    ("0,0,1,1", "3946", []),
    ("45,4,46,5", "4326", [3, 7, 10]),
    ("-90,-180,90,180", "4326", [3, 7, 10]),
]


@pytest.mark.parametrize(("bbox", "crs", "expected"), BOXES)
def test_a_box_selects_in_any_crs(get: Get, bbox: str, crs: str, expected: list[int]) -> None:
    assert numbers(get(f"?bbox={bbox}&bbox-crs={EPSG}/{crs}")) == expected


@pytest.mark.parametrize("bbox", ["-180,-90,180,90", "170,-10,-170,10", "4,45,5,46", "4,45,-100,5,46,9000"])
def test_a_box_in_degrees_is_never_an_error(get: Get, bbox: str) -> None:
    assert numbers(get(f"?bbox={bbox}")) == ([] if bbox.startswith("170") else [3, 7, 10])


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,4,5", "bbox"),
        ("bbox=1,2,3,nan", "bbox"),
        ("bbox=1,2,inf,4", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=4,46,5,45", "bbox"),
        ("bbox=", "bbox"),
        ("bbox=4,45,5,46&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/99999", None),
        ("bbox=4,45,5,46&bbox-crs=lambert", None),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/27572", None),
        ("datetime=yesterday", "datetime"),
        ("datetime=2024-13-01", "datetime"),
        ("datetime=2024-02-30", "datetime"),
        ("datetime=2024-01-01/2023-01-01", "datetime"),
        ("datetime=..", "datetime"),
        ("datetime=2024-01-01/2024-02-01/2024-03-01", "datetime"),
        ("number=ten", "number"),
        ("number=1.5", "number"),
        ("number=99999999999999999999", "number"),
        ("high=NaN", "high"),
        ("built=never", "built"),
        ("color=red", "color"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("limit=1&limit=2", "limit"),
        ("sortby=colour", None),
        ("properties=colour", None),
        ("after=nowhere", "after"),
        ("resulttype=none", "resulttype"),
        ("filter=number=", "filter"),
        ("filter=colour=1", None),
        ("filter=number='x'", "number"),
        ("filter=S_INTERSECTS(geometry,POINT(90 180))", "filter"),
        ("filter=number=1&filter-lang=sql", "filter-lang"),
        ("filter=number=1&filter-crs=lambert", None),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_place(get: Get, query: str, where: str | None) -> None:
    problem = get(f"?{query}", 400)
    assert problem["detail"]
    assert where is None or problem["where"] == where


@pytest.mark.parametrize(
    "identifier", ["4", "x", "3.0", "-1", "9" * 30, "a/b", "é", "' OR 1=1 --", "%00", "null"]
)
def test_an_identifier_of_another_type_is_not_found(get: Get, identifier: str) -> None:
    get(f"/{quote(identifier, safe='%')}", 404)


@pytest.mark.parametrize("sortby", ["", "nom", "-nom", "built", "-built", "high", "seen,-high"])
def test_pages_follow_each_other_whatever_the_order(get: Get, sortby: str) -> None:
    """Nulls come last in either direction; each feature is seen once."""
    order = f"&sortby={sortby}" if sortby else ""
    whole = numbers(get(f"?limit=10{order}"))
    seen, path = [], f"?limit=2{order}"
    for _ in range(3):
        page = get(path)
        seen += numbers(page)
        (path,) = [
            link["href"].partition("/items")[2] for link in page["links"] if link["rel"] == "next"
        ] or [""]
    assert (path, seen, sorted(seen)) == ("", whole, [3, 7, 10, 20, 100])
    assert page["numberMatched"] == 5


def test_counting_can_stand_alone(get: Get) -> None:
    hits = get("?resulttype=hits&filter=number>5")
    assert (hits["numberMatched"], hits["features"]) == (4, [])


MADE = """
CREATE TABLE bare (name text, geom geometry(Point, 2154));
INSERT INTO bare VALUES ('b', 'SRID=2154;POINT(380000 6570000)'), ('a', NULL);
CREATE TABLE pairs (town text, number integer, built date, geom geometry(PolygonZ, 2154),
  PRIMARY KEY (town, number));
INSERT INTO pairs VALUES ('Aytré', 1, '2020-01-01', 'SRID=2154;POLYGON Z ((0 0 1, 1 0 2, 1 1 3, 0 0 1))'),
  ('Yves', 2, NULL, NULL);
CREATE TABLE marks (id uuid PRIMARY KEY, tags text[], geom geometry(Geometry, 4326));
INSERT INTO marks VALUES ('00000000-0000-0000-0000-00000000000a', '{x,y}', 'SRID=4326;LINESTRING(0 1, 2 3)');
CREATE VIEW tall AS SELECT town || number AS key, built, geom FROM pairs;
"""


@pytest.mark.component("postgis")
def test_tables_of_any_making(postgis: str, tmp_path: Path) -> None:
    """Without primary key, with a key of two columns, with uuids, a view."""
    engine = create_engine(postgis)
    with engine.begin() as connection:
        connection.exec_driver_sql(MADE)
    engine.dispose()
    tables = {"bare": "name", "pairs": "number", "marks": "id", "tall": "key"}
    with served(tmp_path, {name: (postgis, name, key) for name, key in tables.items()}) as client:
        asks = {name: getter(client, name) for name in tables}
        assert [feature["id"] for feature in asks["bare"]("")["features"]] == ["a", "b"]
        assert asks["pairs"]("/1")["geometry"]["coordinates"][0][0][2] == 1
        assert asks["pairs"]("?datetime=2020")["numberMatched"] == 1
        mark = "00000000-0000-0000-0000-00000000000a"
        assert asks["marks"](f"/{mark}")["properties"]["tags"] == ["x", "y"]
        assert asks["marks"](f"/{mark}?crs={EPSG}/4326")["geometry"]["coordinates"] == [[1, 0], [3, 2]]
        assert numbers(asks["tall"]("?sortby=-key")) == ["Yves2", "Aytré1"]
        for name, wrong in (("pairs", "x"), ("marks", "x"), ("marks", mark.replace("a", "b")), ("tall", "x")):
            asks[name](f"/{wrong}", 404)
        schema = client.get("/collections/pairs/schema?f=json&lang=fr").get_json()
        assert schema["properties"]["geometry"]["format"] == "geometry-polygon"
        assert schema["properties"]["built"]["x-ogc-role"] == "primary-instant"
        assert schema["required"] == ["town"]


def test_the_schema_tells_types_places_and_real_ranges(get: Get) -> None:
    properties = get("", part="queryables")["properties"]
    assert list(properties) == ["geometry", "number", "nom", "built", "seen", "high"]
    assert [known["x-ogc-propertySeq"] for known in properties.values()] == [1, 2, 3, 4, 5, 6]
    assert (properties["number"]["minimum"], properties["number"]["maximum"]) == (3, 100)
    assert (properties["high"]["minimum"], properties["high"]["maximum"]) == (-3.25, 1e9)
    assert (properties["built"]["format"], properties["seen"]["format"]) == ("date", "date-time")
    assert properties["geometry"]["format"] == "geometry-any"
