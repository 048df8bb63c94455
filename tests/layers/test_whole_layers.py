"""Layers held whole answer what their store answers, in the state that was read, within a budget."""

import itertools
import json
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from layers.feature_stores import X, Y, box, sample
from pyproj import CRS

from estran.carbon.errors import InvalidInput, NotFound, Unavailable
from estran.layers.features import shelves, whole_columns
from estran.layers.features.cql_json import TEXT, read_filter
from estran.layers.features.query import (
    Cell,
    FeatureQuery,
    FeatureStore,
    LayerChanged,
    Shelf,
    Value,
    WrittenFeatures,
)
from estran.layers.features.shelves import ASKED, Read, WholeLayers
from estran.layers.features.whole import WholeLayer
from estran.layers.features.whole_columns import Gathered
from estran.layers.features.whole_pages import feature_held, layer_held, page_held

LAMBERT, DEGREES = CRS.from_epsg(2154), CRS.from_user_input("OGC:CRS84")
EVERYWHERE = box(-1000, -1000, 1000, 1000)
REGIONS = {
    "everywhere": EVERYWHERE,
    "the edge of a square": box(10, 2, 12, 4),
    "beside a triangle, in its box": box(40, 8, 42, 10),
    "the point of a collection": box(69, 4, 71, 6),
    "a corner of a bow tie": shapely.Point(X + 100, Y),
    "a ring around a square": EVERYWHERE - box(-1, -1, 11, 11),
    "elsewhere": box(5000, 5000, 5001, 5001),
}


def held_whole(store: FeatureStore, target: CRS = LAMBERT) -> WholeLayer:
    """Return the layer, after it was asked for as often as it takes."""
    layers = WholeLayers(6_000_000)
    for _ in range(ASKED):
        assert layer_held(store, target, None, layers, str(store.version)) is None
    wait_for(lambda: layers.held_count)
    layer = layer_held(store, target, None, layers, str(store.version))
    assert layer is not None
    return layer


def wait_for(found: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not found():
        assert time.monotonic() < until, "not within 30 s"
        time.sleep(0.005)


def same(store: FeatureStore, query: FeatureQuery, held: WholeLayer, target: CRS = LAMBERT) -> int:
    """Compare a page held with that of the store; return how many features match."""
    expected = store.query_encoded(query, target)
    found = page_held(held, query, store)
    assert found is not None
    assert list(found.features) == list(expected.features)
    assert (found.number_matched, found.next) == (expected.number_matched, expected.next)
    return len(found.features)


@pytest.mark.parametrize("target", [LAMBERT, DEGREES], ids=["storage", "degrees"])
def test_pages_are_those_of_the_store(store: FeatureStore, target: CRS) -> None:
    held = held_whole(store, target)
    assert same(store, FeatureQuery(), held, target) == 8
    assert same(store, FeatureQuery(limit=3), held, target) == 3
    assert same(store, FeatureQuery(limit=3, offset=6), held, target) == 2
    assert same(store, FeatureQuery(limit=3, offset=9), held, target) == 0
    assert same(store, FeatureQuery(limit=3, count=False), held, target) == 3
    after = store.query(FeatureQuery(limit=5)).next
    assert same(store, FeatureQuery(limit=2, after=after), held, target) == 2
    assert same(store, FeatureQuery(limit=5, after=after), held, target) == 3


@pytest.mark.parametrize("name", REGIONS)
def test_features_of_a_region_are_those_of_the_store(store: FeatureStore, name: str) -> None:
    held = held_whole(store)
    query = FeatureQuery(region=REGIONS[name])
    for _ in range(2):
        count = same(store, query, held)
    first = replace(query, limit=2)
    same(store, first, held)
    following = store.query(first).next
    assert (following is not None) == (count > 2)
    if following:
        same(store, replace(first, after=following), held)
    # By hand: the squares a and b, the triangle c, the point d, the collection e, the bow tie h.
    counts = {"everywhere": 6, "the edge of a square": 1, "elsewhere": 0, "a ring around a square": 5}
    assert count == counts.get(name, count)


def test_a_feature_is_that_of_the_store(store: FeatureStore) -> None:
    held = held_whole(store)
    for identifier in "abcdefgh":
        found = feature_held(held, identifier, store)
        assert found == store.get_encoded(identifier, LAMBERT)
    for unknown in ("", "z", "A", "aa"):
        with pytest.raises(NotFound, match="no feature"):
            feature_held(held, unknown, store)


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ("share > 1.5", "cfgh"),
        ("places = 1099511627776", "d"),
        ("places < 1.5", "ae"),
        ("NOT places IN (2, 5)", "adeg"),
        ("open", "adf"),
        ("NOT open = TRUE OR name IS NULL", "bceh"),
        ("name > 'Z'", "bfh"),
        ("CASEI(name) LIKE 'p_rigny' OR name LIKE '%\\%'", "adgh"),
        ("ACCENTI(CASEI(name)) = ACCENTI(CASEI('PÉRIGNY'))", "adh"),
        ("T_AFTER(day, DATE('2020-01-02'))", "bd"),
        ("seen = TIMESTAMP('2020-01-02T01:04:05.500Z')", "b"),
        ("day BETWEEN '2020-01-01' AND '2020-01-31' AND share >= 0", "ae"),
    ],
)
def test_a_filter_is_answered_without_the_store(store: FeatureStore, filter_: str, ids: str) -> None:
    """The expected features are those of the sample, by hand; a null is neither true nor false."""
    held, where = held_whole(store), read_filter(filter_, TEXT, DEGREES, LAMBERT)
    assert same(store, FeatureQuery(where=where), held) == len(ids)
    assert same(store, FeatureQuery(where=where, sortby=(("share", False), ("name", True))), held) == len(ids)
    found = page_held(held, FeatureQuery(where=where), store)
    assert found is not None
    assert "".join(json.loads(text)["id"] for text in found.features) == ids


def test_the_store_searches_what_the_layer_cannot_tell(
    store: FeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = held_whole(store)
    monkeypatch.setattr(whole_columns, "FEW_TEXTS", 3)
    for filter_ in (
        "places / 2 = 1",
        "name LIKE 'P%'",
        "CASEI(name) = 'x'",
        "geometry IS NULL",
        "S_WITHIN(geometry, POINT(0 0))",
        "places = share",
        "places = 1e300",
    ):
        where = read_filter(filter_, TEXT, DEGREES, LAMBERT)
        assert page_held(held, FeatureQuery(where=where), store) is None
    del held.columns["name"]
    assert page_held(held, FeatureQuery(equals=(("name", "Périgny"),)), store) is None
    assert page_held(held, FeatureQuery(sortby=(("name", True),)), store) is None


@pytest.mark.parametrize("cells", [["a", 1], [b"x"], [1.5, float("inf")], [2**63], [0.5, 2**60]])
def test_values_that_cannot_be_compared_are_left_to_the_store(cells: list[Cell]) -> None:
    gathered = Gathered()
    gathered.extend([*cells, None])
    assert gathered.column() is None


def test_a_cursor_of_another_order_is_refused(store: FeatureStore) -> None:
    held = held_whole(store)
    other = store.query(FeatureQuery(limit=2, sortby=(("name", True),))).next
    with pytest.raises(InvalidInput):
        page_held(held, FeatureQuery(after=other), store)


def test_data_in_another_state_are_not_read(store: FeatureStore) -> None:
    with pytest.raises(LayerChanged):
        next(store.read_all(LAMBERT, None, "another"))


def test_a_layer_of_more_than_a_reading_is_whole(
    make_store: Callable[[gpd.GeoDataFrame], FeatureStore],
) -> None:
    """Five thousand features are read at once: 5,001 take two readings."""
    count = 5_001
    frame = gpd.GeoDataFrame(
        {"code": np.arange(count) * 3 - 7}, geometry=shapely.points(X + np.arange(count), Y), crs=2154
    )
    store = make_store(frame)
    parts = list(store.read_all(LAMBERT, None, str(store.version)))
    assert [len(part.ids) for part in parts] == [5_000, 1]
    layer = WholeLayer(iter(parts), 1e9)
    assert layer.ids == (np.arange(count) * 3 - 7).tolist()
    assert layer.place(-7 + 3 * 5_000) == 5_000
    assert layer.place(-6) is None
    assert layer.after(-7) == layer.after(-6) == 1
    inside = box(4_990, -1, 5_010, 1)
    assert layer.meeting(inside).tolist() == list(range(4_990, 5_001))
    # The codes are 3k - 7: k from 4,003 on; up to 22; all but 4; none.
    for text, matched in (("code > 12000", 998), ("code < 60", 23), ("code <> 5", 5_000), ("code = 6", 0)):
        query = FeatureQuery(where=read_filter(text, TEXT, DEGREES, LAMBERT), limit=20)
        for offset in (0, 10, 90, 4_970):
            same(store, replace(query, offset=offset), layer)
        following = store.query(replace(query, limit=7)).next
        same(store, replace(query, after=following), layer)
        found = page_held(layer, query, store)
        assert found is not None
        assert found.number_matched == matched


def test_a_layer_without_geometries_meets_nothing(
    make_store: Callable[[gpd.GeoDataFrame], FeatureStore],
) -> None:
    frame = sample()[["code", "name"]].set_geometry([None] * 8, crs=2154)
    store = make_store(frame)
    layer = WholeLayer(store.read_all(LAMBERT, None, str(store.version)), 1e9)
    assert (len(layer.ids), layer.meeting(EVERYWHERE).tolist()) == (8, [])


def written(ids: list[Value], size: int = 100) -> Iterator[WrittenFeatures]:
    """Give features of some bytes, at (0, 0)."""
    points = np.full(len(ids), shapely.Point(0, 0), dtype=object)
    yield WrittenFeatures(ids, [b"x" * size] * len(ids), points, {})


@pytest.mark.parametrize("ids", [[2, 1], [1, 1], [1, "a"], [1.5, 2.5], [True, 2]])
def test_identifiers_without_order_are_left_to_the_store(ids: list[Value]) -> None:
    with pytest.raises(ValueError, match="no order"):
        WholeLayer(written(ids), 1e9)


def asked(layers: WholeLayers, shelf: Shelf, read: Read[WholeLayer]) -> None:
    for _ in range(ASKED):
        layers.get(shelf, read)


def is_held(layers: WholeLayers, place: str, state: str) -> bool:
    """Ask once more; a layer that is not held is not for that."""

    def read(_largest: float) -> WholeLayer:
        raise LayerChanged

    return layers.get((place, state), read) is not None


def test_a_layer_is_read_once_it_has_been_asked_for_often() -> None:
    layers, reads = WholeLayers(1e6), itertools.count()

    def read(largest: float) -> WholeLayer:
        next(reads)
        return WholeLayer(written([1, 2]), largest)

    for _ in range(ASKED - 1):
        assert layers.get(("table", "monday"), read) is None
    assert next(reads) == 0
    layers.get(("table", "monday"), read)
    wait_for(lambda: layers.held_count)
    asked(layers, ("table", "monday"), read)
    assert next(reads) == 2
    assert is_held(layers, "table", "monday")
    assert not is_held(layers, "table", "tuesday")
    assert not is_held(layers, "table", "monday")
    assert layers.held_count == 0


@pytest.mark.parametrize(
    ("failure", "line", "is_tried_again"),
    [
        (ValueError("too large"), "not held whole: too large", False),
        (LayerChanged(), "not held whole: its data have changed", True),
        (Unavailable("no file", "pas de fichier"), "not held whole: no file", True),
        (KeyError("a mistake"), "KeyError: 'a mistake'", False),
    ],
)
def test_a_layer_that_cannot_be_read_is_left_to_its_store(
    failure: Exception, line: str, is_tried_again: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be mended by waiting is not tried again for an hour."""
    layers, reads = WholeLayers(1e6), itertools.count()

    def read(largest: float) -> WholeLayer:
        if next(reads):
            return WholeLayer(written([1, 2]), largest)
        raise failure

    with caplog.at_level("INFO"):
        asked(layers, ("table", "monday"), read)
        wait_for(lambda: not layers.is_reading)
    assert line in caplog.text
    assert layers.held_count == 0
    if is_tried_again:
        wait_for(lambda: layers.get(("table", "monday"), read))
    else:
        asked(layers, ("table", "monday"), read)
        assert next(reads) == 1


def test_a_layer_is_the_same_after_a_journey(store: FeatureStore) -> None:
    """What its arrays hold goes beside the rest; the rest is a few kilobytes."""
    held = held_whole(store)
    beside: list[pickle.PickleBuffer] = []
    first = pickle.dumps(held, protocol=5, buffer_callback=beside.append)
    assert len(first) < 8_000
    there = pickle.loads(first, buffers=[bytearray(each.raw()) for each in beside])
    assert (there.ids, there.size, list(there.columns)) == (held.ids, held.size, list(held.columns))
    assert there.texts(range(8)) == held.texts(range(8))
    for name, column in held.columns.items():
        assert [there.columns[name].value(place) for place in range(8)] == list(map(column.value, range(8)))
    for region in REGIONS.values():
        assert there.meeting(region).tolist() == held.meeting(region).tolist()


def test_many_values_arrive_in_portions() -> None:
    """12,001 are three times 5,000 at most."""
    names: list[Value] = [f"n{number:05}" for number in range(12_001)]
    points = np.full(len(names), None, dtype=object)
    columns = {"name": names[::-1], "number": [*range(12_000), None]}
    made = WholeLayer(iter([WrittenFeatures(names, [b"x"] * len(names), points, columns)]), 1e9)
    there = pickle.loads(pickle.dumps(made))
    assert there.ids == names
    for name, values in columns.items():
        assert [there.columns[name].value(place) for place in range(12_001)] == values


def test_nothing_is_read_without_a_budget() -> None:
    layers = WholeLayers(0)
    asked(layers, ("table", "monday"), lambda _: pytest.fail("it is read"))


def test_a_layer_too_large_is_not_held() -> None:
    with pytest.raises(ValueError, match="too large"):
        WholeLayer(written(list(range(100)), size=1000), 100_000)


def test_a_layer_takes_the_place_of_one_that_nobody_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each weighs some 120 kB; there is room for one."""
    layers = WholeLayers(200_000)

    def read(largest: float) -> WholeLayer:
        return WholeLayer(written(list(range(100)), size=1000), largest)

    asked(layers, ("one", "1"), read)
    wait_for(lambda: layers.held_count)
    asked(layers, ("two", "1"), read)
    wait_for(lambda: not layers.is_reading)
    assert is_held(layers, "one", "1")
    assert not is_held(layers, "two", "1")
    monkeypatch.setattr(shelves, "UNUSED_S", 0.0)
    asked(layers, ("three", "1"), read)
    wait_for(lambda: not layers.is_reading)
    assert is_held(layers, "three", "1")
    assert not is_held(layers, "one", "1")
