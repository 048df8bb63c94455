"""CQL2 as the standard writes it: what a filter selects is told again in Python, feature by feature."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from providers.served_sites import EPSG, Ask, asker, definition, ids, items, make_api

from estran.carbon.errors import InvalidInput
from estran.layers.features.cql_text import DEEPEST, read_cql2_text
from estran.layers.features.writing import write_table

# The columns of the OGC's test data of CQL2 (populated places), one of them named by one letter.
ROWS: list[dict[str, Any]] = [
    {
        "code": f"p{number}",
        "name": name,
        "n": people,
        "start": start,
        "date": start.date() if start else None,
        "boolean": flag,
    }
    for number, (name, people, start, flag) in enumerate(
        [
            ("København", 1_038_288, dt.datetime(2022, 4, 16, 10, 13, 19, tzinfo=dt.UTC), True),
            ("Kobenhavn", 1_038_289, dt.datetime(2022, 4, 16, 10, 13, 20, tzinfo=dt.UTC), False),
            ("L'Houmeau", 2_774, dt.datetime(2021, 1, 1, tzinfo=dt.UTC), True),
            ("københavn", 0, dt.datetime(2023, 1, 1, tzinfo=dt.UTC), False),
            ("50 % d'eau", -3, None, None),
            (None, None, dt.datetime(2022, 4, 16, tzinfo=dt.UTC), None),
        ]
    )
]
NAME = {"property": "name"}
PLACE = {"property": "geometry"}
Row = dict[str, Any]
AT_13_19 = ROWS[0]["start"]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    path = tmp_path_factory.mktemp("places") / "places.gpkg"
    frame = gpd.GeoDataFrame(
        {name: [row[name] for row in ROWS] for name in ROWS[0]},
        geometry=[shapely.Point(380_000 + 100 * number, 6_570_000) for number in range(len(ROWS))],
        crs=2154,
    ).astype({"n": "Int64", "boolean": "boolean"})
    frame["start"] = pd.to_datetime(frame["start"], utc=True)
    write_table(path, "parking-areas", frame, id_field="code")
    return asker(make_api(definition(path, time_field=None, field_settings={}, title_field="name")))


def known(name: str, test: Callable[[Any], bool]) -> Callable[[Row], bool]:
    return lambda row: row[name] is not None and test(row[name])


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("name='København'", known("name", lambda it: it == "København")),
        ("name<>'København'", known("name", lambda it: it != "København")),
        ("name>'København'", known("name", lambda it: it > "København")),
        ("name<='København'", known("name", lambda it: it <= "København")),
        ("n=1038288", known("n", lambda it: it == 1_038_288)),
        ("n>1038288", known("n", lambda it: it > 1_038_288)),
        ("n>=1038288", known("n", lambda it: it >= 1_038_288)),
        ("n<1.5", known("n", lambda it: it < 1.5)),
        ("1038288<=n", known("n", lambda it: it >= 1_038_288)),
        ("n=-3", known("n", lambda it: it == -3)),
        ("start=TIMESTAMP('2022-04-16T10:13:19Z')", known("start", lambda it: it == AT_13_19)),
        ("start<TIMESTAMP('2022-04-16T10:13:19Z')", known("start", lambda it: it < AT_13_19)),
        ("start<>TIMESTAMP('2022-04-16T10:13:19Z')", known("start", lambda it: it != AT_13_19)),
        ("date=DATE('2022-04-16')", known("date", lambda it: it == dt.date(2022, 4, 16))),
        ("\"date\">=DATE('2022-04-16')", known("date", lambda it: it >= dt.date(2022, 4, 16))),
        ("boolean=true", lambda row: row["boolean"] is True),
        ("boolean=false", lambda row: row["boolean"] is False),
        ("boolean", lambda row: row["boolean"] is True),
        ("NOT boolean", lambda row: row["boolean"] is False),
        ("true", lambda row: True),
        ("false", lambda row: False),
        ("NOT (false OR n IS NULL)", lambda row: row["n"] is not None),
        ("name IS NULL", lambda row: row["name"] is None),
        ("name is not null", lambda row: row["name"] is not None),
        ("NOT name IS NULL AND n IS NOT NULL", lambda row: row["name"] is not None),
    ],
)  # fmt: skip
def test_basic_cql2(places: Ask, text: str, test: Callable[[Row], bool]) -> None:
    """The forms of the standard's abstract tests 4 to 9 for class Basic CQL2."""
    assert ids(items(places, f"limit=10&filter={text}")).split() == [row["code"] for row in ROWS if test(row)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n=0 OR n=2774 AND boolean=false", "p3"),
        ("(n=0 OR n=2774) AND boolean=true", "p2"),
        ("NOT (n=0 OR n=2774)", "p0 p1 p4"),
        ("NOT n=0 AND NOT n=2774", "p0 p1 p4"),
        ("NOT NOT n=0", "p3"),
        ("name='L''Houmeau'", "p2"),
        (r"name='L\'Houmeau'", "p2"),
        ("\"name\"='L''Houmeau'", "p2"),
    ],
)
def test_the_order_of_operators_and_quotes(places: Ask, text: str, expected: str) -> None:
    assert ids(items(places, f"filter={text}")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name LIKE 'K%havn'", "p0 p1"),
        ("name LIKE 'K_benhavn'", "p0 p1"),
        ("name NOT LIKE 'K%'", "p2 p3 p4"),
        (r"name LIKE '50 \%%'", "p4"),
        ("n BETWEEN 0 AND 2774", "p2 p3"),
        ("n NOT BETWEEN 0 AND 2774 AND n < 5", "p4"),
        ("n IN (0, 2774, 7)", "p2 p3"),
        ("name NOT IN ('København', 'L''Houmeau')", "p1 p3 p4"),
        ("CASEI(name) = CASEI('KØBENHAVN')", "p0 p3"),
        ("CASEI(name) LIKE CASEI('kØ%')", "p0 p3"),
        ("CASEI(name) IN (CASEI('kØbenhavn'), CASEI('l''houmeau'))", "p0 p2 p3"),
        ("ACCENTI(name) = ACCENTI('Ľ''Hoümeau')", "p2"),
        ("ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('l''hôu%'))", "p2"),
        ("n = n AND name = name AND code > name", "p0 p1 p2 p3 p4"),
        ("n + 2 * 3 = 2780", "p2"),
        ("(n + 2) * 3 = 6", "p3"),
        ("n / 2 = 1387", "p2"),
        ("-n = 3", "p4"),
        ("T_AFTER(start, TIMESTAMP('2022-04-16T10:13:19Z'))", "p1 p3"),
        ("T_DURING(start, INTERVAL('2022-01-01T00:00:00Z', '2022-12-31T23:59:59Z'))", "p0 p1 p5"),
    ],
)
def test_more_than_basic(places: Ask, text: str, expected: str) -> None:
    query = text.replace("+", "%2B").replace("%h", "%25h").replace("%'", "%25'").replace(r"\%", r"\%25")
    assert ids(items(places, f"filter={query}")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S_INTERSECTS(geometry,BBOX(379950,6569950,380150,6570050))", "p0 p1"),
        ("S_WITHIN(geometry,POLYGON((380050 6569950,380150 6569950,380150 6570070,380050 6569950)))", "p1"),
        ("S_DISJOINT(geometry,BBOX(379950,6569950,380350,6570050))", "p4 p5"),
        ("S_EQUALS(geometry,POINT(380200 6570000))", "p2"),
        ("S_INTERSECTS(GEOMETRYCOLLECTION(POINT(380200 6570000)),geometry)", "p2"),
    ],
)
def test_places_in_the_crs_of_the_filter(places: Ask, text: str, expected: str) -> None:
    assert ids(items(places, f"filter={text}&filter-crs={EPSG}/2154")) == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"op": "=", "args": [{"property": "n"}, 2774]}, "p2"),
        ({"op": "between", "args": [{"property": "n"}, 0, 2774]}, "p2 p3"),
        ({"op": "in", "args": [{"property": "n"}, [0, 2774]]}, "p2 p3"),
        ({"op": "not", "args": [{"op": "isNull", "args": [{"property": "boolean"}]}]}, "p0 p1 p2 p3"),
        (
            {"op": "or", "args": [{"op": "=", "args": [{"property": "n"}, n]} for n in (0, 2774, -3)]},
            "p2 p3 p4",
        ),
        (
            {"op": "like", "args": [{"op": "casei", "args": [NAME]}, {"op": "casei", "args": ["kø%"]}]},
            "p0 p3",
        ),
        ({"op": ">", "args": [{"property": "date"}, {"date": "2022-04-16"}]}, "p3"),
    ],
)  # fmt: skip
def test_json_in_the_address_and_in_a_body(places: Ask, tree: dict[str, Any], expected: str) -> None:
    text = json.dumps(tree).replace("%", "%25")
    assert ids(items(places, f"filter-lang=cql2-json&filter={text}")) == expected
    _, status, document = places("parking-areas/items?f=json", method="POST", body=tree)
    assert (status, ids(document)) == (200, expected)


DEEP: dict[str, Any] = {"op": "isNull", "args": [{"property": "n"}]}
for _ in range(100):
    DEEP = {"op": "not", "args": [DEEP]}


@pytest.mark.parametrize(
    "tree",
    [
        "text",
        12,
        None,
        [],
        {},
        DEEP,
        {"op": "="},
        {"op": "=", "args": [{"property": "n"}]},
        {"op": "=", "args": {"property": "n"}},
        {"op": 3, "args": []},
        {"op": "+", "args": [1, 2]},
        {"op": "and", "args": [True]},
        {"op": "and", "args": [{"property": "n"}, {"property": "n"}]},
        {"op": "=", "args": [{"property": 3}, 2]},
        {"op": "=", "args": [{"property": "n"}, None]},
        {"op": "=", "args": [{"property": "n"}, [1, 2]]},
        {"op": "=", "args": [{"property": "n"}, 10**400]},
        {"op": "=", "args": [{"property": "name"}, "\ud800"]},
        {"op": "in", "args": [{"property": "n"}, []]},
        {"op": "in", "args": [{"property": "n"}, [0] * 30_000]},
        {"op": "nothing", "args": [{"property": "n"}]},
        {"op": ">", "args": [{"property": "date"}, {"date": "2022-02-30"}]},
        {"op": ">", "args": [{"property": "start"}, {"timestamp": "yesterday"}]},
        {"op": "t_during", "args": [{"property": "start"}, {"interval": ["2022-01-01"]}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2, 3]}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2, "3", 4]}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": "x"}]},
        {"op": "s_intersects", "args": [PLACE, {"type": "Nothing", "coordinates": [1, 2]}]},
        {"op": "s_intersects", "args": [PLACE, {"type": "Point", "coordinates": [1e308, 0]}]},
        {"op": "s_intersects", "args": [{"property": "name"}, {"type": "Point", "coordinates": [1, 0]}]},
        {"op": "a_contains", "args": [{"property": "name"}, ["x"]]},
    ],
)  # fmt: skip
def test_json_that_makes_no_sense(places: Ask, tree: Any) -> None:
    _, status, _ = places("parking-areas/items?f=json", method="POST", body=tree or {"op": ""})
    assert status == 400
    text = json.dumps(tree).replace("%", "%25")
    assert places(f"parking-areas/items?f=json&filter-lang=cql2-json&filter={text}")[1] == 400


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("n == 1", "character 4"),
        ("n = 1 AND", "ends too early"),
        ("n = 1 name", "character 7"),
        ("n = 'x", "character 5"),
        ("(n = 1", "ends too early"),
        ("n = 1)", "character 6"),
        ("n NOT 1", "character 7"),
        ("n = 1 = 2", "character 7"),
        ("n = NULL", "character 5"),
        ("S_INTERSECTS(geometry,POINT(1))", "character 23"),
        ("S_INTERSECTS(geometry,POINT(1 2", "character 23"),
        ("", "ends too early"),
        ("#", "character 1"),
    ],
)
def test_a_text_that_cannot_be_read_names_the_place(text: str, place: str) -> None:
    with pytest.raises(InvalidInput, match=place):
        read_cql2_text(text)


@pytest.mark.parametrize(
    "query",
    ["filter=n=1&filter-lang=sql", "filter=n=1&filter-crs=nowhere", "filter-lang=cql2-text", "filter=n"],
)
def test_parameters_that_go_with_a_filter(places: Ask, query: str) -> None:
    items(places, query, 400)


@pytest.mark.parametrize(
    "text", ["(" * 5_000, "NOT " * 5_000 + "n=1", "n=" + "-" * 5_000 + "1", "2^" * 5_000 + "2"]
)
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(InvalidInput, match=str(DEEPEST)):
        read_cql2_text(text)


@pytest.mark.parametrize(
    "text", ["(n=1 AND " * 39 + "n==1" + ")" * 39, "'" + "\\'" * 50_000, "n" * 100_000 + "'"]
)
def test_no_bracket_or_quote_is_tried_twice(text: str) -> None:
    """With a reader that tries again at each bracket, this test would not end."""
    with pytest.raises(InvalidInput):
        read_cql2_text(f"{text} =")


def test_a_long_list_of_conditions_is_not_deep(places: Ask) -> None:
    text = " OR ".join(f"n={number}" for number in range(2_000, 3_000))
    assert ids(items(places, f"filter={text}")) == "p2"
