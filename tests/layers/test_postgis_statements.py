"""Questions that look alike share a statement of PostGIS, and each gets its own answer.

The GeoPackage, which has no such statements, answers the same questions.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely
from layers.feature_stores import STORES, box, sample
from pygeofilter import ast
from pyproj import CRS
from sqlalchemy import create_engine

from estran.layers.features import postgis as postgis_module
from estran.layers.features import postgis_engine
from estran.layers.features.cql_json import TEXT, read_filter
from estran.layers.features.postgis_statement import Statement
from estran.layers.features.query import FeatureQuery, FeatureStore

pytestmark = pytest.mark.component("postgis")

LAMBERT = CRS.from_epsg(2154)
ALIKE: dict[str, Sequence[str]] = {
    "whole numbers": ("places > 1", "places > 5", "places > 1099511627775"),
    "a real number": ("places > 1.5", "places > 5.0"),
    "texts": ("name = 'Périgny'", "name = 'aytré'", "name = ''", "name = 'l''Houmeau'"),
    "patterns": ("name LIKE 'P%'", r"name LIKE '100\%'", "name LIKE '_ytré'", r"name LIKE 'P%\'"),
    "other patterns": ("name NOT LIKE 'P%'", "name NOT LIKE '%y%'"),
    "truths": ("open = TRUE", "open = FALSE"),
    "days": ("day > DATE('2020-01-02')", "day > DATE('1999-01-01')"),
    "instants": ("seen > TIMESTAMP('2020-01-02T01:04:05Z')", "seen > TIMESTAMP('2020-01-02T01:04:05.5Z')"),
    "two options": ("places IN (1, 2)", "places IN (5, 6)"),
    "three options": ("places IN (1, 2, 5)", "places IN (0, 6, 7)"),
    "a range": ("places BETWEEN 1 AND 2", "places BETWEEN 2 AND 9"),
    "a rest": ("places % 2 = 0", "places % 5 = 1"),
    "folds": ("CASEI(name) = CASEI('PÉRIGNY')", "CASEI(name) = CASEI('AYTRÉ')"),
    "two conditions": ("places > 1 AND name = 'Périgny'", "places > 0 AND name = 'aytré'"),
    "one or the other": ("places > 5 OR name = 'aytré'", "places > 9 OR name = ''"),
}


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The statements that PostGIS is asked."""
    return []


@pytest.fixture(scope="module")
def stores(
    tmp_path_factory: pytest.TempPathFactory, kept_postgis: str, asked: list[str]
) -> Iterator[tuple[FeatureStore, FeatureStore]]:
    def noted(*given: Any) -> list[Any]:
        asked.append(given[2].text)
        return postgis_engine.read_at_once(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgis_module, "read_at_once", noted)
        folders: list[Path] = [tmp_path_factory.mktemp(name) for name in STORES]
        places = zip(STORES.values(), folders, strict=True)
        geopackage, postgis = (make(folder, kept_postgis, sample()) for make, folder in places)
        yield geopackage, postgis


def filtered(text: str) -> ast.Node:
    return read_filter(text, TEXT, LAMBERT, LAMBERT)


def codes(store: FeatureStore, query: FeatureQuery) -> tuple[list[str], int | None]:
    page = store.query(query)
    return [feature.id for feature in page.features], page.number_matched


def test_each_question_has_its_answer(stores: tuple[FeatureStore, FeatureStore], asked: list[str]) -> None:
    geopackage, postgis = stores
    statements: dict[str, str] = {}
    for _ in range(2):
        for kind, filters in ALIKE.items():
            found = []
            for text in filters:
                asked.clear()
                query = FeatureQuery(where=filtered(text))
                expected = codes(geopackage, query)
                assert codes(postgis, query) == expected, text
                found.append(expected)
                assert len(asked) == 1
                assert statements.setdefault(kind, asked[0]) == asked[0], text
            assert len({tuple(ids) for ids, _ in found}) > 1, f"{kind}: filters that tell nothing apart"
    assert len(set(statements.values())) == len(ALIKE)


def test_pages_and_regions_share_a_statement(
    stores: tuple[FeatureStore, FeatureStore], asked: list[str]
) -> None:
    geopackage, postgis = stores
    asked.clear()
    regions = [box(-1, -1, 11, 11), box(39, 1, 95, 9), shapely.Point(380_005, 6_570_005)]
    for region in regions:
        query = FeatureQuery(region=region, limit=5)
        assert codes(postgis, query) == codes(geopackage, query)
    assert len(asked) == 3
    assert len(set(asked)) == 1
    empty = FeatureQuery(region=shapely.Polygon(), limit=5)
    assert codes(postgis, empty) == codes(geopackage, empty) == ([], 0)
    asked.clear()
    after = FeatureQuery(limit=2, count=False)
    seen = []
    while True:
        page = postgis.query(after)
        seen += [feature.id for feature in page.features]
        if page.next is None:
            break
        after = FeatureQuery(limit=2, count=False, after=page.next)
    assert seen == list("abcdefgh")
    assert len(set(asked)) == 2  # the first page, and those after a row


def test_sorted_pages_follow_rows_without_a_value(stores: tuple[FeatureStore, FeatureStore]) -> None:
    """After a row whose key is null the condition is another one: what is null shows in the shape."""
    for store in stores:
        seen, after = [], None
        while True:
            page = store.query(FeatureQuery(limit=1, sortby=(("share", False),), after=after))
            seen += [feature.id for feature in page.features]
            after = page.next
            if after is None:
                break
        assert seen == list("hgfcaedb")


def test_a_number_of_matches_is_remembered_for_its_values(
    stores: tuple[FeatureStore, FeatureStore],
) -> None:
    """By hand: of 1, 2, none, 2**40, 0, 5, 6 and 2 places, six are over 0, five over 1, two over 5."""
    _, postgis = stores
    for _ in range(2):
        for text, count in (("places > 0", 6), ("places > 1", 5), ("places > 5", 2)):
            page = postgis.query(FeatureQuery(where=filtered(text), limit=1))
            assert page.number_matched == count, text


def test_the_settings_of_an_exchange_end_with_it(postgis: str) -> None:
    names = ("statement_timeout", "timezone", "transaction_read_only")
    text = f"SELECT {', '.join(f'current_setting({name!r})' for name in names)}"
    asked = Statement(text, (), {})
    assert postgis_engine.read_at_once(postgis, "any", asked, {}) == [("30s", "UTC", "on")]
    left = postgis_engine.looked_up(postgis, "any", text, {})
    assert left[0] == "0"
    assert left[2] == "off"


def test_a_page_and_its_number_are_of_one_state(
    tmp_path: Path, postgis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feature of eight goes between the exchange of the page and that of the count: both are read again."""
    store = STORES["postgis"](tmp_path, postgis, sample())
    engine, asked = create_engine(postgis), 0

    def interrupted(*given: Any) -> list[Any]:
        nonlocal asked
        found = postgis_engine.read_at_once(*given)
        asked += 1
        if asked == 1:
            with engine.begin() as connection:
                connection.exec_driver_sql("DELETE FROM \"parking-areas\" WHERE code = 'a'")
        return found

    monkeypatch.setattr(postgis_module, "read_at_once", interrupted)
    assert codes(store, FeatureQuery(limit=2)) == (["b", "c"], 7)
    assert asked == 2
    assert codes(store, FeatureQuery(limit=3)) == (["b", "c", "d"], 7)
    assert asked == 3  # the number is remembered
    engine.dispose()
