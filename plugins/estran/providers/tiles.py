"""Which tiles does a collection answer with? The pygeoapi provider over our tiles.

The application makes its definition from that of the features or of the coverage: `data`, `table`,
`id_field`, `collection`, `base_url`, `config` and `tiles`, the settings of the collection. Features are
vector tiles; a coverage is drawn.
"""

from typing import Any

from pygeoapi.provider.tile import BaseTileProvider, ProviderTileNotFoundError

from estran.carbon.errors import EstranError, NotFound
from estran.layers.tiles.matrix_sets import IDS, TileMatrixSet, tile_matrix_set
from estran.providers.errors import as_provider_error
from estran.providers.features_schema import described_fields
from estran.providers.request import language
from estran.providers.tiles_source import MEDIA_TYPES, MVT, PNG, VectorTiles, open_source


class TileProvider(BaseTileProvider):  # type: ignore[misc]
    """The tiles of one collection, as pygeoapi wants them."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        """Open the layer.

        Raises:
            LayerUnavailable: its data cannot be read.
        """
        name = MVT if provider_def.get("table") else PNG
        described = {"format": {"name": name, "mimetype": MEDIA_TYPES[name]}, "options": {}}
        super().__init__({**described, **provider_def})
        self._definition = provider_def
        self.tile_type = "vector" if name == MVT else "map"
        try:
            self.source = open_source(provider_def, "vector" if name == MVT else "map")
        except EstranError as error:
            raise as_provider_error(error) from error

    def get_layer(self) -> str:
        """Return the name of the layer in a tile."""
        return str(self._definition["collection"])

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return the JSON Schema of each property, with its title in the language of the request."""
        if not isinstance(self.source, VectorTiles):
            return {}
        return described_fields(self.source.fields, self._definition.get("field_settings", {}), language())

    def get_tiling_schemes(self) -> list[TileMatrixSet]:
        """Return the tile matrix sets in which the layer has tiles."""
        try:
            known = [tile_matrix_set(identifier) for identifier in IDS]
            return [matrix_set for matrix_set in known if self.source.limits(matrix_set)]
        except EstranError as error:
            raise as_provider_error(error) from error

    def get_tiles_service(
        self, baseurl: str = "", servicepath: str = "", dirpath: str = "", tile_type: str = ""
    ) -> dict[str, Any]:
        """Return the link that gives the address of a tile."""
        del dirpath, tile_type
        path = servicepath or (
            f"/collections/{self.get_layer()}/tiles/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
            f"?f={self.format_type}"
        )
        href = path if "://" in path else f"{baseurl.rstrip('/')}/{path.lstrip('/')}"
        return {"links": [{"rel": "item", "type": self.mimetype, "templated": True, "href": href}]}

    def get_tiles(
        self,
        layer: str | None = None,
        tileset: str | None = None,
        z: str | int | None = None,
        y: str | int | None = None,
        x: str | int | None = None,
        format_: str | None = None,
    ) -> bytes | None:
        """Return a tile, None when nothing is there.

        Raises:
            ProviderTileNotFoundError: there is no such tile.
        """
        del layer, format_
        try:
            row, column = int(str(y)), int(str(x))
            tile = self.source.read(tile_matrix_set(str(tileset)), str(z), row, column)
        except (NotFound, ValueError) as error:
            raise ProviderTileNotFoundError(str(error)) from error
        except EstranError as error:
            raise as_provider_error(error) from error
        return tile.content or None

    def get_metadata(self, **_asked: Any) -> dict[str, Any]:
        """Return what the layer is called and how it is cut; the application says the rest."""
        return {
            "id": self.get_layer(),
            "dataType": self.tile_type,
            "tileMatrixSets": [matrix_set.id for matrix_set in self.get_tiling_schemes()],
        }
