"""What every feature store must do, whatever holds the data: pages that follow each other."""

import itertools
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from layers.feature_stores import X, Y, ask, box
from shapely.affinity import translate

from estran.carbon.errors import InvalidInput
from estran.layers.features.query import FeatureQuery, FeatureStore


def paging_frame() -> gpd.GeoDataFrame:
    count = 23
    return gpd.GeoDataFrame(
        {
            "code": [f"p{number:02}" for number in range(count)],
            "kind": [["x", None, "é", "X"][number % 4] for number in range(count)],
            "size": [None if number % 5 == 0 else number % 3 / 2 for number in range(count)],
        },
        geometry=[translate(shapely.Point(X, Y), number) for number in range(count)],
        crs=2154,
    )


def expected_order(frame: gpd.GeoDataFrame, sortby: tuple[tuple[str, bool], ...]) -> list[str]:
    """Sort by the last key first: Python's sort is stable. Nulls go last whatever the direction."""
    rows = sorted(frame.to_dict("records"), key=lambda row: row["code"])
    for name, ascending in reversed(sortby):
        present = [row for row in rows if not pd.isna(row[name])]
        absent = [row for row in rows if pd.isna(row[name])]
        if ascending:
            rows = sorted(present, key=lambda row: row[name]) + absent
        else:
            rows = sorted(present, key=lambda row: row[name], reverse=True) + absent
    return [row["code"] for row in rows]


SORTS: list[tuple[tuple[str, bool], ...]] = [
    (),
    (("code", False),),
    (("kind", True),),
    (("kind", False),),
    (("size", False), ("kind", True)),
    (("kind", True), ("code", False)),
    (("kind", True), ("size", False), ("code", True)),
]


@pytest.mark.parametrize("sortby", SORTS)
@pytest.mark.parametrize("limit", [1, 4, 23, 100])
def test_pages_by_cursor_hold_every_feature_once_and_in_order(
    make_store: Callable[[gpd.GeoDataFrame], FeatureStore], sortby: tuple[tuple[str, bool], ...], limit: int
) -> None:
    frame = paging_frame()
    store = make_store(frame)
    ids: list[str] = []
    after = None
    for _ in itertools.count():
        page = ask(store, FeatureQuery(limit=limit, sortby=sortby, after=after))
        assert page.number_matched == 23
        ids += [feature.id for feature in page.features]
        after = page.next
        if after is None:
            break
    assert ids == expected_order(frame, sortby)


def test_pages_by_offset(make_store: Callable[[gpd.GeoDataFrame], FeatureStore]) -> None:
    store = make_store(paging_frame())
    last = ask(store, FeatureQuery(limit=10, offset=20))
    assert [feature.id for feature in last.features] == ["p20", "p21", "p22"]
    assert last.next is None
    assert ask(store, FeatureQuery(limit=10, offset=99)).features == ()


def test_cursor_follows_a_selection(make_store: Callable[[gpd.GeoDataFrame], FeatureStore]) -> None:
    store = make_store(paging_frame())
    area = box(-0.5, -1, 9.5, 1)
    first = ask(store, FeatureQuery(limit=6, region=area))
    second = ask(store, FeatureQuery(limit=6, region=area, after=first.next))
    assert (first.number_matched, second.number_matched) == (10, 10)
    assert [feature.id for feature in second.features] == ["p06", "p07", "p08", "p09"]
    assert second.next is None


def test_a_cursor_that_was_changed_or_belongs_elsewhere_is_refused(
    make_store: Callable[[gpd.GeoDataFrame], FeatureStore],
) -> None:
    store = make_store(paging_frame())
    token = ask(store, FeatureQuery(limit=2)).next
    assert token is not None
    changed = token[:-1] + ("A" if token[-1] != "A" else "Q")
    for wrong in (changed, "", "x", "é", token + "AAAA", token[:8]):
        with pytest.raises(InvalidInput):
            ask(store, FeatureQuery(limit=2, after=wrong))
    with pytest.raises(InvalidInput):
        ask(store, FeatureQuery(limit=2, after=token, sortby=(("kind", True),)))
