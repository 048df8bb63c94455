"""A GeoPackage of twelve sites, and a way to ask pygeoapi for them."""

from pathlib import Path

import pytest
from providers.served_sites import Ask, asker, definition, make_api, sites

from estran.layers.features.writing import write_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_table(tmp_path / "features.gpkg", "parking-areas", sites(), id_field="code")
    return tmp_path / "features.gpkg"


@pytest.fixture
def ask(path: Path) -> Ask:
    return asker(make_api(definition(path)))
