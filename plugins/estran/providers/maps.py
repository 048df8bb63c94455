"""A layer, of features or a grid, as a picture with its own style: pygeoapi's map interface."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pygeoapi.provider.base import BaseProvider
from pyproj import CRS

from estran.carbon.errors import EstranError, InvalidInput
from estran.layers.drawing.encoding import PictureFormat
from estran.layers.drawing.void import Void
from estran.layers.features.times import Interval, parse_interval
from estran.layers.geodesy import parse_crs
from estran.layers.raster import Colour
from estran.layers.territory import read_territory
from estran.providers.errors import as_provider_error


class MapProvider(BaseProvider):  # type: ignore[misc]
    """A collection of a territory behind pygeoapi's map interface."""

    def __init__(self, provider_def: Mapping[str, Any]) -> None:
        super().__init__(dict(provider_def))
        self._config = Path(provider_def["config"])
        self._collection = str(provider_def["collection"])

    def query(
        self,
        style: str | None = None,
        bbox: Sequence[float] = (-180.0, -90.0, 180.0, 90.0),
        width: int = 500,
        height: int = 300,
        crs: CRS | str | int = "CRS84",
        datetime_: str | Interval | None = None,
        transparent: bool = True,
        format_: str = "png",
        background: Colour = (255, 255, 255, 255),
        void: Void | None = None,
        **_others: Any,
    ) -> bytes:
        """Return the picture of the collection.

        Args:
            style: Its style; a collection has one, of its own identifier.
            bbox: Edges in `crs`, x or longitude first.
            width: Pixels across.
            height: Pixels down.
            crs: CRS of the map.
            datetime_: An instant or an interval, for a layer with a time.
            transparent: Whether what the layer does not cover is left transparent.
            format_: `png`, `jpeg` or `webp`.
            background: Colour of what the layer does not cover otherwise.
            void: How the parts outside of what the CRS can name look, where not as the rest.

        Raises:
            BadQuery: a parameter is wrong.
            ItemNotFound: there is nothing to draw, or not at that time.
            QueryTooLarge: the layer has too many features there.
            LayerUnavailable: the layer cannot be read.
        """
        from estran.layers.drawing.map import draw_map  # matplotlib is long to load

        try:
            left, bottom, right, top = bbox
            return draw_map(
                read_territory(self._config),
                [self._styled(style)],
                (left, bottom, right, top),
                crs if isinstance(crs, CRS) else parse_crs(crs),
                width,
                height,
                background=None if transparent else background,
                void=void,
                interval=parse_interval(datetime_) if isinstance(datetime_, str) else datetime_,
                name=picture_format(format_),
            )
        except EstranError as error:
            raise as_provider_error(error) from error

    def _styled(self, style: str | None) -> str:
        if style not in {None, "default", self._collection}:
            raise InvalidInput(
                f"unknown style {str(style)[:80]!r}; the style of this collection is {self._collection}",
                f"style inconnu : {str(style)[:80]!r} ; le style de cette collection est {self._collection}",
                where="style",
            )
        return self._collection

    def __repr__(self) -> str:
        return f"<MapProvider> {self._collection}"


def picture_format(name: str) -> PictureFormat:
    """Return the format of a picture by its name, in any case.

    Raises:
        InvalidInput: there is no such format.
    """
    known: tuple[PictureFormat, ...] = get_args(PictureFormat)
    for one in known:
        if name.lower() in {one, f"image/{one}"}:
            return one
    raise InvalidInput(
        f"unknown format {name[:80]!r}; choose among {', '.join(known)}",
        f"format inconnu : {name[:80]!r} ; choisissez parmi {', '.join(known)}",
        where="f",
    )
