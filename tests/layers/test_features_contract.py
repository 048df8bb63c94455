"""What every feature store must do, whatever holds the data: values and selections."""

import datetime as dt
from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely
from layers.feature_stores import X, Y, ask, box, sample
from pygeofilter import ast, values

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.features.query import FeatureQuery, FeatureStore, Field
from estran.layers.features.times import parse_interval


def found(store: FeatureStore, **asked: object) -> str:
    page = ask(store, FeatureQuery(**asked))  # type: ignore[arg-type]
    assert page.number_matched == len(page.features)
    return "".join(feature.id for feature in page.features)


def test_fields_have_the_types_of_the_columns(store: FeatureStore) -> None:
    assert list(store.fields.values()) == [
        Field("code", "string"),
        Field("name", "string"),
        Field("places", "integer"),
        Field("share", "number"),
        Field("open", "boolean"),
        Field("day", "string", "date"),
        Field("seen", "string", "date-time"),
    ]
    assert store.crs.to_epsg() == 2154


def test_values_keep_type_nulls_and_accents(store: FeatureStore) -> None:
    features = {feature.id: feature for feature in ask(store, FeatureQuery()).features}
    assert features["a"].properties == {
        "code": "a",
        "name": "Périgny",
        "places": 1,
        "share": 1.5,
        "open": True,
        "day": "2020-01-02",
        "seen": "2020-01-02T01:04:05Z",
    }
    assert features["d"].properties["places"] == 2**40
    assert dict.fromkeys(features["c"].properties) | {"code": "c", "share": 2.5} == features["c"].properties
    assert features["e"].properties["name"] == ""
    assert features["b"].properties["open"] is False


def test_geometries_come_back_as_they_were(store: FeatureStore) -> None:
    frame = sample().set_index("code").geometry
    for feature in ask(store, FeatureQuery()).features:
        expected = frame[feature.id]
        if expected is None:
            assert feature.geometry is None
        else:
            assert feature.geometry is not None
            assert shapely.equals_exact(feature.geometry, expected)
            assert shapely.has_z(feature.geometry) == shapely.has_z(expected)


@pytest.mark.parametrize(
    ("area", "ids"),
    [
        (box(-5, -5, 5, 5), "a"),
        (box(10, 10, 12, 12), "a"),
        (box(-1, -1, 200, 200), "abcdeh"),
        (box(40, 8, 42, 10), ""),
        (box(48, 8, 52, 10), "c"),
        (box(60, 5, 60, 5), "d"),
        (box(71, 0, 79, 10), ""),
        (box(69, 0, 71, 10), "e"),
        (box(103, 8, 107, 10), ""),
        (box(100, 8, 107, 10), "h"),
        (box(1000, 0, 2000, 10), ""),
        (shapely.Polygon(), ""),
    ],
)
def test_a_region_selects_what_it_really_meets(store: FeatureStore, area: shapely.Polygon, ids: str) -> None:
    assert found(store, region=area) == ids


@pytest.mark.parametrize(
    ("time_field", "interval", "ids"),
    [
        ("day", "2020-01-02", "ae"),
        ("day", "2020-01-02T18:00:00Z", "ae"),
        ("day", "2020", "abe"),
        ("day", "2020-01-03/..", "bd"),
        ("day", "../2020-01-01", "f"),
        ("day", "2020-01-02/2020-02-01", "abe"),
        ("seen", "2020-01-02T01:04:05Z", "a"),
        ("seen", "2020-01-02T01:04:05.500Z", "b"),
        ("seen", "2020-01-02T02:04:05+01:00", "a"),
        ("seen", "2020-01-02T01:04:05.2Z/..", "bd"),
        ("seen", "../2020-01-02T01:04:05.6Z", "ab"),
        ("seen", "2020-01-02", "abd"),
        (None, "1800-01-01", "abcdefgh"),
    ],
)
def test_a_time_selects_dates_and_moments(
    store: FeatureStore, time_field: str | None, interval: str, ids: str
) -> None:
    assert found(store, time_field=time_field, interval=parse_interval(interval)) == ids


@pytest.mark.parametrize(
    ("equals", "ids"),
    [
        ({"name": "Périgny"}, "ad"),
        ({"name": ""}, "e"),
        ({"name": "100%"}, "g"),
        ({"places": "2"}, "bh"),
        ({"share": "1.50"}, "a"),
        ({"open": "true"}, "adf"),
        ({"open": "false", "places": "2"}, "bh"),
        ({"day": "2020-01-02"}, "ae"),
        ({"seen": "2020-01-02T01:04:05.5Z"}, "b"),
        ({"name": '" OR 1 --'}, ""),
    ],
)
def test_properties_select_by_typed_equality(store: FeatureStore, equals: dict[str, str], ids: str) -> None:
    assert found(store, equals=tuple(equals.items())) == ids


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("places", "two"),
        ("places", "1.5"),
        ("places", "9" * 30),
        ("share", "nan"),
        ("open", "perhaps"),
        ("day", "yesterday"),
        ("day", "2020-13-01"),
        ("seen", "25:00"),
        ("colour", "red"),
        ('code" = 1 --', "x"),
    ],
)
def test_a_value_of_another_type_or_an_unknown_column_is_refused(
    store: FeatureStore, name: str, text: str
) -> None:
    with pytest.raises(InvalidInput):
        ask(store, FeatureQuery(equals=((name, text),)))


def attribute(name: str) -> ast.Attribute:
    return ast.Attribute(name)


def intersects(area: shapely.Polygon | shapely.MultiPolygon) -> ast.Node:
    return ast.GeometryIntersects(attribute("geometry"), values.Geometry(shapely.geometry.mapping(area)))


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (ast.GreaterThan(attribute("places"), 2), "dfg"),
        (ast.NotEqual(attribute("places"), 2), "adefg"),
        (ast.LessThan(2, attribute("places")), "dfg"),
        (ast.Not(ast.Equal(attribute("open"), True)), "beh"),
        (attribute("open"), "adf"),
        (
            ast.And(
                ast.Equal(attribute("name"), "Périgny"), ast.Or(ast.Equal(attribute("places"), 1), False)
            ),
            "a",
        ),
        (ast.Between(attribute("share"), 0, 2.5, False), "ace"),
        (ast.In(attribute("name"), ["aytré", "100%"], False), "bg"),
        (ast.In(attribute("places"), [1, 2], True), "defg"),
        (ast.IsNull(attribute("name"), False), "c"),
        (ast.IsNull(attribute("day"), True), "abdef"),
        (ast.Like(attribute("name"), "P%", False, "%", "_", "\\", False), "ad"),
        (ast.Like(attribute("name"), "_érigny", False, "%", "_", "\\", False), "ad"),
        (ast.Like(attribute("name"), "100\\%", False, "%", "_", "\\", False), "g"),
        (ast.Like(attribute("name"), "%*%", False, "%", "_", "\\", False), ""),
        (
            ast.Like(
                ast.Function("casei", [ast.Function("accenti", [attribute("name")])]),
                ast.Function("casei", [ast.Function("accenti", ["PÉRIGNY"])]),
                False,
                "%",
                "_",
                "\\",
                False,
            ),
            "adh",
        ),
        (ast.GreaterEqual(attribute("day"), dt.date(2020, 2, 1)), "bd"),
        (ast.LessThan(attribute("seen"), dt.datetime(2020, 1, 2, 1, 4, 5, 600_000, tzinfo=dt.UTC)), "ab"),
        (ast.TimeAfter(attribute("day"), dt.date(2020, 2, 1)), "d"),
        (
            ast.TimeDuring(attribute("day"), values.Interval(dt.date(2020, 1, 1), dt.date(2020, 12, 31))),
            "abe",
        ),
        (ast.Equal(ast.Div(attribute("places"), 4), 0.5), "bh"),
        (ast.GreaterThan(ast.Add(attribute("share"), attribute("places")), 10), "dfgh"),
        (intersects(box(40, 8, 42, 10)), ""),
        (ast.Or(intersects(box(0, 0, 1, 1)), intersects(box(60, 0, 61, 9))), "ad"),
        (ast.Not(intersects(box(-1, -1, 35, 35))), "cdefgh"),
        (intersects(shapely.MultiPolygon([box(0, 0, 1, 1), box(60, 0, 61, 9)])), "ad"),
        (
            ast.GeometryWithin(
                attribute("geometry"), values.Geometry(shapely.geometry.mapping(box(-1, -1, 25, 25)))
            ),
            "a",
        ),
        (
            ast.GeometryContains(
                attribute("geometry"), values.Geometry(shapely.geometry.mapping(box(22, 2, 23, 3)))
            ),
            "b",
        ),
    ],
)
def test_a_filter_selects(store: FeatureStore, where: ast.Node, ids: str) -> None:
    assert found(store, where=where) == ids


@pytest.mark.parametrize(
    "where",
    [
        ast.Equal(attribute("colour"), "red"),
        ast.GreaterThan(attribute("places"), "many"),
        ast.Equal(attribute("name"), 3),
        ast.Equal(attribute("open"), 1),
        ast.Equal(attribute("day"), "yesterday"),
        ast.Function("drop_table", [attribute("name")]),
        ast.Relate(attribute("geometry"), values.Geometry({"type": "Point", "coordinates": (0, 0)}), "T*"),
        ast.GeometryIntersects(attribute("geometry"), values.Geometry({"type": "Point", "coordinates": "x"})),
        attribute("name"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(store: FeatureStore, where: ast.Node) -> None:
    with pytest.raises(InvalidInput):
        ask(store, FeatureQuery(where=where))


def test_selections_combine(store: FeatureStore) -> None:
    assert (
        found(
            store,
            region=box(-1, -1, 65, 65),
            equals=(("name", "Périgny"),),
            time_field="day",
            interval=parse_interval("2021/.."),
        )
        == "d"
    )


def test_columns_and_geometry_are_left_out_on_demand(store: FeatureStore) -> None:
    page = ask(store, FeatureQuery(properties=("places", "name"), skip_geometry=True, limit=1))
    assert dict(page.features[0].properties) == {"places": 1, "name": "Périgny"}
    assert list(page.features[0].properties) == ["places", "name"]
    assert page.features[0].geometry is None
    with pytest.raises(InvalidInput):
        ask(store, FeatureQuery(properties=("colour",)))


def test_counting_alone_and_not_counting(store: FeatureStore) -> None:
    hits = ask(store, FeatureQuery(limit=0, equals=(("name", "Périgny"),)))
    assert (hits.features, hits.number_matched, hits.next) == ((), 2, None)
    assert ask(store, FeatureQuery(count=False)).number_matched is None


def test_one_feature_and_its_neighbours(store: FeatureStore) -> None:
    middle = store.get("d")
    assert (middle.feature.id, middle.previous, middle.next) == ("d", "c", "e")
    assert store.get("a").previous is None
    assert store.get("h").next is None
    assert dict(store.get("b", properties=["places"]).feature.properties) == {"places": 2}
    with pytest.raises(NotFound):
        store.get("z")


def test_geometries_by_identifier_in_the_order_asked(store: FeatureStore) -> None:
    read = store.read_geometries(["d", "a"])
    assert [feature.id for feature in read] == ["d", "a"]
    assert read[1].geometry is not None
    assert read[1].geometry.area == 100
    assert store.read_geometries([]) == []
    with pytest.raises(NotFound, match="'y', 'z'"):
        store.read_geometries(["a", "y", "z"])


def test_ranges_tell_what_columns_hold(store: FeatureStore) -> None:
    places = store.field_range("places")
    assert (places.minimum, places.maximum) == (0, 2**40)
    assert places.values == (0, 1, 2, 5, 6, 2**40)
    assert store.field_range("open").values == (False, True)
    assert store.field_range("day").minimum == "1999-12-31"


def test_integer_identifiers(make_store: Callable[[gpd.GeoDataFrame], FeatureStore]) -> None:
    frame = gpd.GeoDataFrame({"code": [10, 9, 100]}, geometry=[shapely.Point(X, Y)] * 3, crs=2154)
    store = make_store(frame)
    assert [feature.id for feature in ask(store, FeatureQuery()).features] == ["9", "10", "100"]
    assert (store.get("10").previous, store.get("10").next) == ("9", "100")
    assert [feature.id for feature in store.read_geometries(["100", "9"])] == ["100", "9"]
    for unknown in ("11", "ten", "10.0"):
        with pytest.raises(NotFound):
            store.get(unknown)
