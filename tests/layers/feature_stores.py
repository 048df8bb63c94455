"""The stores that the contract is checked on, and the features that they are given."""

import datetime as dt
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from estran.ingest.publish import publish_file
from estran.layers.features.query import FeaturePage, FeatureQuery, FeatureStore
from estran.layers.features.stores import open_feature_store
from estran.layers.features.whole import WholeLayer
from estran.layers.features.whole_pages import page_held
from estran.layers.features.writing import write_table
from estran.layers.progress import silent

X, Y = 380_000, 6_570_000


Store = Callable[[Path, str, gpd.GeoDataFrame], FeatureStore]


def geopackage(folder: Path, _database: str, frame: gpd.GeoDataFrame) -> FeatureStore:
    path = folder / "features.gpkg"
    write_table(path, "parking-areas", frame, id_field="code")
    return open_feature_store(path, "parking-areas", "code")


def postgis(folder: Path, database: str, frame: gpd.GeoDataFrame) -> FeatureStore:
    path = folder / "features.gpkg"
    write_table(path, "parking-areas", frame, id_field="code")
    publish_file(
        path,
        database,
        id_fields={"parking-areas": "code"},
        owner="test",
        fingerprint="1",
        progress=silent,
        force=True,
    )
    return open_feature_store(database, "parking-areas", "code")


STORES: dict[str, Store] = {"geopackage": geopackage, "postgis": postgis}


@lru_cache(maxsize=4)
def whole(store: FeatureStore) -> WholeLayer:
    """Return a layer held whole, its data as they are now."""
    return WholeLayer(store.read_all(store.crs, None, str(store.version)), 1e9)


def ask(store: FeatureStore, query: FeatureQuery) -> FeaturePage:
    """Return a page of a store, after the layer held whole has told the same, where it can tell."""
    page = store.query(query)
    held = page_held(whole(store), query, store)
    if held is not None:
        ids = [str(json.loads(text)["id"]) for text in held.features]
        assert ids == [feature.id for feature in page.features]
        assert (held.number_matched, held.next) == (page.number_matched, page.next)
    return page


def at(*points: tuple[float, ...]) -> list[tuple[float, ...]]:
    return [(X + point[0], Y + point[1], *point[2:]) for point in points]


def box(min_x: float, min_y: float, max_x: float, max_y: float) -> shapely.Polygon:
    return shapely.box(X + min_x, Y + min_y, X + max_x, Y + max_y)


def sample() -> gpd.GeoDataFrame:
    triangle = shapely.Polygon(at((40, 0), (50, 0), (50, 10)))
    bow_tie = shapely.Polygon(at((100, 0), (110, 10), (110, 0), (100, 10)))
    mixed = shapely.GeometryCollection([shapely.Point(at((70, 5))[0]), box(80, 0, 90, 10)])
    second = dt.timedelta(seconds=1)
    seen = dt.datetime(2020, 1, 2, 1, 4, 5, tzinfo=dt.UTC)
    return gpd.GeoDataFrame(
        {
            "code": ["a", "b", "c", "d", "e", "f", "g", "h"],
            "name": ["Périgny", "aytré", None, "Périgny", "", "l'Houmeau", "100%", "perigny"],
            "places": pd.array([1, 2, None, 2**40, 0, 5, 6, 2], dtype="Int64"),
            "share": [1.5, None, 2.5, -1.0, 0.0, 7.25, 8.0, 9.0],
            "open": pd.array([True, False, None, True, False, True, None, False], dtype="boolean"),
            "day": [
                dt.date(2020, 1, 2),
                dt.date(2020, 2, 1),
                None,
                dt.date(2021, 7, 14),
                dt.date(2020, 1, 2),
                dt.date(1999, 12, 31),
                None,
                None,
            ],
            "seen": [seen, seen + second / 2, None, seen + second, None, None, None, None],
        },
        geometry=[
            box(0, 0, 10, 10),
            box(20, 0, 30, 10),
            triangle,
            shapely.Point(at((60, 5, 7))[0]),
            mixed,
            shapely.Polygon(),
            None,
            bow_tie,
        ],
        crs=2154,
    )
