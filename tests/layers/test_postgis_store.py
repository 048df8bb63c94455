"""What only the PostGIS store does: other people's tables, indexes, errors, versions, processes."""

import itertools
import logging
import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from layers.feature_stores import STORES, at, box, sample
from pygeofilter import ast, values
from sqlalchemy import Engine, create_engine, literal, select

from estran.carbon.errors import InvalidInput, NotFound, TooLarge, Unavailable
from estran.layers.features import postgis as postgis_module
from estran.layers.features import postgis_engine
from estran.layers.features.connections import fold_accents, fold_case
from estran.layers.features.postgis_opening import open_postgis_store, open_postgis_store_now
from estran.layers.features.postgis_statement import Statement
from estran.layers.features.postgis_text import fold_accents as postgis_accents
from estran.layers.features.postgis_text import fold_case as postgis_case
from estran.layers.features.query import FeatureQuery, FeatureStore, Field, LayerChanged

pytestmark = pytest.mark.component("postgis")

MINE = """
CREATE TYPE colour AS ENUM ('red', 'blue');
CREATE DOMAIN rank AS integer;
CREATE SCHEMA "the survey";
CREATE TABLE "the survey"."My trees" (
  id uuid PRIMARY KEY, name varchar(20) COLLATE "en-x-icu", code char(4), height numeric(5, 2),
  age numeric(4, 0), share real, load double precision, colour colour, rank rank, seen timestamp,
  noted timestamptz, tags text[], photo bytea, place geometry(Point, 4326), other geometry(Point, 2154));
INSERT INTO "the survey"."My trees" VALUES
 ('00000000-0000-0000-0000-00000000000b', 'Zoé', 'b', 12.30, 90, 0.1, 'NaN', 'red', 1,
  '2020-01-02 03:04:05.678901', '2020-01-02 03:04:05+01', '{a,b}', '\\x00',
  'SRID=4326;POINT(-1.1 46.1)', NULL),
 ('00000000-0000-0000-0000-00000000000c', 'abel', 'c', 12.31, 9, 0.2, 1.5, 'blue', 2, NULL, 'infinity',
  NULL, NULL, NULL, NULL),
 ('00000000-0000-0000-0000-00000000000a', 'Élie', 'a', NULL, NULL, 0.3, 'NaN', NULL, NULL, NULL, NULL,
  NULL, NULL, 'SRID=4326;POINT(-1.2 46.2)', NULL);
"""
B, C, A = (f"00000000-0000-0000-0000-00000000000{last}" for last in "bca")


@pytest.fixture
def base(postgis: str) -> Iterator[Engine]:
    engine = create_engine(postgis)
    yield engine
    engine.dispose()


def run(base: Engine, statements: str) -> None:
    with base.begin() as connection:
        connection.exec_driver_sql(statements)


def published(tmp_path: Path, postgis: str, frame: gpd.GeoDataFrame) -> FeatureStore:
    return STORES["postgis"](tmp_path, postgis, frame)


def points(count: int) -> gpd.GeoDataFrame:
    codes = [f"p{number:05}" for number in range(count)]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapely.points(range(count), 0), crs=2154)


def ids(store: FeatureStore, **asked: object) -> list[str]:
    return [feature.id for feature in store.query(FeatureQuery(**asked)).features]  # type: ignore[arg-type]


def test_a_table_that_someone_else_made(postgis: str, base: Engine) -> None:
    run(base, MINE)
    store = open_postgis_store(postgis, "the survey.My trees", "id")
    assert [(field.name, field.format or field.type) for field in store.fields.values()] == [
        ("id", "string"),
        ("name", "string"),
        ("code", "string"),
        ("height", "number"),
        ("age", "integer"),
        ("share", "number"),
        ("load", "number"),
        ("colour", "string"),
        ("rank", "integer"),
        ("seen", "date-time"),
        ("noted", "date-time"),
        ("tags", "array"),
    ]
    assert store.crs.to_epsg() == 4326
    assert store.version is None
    found = store.get(B)
    assert dict(found.feature.properties) == {
        "id": B,
        "name": "Zoé",
        "code": "b",
        "height": 12.3,
        "age": 90,
        "share": pytest.approx(0.1),
        "load": None,
        "colour": "red",
        "rank": 1,
        "seen": "2020-01-02T03:04:05.678901Z",
        "noted": "2020-01-02T02:04:05Z",
        "tags": ("a", "b"),
    }
    assert found.feature.geometry == shapely.Point(-1.1, 46.1)
    assert (found.previous, found.next) == (A, C)
    assert [feature.id for feature in store.read_geometries([C, A])] == [C, A]
    for unknown in ("x", B.replace("b", "d")):
        with pytest.raises(NotFound):
            store.get(unknown)


def test_a_table_of_someone_else_is_read_whole_until_somebody_writes(postgis: str, base: Engine) -> None:
    run(base, MINE)
    seen = open_postgis_store_now(postgis, "the survey.My trees", "id")
    assert seen.version is None
    (part,) = seen.store.read_all(seen.store.crs, None, seen.state)
    assert list(part.ids) == [A, B, C]
    run(base, 'UPDATE "the survey"."My trees" SET age = 91')
    with pytest.raises(LayerChanged):
        next(seen.store.read_all(seen.store.crs, None, seen.state))


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("name", [B, C, A]),
        ("height", [B, C, A]),
        ("age", [C, B, A]),
        ("share", [B, C, A]),
        ("load", [C, A, B]),
        ("colour", [C, B, A]),
        ("noted", [B, C, A]),
        ("seen", [B, A, C]),
    ],
)
def test_pages_follow_any_column_by_code_point(
    postgis: str, base: Engine, column: str, expected: list[str]
) -> None:
    """By code point `Z` is before `a` and `É` comes last; nulls and NaN are after all values."""
    run(base, MINE)
    store = open_postgis_store(postgis, "the survey.My trees", "id")
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = store.query(FeatureQuery(limit=1, sortby=((column, True),), after=after))
        seen += [feature.id for feature in page.features]
        after = page.next
    assert after is None
    assert seen == expected


def test_a_view_is_a_table_too(postgis: str, base: Engine) -> None:
    run(base, MINE + 'CREATE VIEW tall AS SELECT id, height, place FROM "the survey"."My trees"')
    store = open_postgis_store(postgis, "tall", "id")
    assert store.fields["height"] == Field("height", "number")
    assert ids(store, equals=(("height", "12.31"),)) == [C]


@pytest.mark.parametrize(
    ("table", "id_field", "reason"),
    [
        ("nothing", "id", "no such table"),
        ("the survey.My trees", "number", "no column 'number'"),
        ("flat", "id", "no geometry"),
        ('x"; DROP TABLE flat; --', "id", "no such table"),
    ],
)
def test_what_is_missing_is_told(postgis: str, base: Engine, table: str, id_field: str, reason: str) -> None:
    run(base, MINE + "CREATE TABLE flat (id integer)")
    with pytest.raises(Unavailable, match=reason):
        open_postgis_store(postgis, table, id_field)


def test_texts_fold_as_in_python(base: Engine) -> None:
    """Latin, Greek, Cyrillic and Armenian letters, ligatures, and letters that fold in a way of their own."""
    texts = [chr(point) for point in [*range(1, 0x590), *range(0x1E00, 0x2000), *range(0xFB00, 0xFB18)]]
    texts += ["ΟΔΟΣ ΟΔΟΣ", "STRASSE straße", "Ïle d'Aix, l’Houmeau", "İstanbul ısı", "e\u0301\u0323", "Ꭰꭰ"]
    with base.connect() as connection:
        for start in range(0, len(texts), 800):
            some = texts[start : start + 800]
            row = connection.execute(select(*(postgis_case(literal(text)) for text in some))).one()
            assert list(row) == [fold_case(text) for text in some]
            row = connection.execute(select(*(postgis_accents(literal(text)) for text in some))).one()
            assert list(row) == [fold_accents(text) for text in some]


def test_pages_and_boxes_use_the_indexes(
    tmp_path: Path, postgis: str, base: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = published(tmp_path, postgis, points(5_000))
    run(base, "SET enable_seqscan = on; ANALYZE")
    asked: list[tuple[Statement, dict[str, object]]] = []

    def noted(*given: Any) -> list[Any]:
        asked.append(given[2:])
        return postgis_engine.read_at_once(*given)

    monkeypatch.setattr(postgis_module, "read_at_once", noted)
    token = store.query(FeatureQuery(limit=10, count=False)).next
    ids(store, limit=10, after=token, count=False)
    ids(store, limit=10, sortby=(("code", False),), count=False)
    store.get("p00100")
    ids(store, limit=10, region=shapely.box(100, -1, 105, 1), count=False)
    plans = []
    for statement, given in asked:
        explained = replace(statement, text=f"EXPLAIN {statement.text}")
        rows = [row for (row,) in postgis_engine.read_at_once(postgis, "parking-areas", explained, given)]
        plans.append("\n".join(row for row in rows if "estran_tables" not in row))
    assert len(plans) == 5
    for plan in plans:
        assert "Index" in plan, plan
        assert "Seq Scan" not in plan, plan
    assert all("Sort" not in plan for plan in plans[:4])
    assert "_geom_idx" in plans[4]


RELATIONS = [
    ast.GeometryIntersects,
    ast.GeometryContains,
    ast.GeometryWithin,
    ast.GeometryTouches,
    ast.GeometryCrosses,
    ast.GeometryOverlaps,
    ast.GeometryEquals,
    ast.GeometryDisjoint,
]


AREAS = [
    box(10, 0, 20, 10),
    box(5, 5, 25, 8),
    shapely.LineString(at((-5, 5), (200, 5))),
    shapely.GeometryCollection([shapely.Point(at((60, 5))[0]), box(80, 0, 90, 10)]),
    shapely.Polygon(at((100, 0), (110, 10), (110, 0), (100, 10))),
]


def test_relations_are_those_of_the_geopackage(tmp_path: Path, postgis: str) -> None:
    """Also on collections of geometries, which PostGIS refuses, and on a ring that crosses itself."""
    stores = {name: make(tmp_path / name, postgis, sample()) for name, make in STORES.items()}
    for relation, area in itertools.product(RELATIONS, AREAS):
        where = relation(ast.Attribute("geometry"), values.Geometry(shapely.geometry.mapping(area)))
        found = {name: ids(store, where=where) for name, store in stores.items()}
        assert found["postgis"] == found["geopackage"], (relation, area)


@pytest.mark.parametrize(
    "shape", ["CURVEPOLYGON(CIRCULARSTRING(0 0, 2 0, 2 2, 0 2, 0 0))", "POINT Z (1 1 7)"]
)
def test_arcs_become_lines_and_heights_stay(postgis: str, base: Engine, shape: str) -> None:
    run(base, f"CREATE TABLE t (id integer, geom geometry); INSERT INTO t VALUES (1, 'SRID=2154;{shape}')")
    geometry = open_postgis_store(postgis, "t", "id").get("1").feature.geometry
    assert geometry is not None
    if "CURVE" in shape:
        assert geometry.geom_type == "Polygon"
        assert geometry.area == pytest.approx(2 * 3.14159, rel=1e-3)
    else:
        assert geometry.wkt == "POINT Z (1 1 7)"


def test_a_surface_of_triangles_is_read_as_polygons(postgis: str, base: Engine) -> None:
    tin = "SRID=2154;TIN(((0 0, 0 1, 1 0, 0 0)))"
    run(base, f"CREATE TABLE t (id integer, geom geometry); INSERT INTO t VALUES (1, '{tin}')")
    read = open_postgis_store(postgis, "t", "id").get("1").feature.geometry
    assert read == shapely.MultiPolygon([shapely.Polygon([(0, 0), (0, 1), (1, 0)])])


@pytest.mark.parametrize(
    "where",
    [
        ast.Equal(ast.Attribute("code"), ast.Attribute("rank")),
        ast.Equal(ast.Add(ast.Attribute("code"), 1), 2),
        ast.Equal(ast.Attribute("code"), "\0"),
        ast.Equal(ast.Attribute("code"), "\ud800"),
        ast.GreaterThan(ast.Attribute("age"), 10**30),
        ast.Equal(ast.Attribute("id"), "not-a-uuid"),
    ],
)
def test_what_the_database_cannot_compare_is_the_caller_s_fault(
    postgis: str, base: Engine, where: ast.Node
) -> None:
    run(base, MINE)
    with pytest.raises(InvalidInput):
        open_postgis_store(postgis, "the survey.My trees", "id").query(FeatureQuery(where=where))


def test_a_division_by_zero_is_null(tmp_path: Path, postgis: str) -> None:
    store = published(tmp_path, postgis, points(3).assign(zero=0))
    assert ids(store, where=ast.Equal(ast.Div(1, ast.Attribute("zero")), 1)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("@127.0.0.1:", "@127.0.0.1:1"),
        lambda url: url.replace(":", ":wrong", 2).replace("wrong//", "//"),
        lambda url: url.rsplit("/", 1)[0] + "/nowhere",
    ],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(
    postgis: str, change: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    location = change(postgis)
    password = location.split(":")[2].split("@")[0]
    caplog.set_level(logging.DEBUG)
    if location == postgis.replace("@127.0.0.1:", "@127.0.0.1:1"):
        location = location[: location.rindex(":")] + ":1/postgres"
    with pytest.raises(Unavailable, match="does not answer") as raised:
        open_postgis_store(location, "parking", "id")
    told = f"{raised.value.en} {raised.value.fr} {raised.value.where} {raised.value.__cause__} {caplog.text}"
    assert "does not answer" in caplog.text
    assert password not in told


def test_a_statement_that_runs_too_long_is_stopped(
    postgis: str, base: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(
        base,
        "CREATE TABLE t (id integer, geom geometry(Point, 2154)); INSERT INTO t VALUES (1, NULL);"
        " CREATE VIEW slow AS SELECT id, geom, pg_sleep(60)::text AS x FROM t",
    )
    hurried = postgis_engine._SETTLE_READING.replace("'30s'", "'50ms'")
    assert "50ms" in hurried
    monkeypatch.setattr(postgis_engine, "_SETTLE_READING", hurried)
    store = open_postgis_store(postgis, "slow", "id")
    with pytest.raises(TooLarge, match="30 s"):
        store.query(FeatureQuery())


def test_a_change_in_the_database_is_seen(tmp_path: Path, postgis: str, base: Engine) -> None:
    store = published(tmp_path, postgis, points(3))
    assert store.version == "1-0"
    assert store.query(FeatureQuery()).number_matched == 3
    assert store.field_range("code").maximum == "p00002"
    run(base, "INSERT INTO \"parking-areas\" (code) VALUES ('q')")
    assert store.version == "1-1"
    assert store.query(FeatureQuery()).number_matched == 4
    assert store.field_range("code").maximum == "q"
    run(base, 'TRUNCATE "parking-areas"')
    assert store.query(FeatureQuery()).number_matched == 0


def test_a_store_is_kept_until_its_table_changes(tmp_path: Path, postgis: str, base: Engine) -> None:
    first = published(tmp_path, postgis, points(3))
    assert open_postgis_store(postgis, "parking-areas", "code") is first
    run(base, 'ALTER TABLE "parking-areas" ADD COLUMN places integer')
    second = open_postgis_store(postgis, "parking-areas", "code")
    assert list(second.fields) == ["code", "places"]
    run(base, 'DROP TABLE "parking-areas"')
    with pytest.raises(Unavailable, match="estran data publish"):
        second.query(FeatureQuery())


def test_pages_and_counts_agree_while_others_write(tmp_path: Path, postgis: str, base: Engine) -> None:
    """Each reader sees 100 or 101 features: as many as are counted."""
    store = published(tmp_path, postgis, points(100))

    def write(number: int) -> None:
        run(base, f"INSERT INTO \"parking-areas\" (code) VALUES ('q{number}')")
        run(base, f"DELETE FROM \"parking-areas\" WHERE code = 'q{number}'")

    def read(_number: int) -> bool:
        page = store.query(FeatureQuery(limit=1_000))
        return page.number_matched == len(page.features)

    with ThreadPoolExecutor(12) as pool:
        writing = [pool.submit(write, number) for number in range(5)]
        assert all(pool.map(read, range(60)))
        for done in writing:
            done.result()


def _read_in_child(location: str, answers: "multiprocessing.Queue[list[str]]") -> None:
    answers.put(ids(open_postgis_store(location, "parking-areas", "code")))


def test_a_forked_process_opens_its_own_connections(tmp_path: Path, postgis: str) -> None:
    store = published(tmp_path, postgis, points(3))
    before = ids(store)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = context.Process(target=_read_in_child, args=(postgis, answers))
        child.start()
    assert answers.get(timeout=60) == before
    child.join(timeout=60)
    assert child.exitcode == 0
    answers.close()
    assert ids(store) == before
