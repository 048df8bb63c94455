"""A raster layer as an OGC API coverage: part of it, at a wanted size, in a wanted format and CRS.

pygeoapi builds the provider again for every request; what is costly to know about the file is
remembered by `estran.layers.raster`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pygeoapi.provider.base import BaseProvider

from estran.carbon.errors import EstranError, InvalidInput, Unavailable
from estran.layers.raster import Band, RasterWindow, open_raster
from estran.layers.raster_grid import Area, Scale
from estran.layers.raster_reading import fitting_factor, read_window
from estran.providers.coverage_axes import spellings
from estran.providers.coverage_geotiff import geotiff
from estran.providers.coverage_json import coverage_json, crs_uri
from estran.providers.coverage_picture import picture_resampling, png
from estran.providers.coverage_query import (
    bbox_area,
    check_datetime,
    output_crs,
    subset_areas,
    wanted_scale,
)
from estran.providers.coverage_settings import CoverageSettings, field_schema
from estran.providers.errors import as_provider_error
from estran.providers.request import current_parameters, language

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "json": "application/prs.coverage+json",
        "GTiff": "image/tiff; application=geotiff",
        "png": "image/png",
    }
)
"""Name of each output format, as in `f`, and its media type."""

TEXT_SHARE = 4
"""A value written as text takes four times the memory of one in a GeoTIFF: so many fewer are allowed."""

PREVIEW = 256 * 256
"""Values in the coverage that pygeoapi embeds in its HTML page."""


class BandFields(dict[str, dict[str, Any]]):
    """The fields of a coverage by band name; a band is also known by its number, from 1."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in map(str, range(1, len(self) + 1))


class CoverageProvider(BaseProvider):  # type: ignore[misc]
    """A raster file behind pygeoapi's coverage interface."""

    def __init__(self, provider_def: Mapping[str, Any]) -> None:
        """Describe the layer.

        Raises:
            LayerUnavailable: the file is missing, cut short or not a georeferenced raster.
        """
        super().__init__(dict(provider_def))
        self._settings = _settings(provider_def)
        try:
            self._raster = open_raster(self._settings.data)
        except EstranError as error:
            raise as_provider_error(error) from error
        grid = self._raster.grid
        self.axes = spellings(grid.crs)
        self.crs = crs_uri(grid.crs)
        self.num_bands = len(self._raster.bands)
        self._coverage_properties = {
            "bbox": list(grid.bounds),
            "bbox_crs": self.crs,
            "crs_type": "GeographicCRS" if grid.crs.is_geographic else "ProjectedCRS",
            "axes": self.axes[:2],
            "width": grid.width,
            "height": grid.height,
            "resx": grid.cell[0],
            "resy": grid.cell[1],
            "num_bands": self.num_bands,
        }
        self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return the JSON Schema of each band, by name, in the language of the request."""
        if not self._fields:
            self._fields = BandFields(
                {band.name: field_schema(self._settings, band, language()) for band in self._raster.bands}
            )
        return self._fields  # type: ignore[no-any-return]

    def query(
        self,
        properties: Sequence[str] = (),
        subsets: Mapping[str, Sequence[Any]] = MappingProxyType({}),
        bbox: Sequence[float] = (),
        bbox_crs: str | int | None = None,
        datetime_: str | None = None,
        format_: str = "json",
        **_others: Any,
    ) -> dict[str, Any] | bytes:
        """Return part of the coverage, as a dictionary for `json` and as bytes for the other formats.

        Args:
            properties: Names of the bands; none means all.
            subsets: Axis name -> one or two values.
            bbox: Four or six numbers, in the axis order of `bbox_crs`; empty means everything.
            bbox_crs: CRS of `bbox`, CRS84 when absent.
            datetime_: Checked, then ignored: the layer has no time axis.
            format_: A key of `MEDIA_TYPES`.

        Raises:
            BadQuery: a parameter is wrong.
            ItemNotFound: the area lies outside the layer.
            QueryTooLarge: the answer would exceed the limit of the territory.
            LayerUnavailable: the file cannot be read.
        """
        try:
            check_datetime(datetime_)
            box = bbox_area(bbox, bbox_crs)
            areas = [
                *([box] if box else []),
                *subset_areas(subsets, current_parameters(), self._raster.grid.crs),
            ]
            bands = tuple(self._raster.band(name) for name in properties)
            return self._answer(areas, bands, _format(format_))
        except EstranError as error:
            raise as_provider_error(error) from error

    def _answer(self, areas: Sequence[Area], bands: tuple[Band, ...], name: str) -> dict[str, Any] | bytes:
        window = self._read(areas, bands, name)
        if name == "GTiff":
            self.filename = f"{self._settings.data.stem}.tif"
            return geotiff(window, self._settings)
        if name == "png":
            return png(self._raster, window, picture_resampling(self._settings.resampling))
        return coverage_json(window, self._settings)

    def _read(self, areas: Sequence[Area], bands: tuple[Band, ...], name: str) -> RasterWindow:
        parameters = current_parameters()
        limit = self._settings.limits.coverage_pixels
        scale = wanted_scale(parameters, self._raster.grid)
        resampling = self._settings.resampling
        if name == "png":
            bands, resampling = (bands or self._raster.bands)[:1], picture_resampling(resampling)
        if name == "json":
            limit = max(1, limit // TEXT_SHARE)
            if scale is None and parameters.get("f") == "html":
                scale = self._preview(areas, len(bands or self._raster.bands))
        return read_window(
            self._raster,
            areas,
            bands=bands,
            scale=scale,
            resampling=resampling,
            crs=output_crs(parameters),
            limit=limit,
        )

    def _preview(self, areas: Sequence[Area], bands: int) -> Scale:
        """The scale that makes the coverage small enough for a page."""
        window = self._raster.grid.window(areas)
        factor = fitting_factor(window.height, window.width, bands=bands, limit=PREVIEW)
        return Scale(x=factor, y=factor)

    def __repr__(self) -> str:
        return f"<CoverageProvider> {self._settings.data.name}"


def _settings(provider_def: Mapping[str, Any]) -> CoverageSettings:
    try:
        return CoverageSettings.model_validate(provider_def)
    except ValidationError as error:
        name = Path(str(provider_def.get("data"))).name
        wrong = Unavailable(
            f"the coverage {name} is not well configured; run `estran config check`",
            f"la couverture {name} est mal configurée ; lancez `estran config check`",
            where=name,
        )
        raise as_provider_error(wrong) from error


def _format(name: str) -> str:
    known = {key.lower(): key for key in MEDIA_TYPES}
    if name.lower() not in known:
        choice = ", ".join(MEDIA_TYPES)
        raise InvalidInput(
            f"unknown format {name[:80]!r}; choose among {choice}",
            f"format inconnu : {name[:80]!r} ; choisissez parmi {choice}",
            where="f",
        )
    return known[name.lower()]
