"""A store of each kind, empty or with the sample features."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from layers.feature_stores import STORES, sample

from estran.layers.features.query import FeatureStore

PARAMETERS = [
    pytest.param(name, marks=[pytest.mark.component("postgis")] if name == "postgis" else [])
    for name in sorted(STORES)
]


@pytest.fixture(params=PARAMETERS)
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[gpd.GeoDataFrame], FeatureStore]:
    database = request.getfixturevalue("postgis") if request.param == "postgis" else ""
    return lambda frame: STORES[request.param](tmp_path, database, frame)


@pytest.fixture(scope="session", params=PARAMETERS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FeatureStore:
    """The sample features, to read."""
    database = request.getfixturevalue("kept_postgis") if request.param == "postgis" else ""
    return STORES[request.param](tmp_path_factory.mktemp(request.param), database, sample())
