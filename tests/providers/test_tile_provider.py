"""pygeoapi's own functions call the tile provider: tilesets, a tile, nothing there, no such tile."""

from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from providers.served_sites import sites
from pygeoapi.provider.base import ProviderConnectionError
from pygeoapi.provider.tile import ProviderTileNotFoundError

from estran.layers.features.writing import write_table
from estran.providers.tiles import TileProvider


@pytest.fixture
def definition(tmp_path: Path) -> dict[str, Any]:
    write_table(tmp_path / "features.gpkg", "parking-areas", sites(), id_field="code")
    return {
        "type": "tile",
        "name": "estran.providers.tiles.TileProvider",
        "data": str(tmp_path / "features.gpkg"),
        "table": "parking-areas",
        "id_field": "code",
        "collection": "parking-areas",
        "tiles": {},
    }


def test_a_tile_through_the_plugin(definition: dict[str, Any]) -> None:
    provider = TileProvider(definition)
    assert provider.tile_type == "vector"
    assert provider.get_layer() == "parking-areas"
    assert "code" in provider.get_fields()
    content = provider.get_tiles(tileset="WebMercatorQuad", z="0", y="0", x="0")
    assert content is not None
    assert list(mapbox_vector_tile.decode(content)) == ["parking-areas"]


def test_only_the_published_properties_are_written(definition: dict[str, Any]) -> None:
    provider = TileProvider({**definition, "properties": ["code"]})
    assert list(provider.get_fields()) == ["code"]
    content = provider.get_tiles(tileset="WebMercatorQuad", z="0", y="0", x="0")
    assert content is not None
    features = mapbox_vector_tile.decode(content)["parking-areas"]["features"]
    assert [list(feature["properties"]) for feature in features] == [["code"]] * len(features)


def test_the_sets_that_reach_the_layer(definition: dict[str, Any]) -> None:
    provider = TileProvider(definition)
    names = [matrix_set.id for matrix_set in provider.get_tiling_schemes()]
    assert names == ["WebMercatorQuad", "WorldCRS84Quad", "Lambert93Quad"]
    assert provider.get_metadata()["tileMatrixSets"] == names
    (link,) = provider.get_tiles_service(baseurl="http://host")["links"]
    assert link["href"].startswith("http://host/collections/parking-areas/tiles/{tileMatrixSetId}/")


@pytest.mark.parametrize(
    ("tileset", "z", "y", "x"),
    [
        ("nowhere", 0, 0, 0),
        ("WebMercatorQuad", 40, 0, 0),
        ("WebMercatorQuad", 3, 0, 0),
        ("WebMercatorQuad", 3, "a", 0),
    ],
)
def test_no_such_tile(definition: dict[str, Any], tileset: str, z: int, y: Any, x: int) -> None:
    with pytest.raises(ProviderTileNotFoundError):
        TileProvider(definition).get_tiles(tileset=tileset, z=z, y=y, x=x)


def test_a_missing_file_is_unavailable(definition: dict[str, Any]) -> None:
    with pytest.raises(ProviderConnectionError):
        TileProvider({**definition, "data": "/nowhere/features.gpkg"})
