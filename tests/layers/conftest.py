"""A store of each kind, empty or with the sample features."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from layers.feature_stores import STORES, sample

from estran.layers.features.query import FeatureStore


@pytest.fixture(params=sorted(STORES))
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[gpd.GeoDataFrame], FeatureStore]:
    return lambda frame: STORES[request.param](tmp_path, frame)


@pytest.fixture
def store(make_store: Callable[[gpd.GeoDataFrame], FeatureStore]) -> FeatureStore:
    return make_store(sample())
