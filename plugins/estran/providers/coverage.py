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
from estran.layers.features.times import Interval
from estran.layers.raster import Band, RasterWindow, open_raster
from estran.layers.raster_grid import Area, Scale
from estran.layers.raster_reading import NotRead, Resampling, fitting_factor, read_window, refusals_only
from estran.layers.raster_tiles import read_exactly
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.style import Style
from estran.layers.territory import read_territory
from estran.providers.coverage_axes import spellings
from estran.providers.coverage_geotiff import geotiff
from estran.providers.coverage_headers import headers_of
from estran.providers.coverage_json import coverage_json, crs_uri
from estran.providers.coverage_picture import picture_resampling, png
from estran.providers.coverage_query import (
    TIME_AXES,
    bbox_area,
    exact_size,
    output_crs,
    parse_subset,
    subset_areas,
    time_in_subset,
    wanted_scale,
)
from estran.providers.coverage_settings import CoverageSettings, field_schema
from estran.providers.coverage_slices import Slices, asked_interval, chosen_instants, same_grid
from estran.providers.errors import as_provider_error
from estran.providers.request import current_parameters, language, only_headers, tell_headers

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "json": "application/prs.coverage+json",
        "GTiff": "image/tiff; application=geotiff",
        "netcdf": "application/x-netcdf",
        "png": "image/png",
    }
)
"""Name of each output format, as in `f`, and its media type."""

EXTENSIONS: Mapping[str, str] = MappingProxyType({"GTiff": ".tif", "netcdf": ".nc"})
"""What ends the name of a file, of the formats that are saved rather than shown."""

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
        self.axes = [*spellings(grid.crs), *(sorted(TIME_AXES) if self._settings.times else ())]
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
            datetime_: An instant or an interval; a layer without time ignores it once it is well formed.
            format_: A key of `MEDIA_TYPES`.

        Raises:
            BadQuery: a parameter is wrong.
            ItemNotFound: the area, or the time, lies outside the layer.
            QueryTooLarge: the answer would exceed the limit of the territory.
            LayerUnavailable: the file cannot be read.
        """
        parameters = current_parameters()
        try:
            asked = parse_subset(parameters["subset"]) if "subset" in parameters else subsets
            in_subset, axes = time_in_subset(asked)
            interval = asked_interval(parameters.get("datetime", datetime_), in_subset)
            box = bbox_area(bbox, bbox_crs)
            areas = [*([box] if box else []), *subset_areas(axes, parameters, self._raster.grid.crs)]
            bands = tuple(self._raster.band(name) for name in properties)
            return self._answer(areas, bands, interval, _format(format_))
        except EstranError as error:
            raise as_provider_error(error) from error

    def _answer(
        self, areas: Sequence[Area], bands: tuple[Band, ...], interval: Interval | None, name: str
    ) -> dict[str, Any] | bytes:
        settings = self._settings
        has_time_axis = name in {"json", "netcdf"}
        times = settings.times
        instants = chosen_instants(times, settings.data, interval, has_time_axis=has_time_axis)
        if name in EXTENSIONS:
            self.filename = f"{settings.data.stem}{EXTENSIONS[name]}"
        try:
            with refusals_only(wanted=only_headers()):
                slices = self._slices(areas, bands, instants, name)
        except NotRead as asked:
            tell_headers(headers_of(asked.grid, instants))
            return {} if name == "json" else b""
        tell_headers(headers_of(slices.grid, slices.instants))
        if name == "netcdf":
            from estran.providers.coverage_netcdf import netcdf  # HDF5 is long to load

            return netcdf(slices, settings, settings.collection or settings.data.stem)
        if name == "GTiff":
            return geotiff(slices.windows[0], settings)
        if name == "png":
            return png(
                self._raster, slices.windows[0], picture_resampling(settings.resampling), self._style()
            )
        return coverage_json(slices, settings)

    def _style(self) -> Style | None:
        settings = self._settings
        if settings.config is None:
            return None
        territory = read_territory(settings.config)
        return style_of(territory, settings.collection) if settings.collection in territory.layers else None

    def _slices(
        self, areas: Sequence[Area], bands: tuple[Band, ...], instants: tuple[str, ...], name: str
    ) -> Slices:
        parameters = current_parameters()
        limit = self._settings.limits.coverage_pixels
        scale = wanted_scale(parameters, self._raster.grid)
        resampling = self._settings.resampling
        if name == "png":
            bands, resampling = (bands or self._raster.bands)[:1], picture_resampling(resampling)
        if name == "json":
            limit = max(1, limit // TEXT_SHARE)
            if scale is None and parameters.get("f") == "html":
                scale = self._preview(areas, len(bands or self._raster.bands) * max(1, len(instants)))
        windows: list[RasterWindow] = []
        for path in [self._settings.times[instant] for instant in instants] or [self._settings.data]:
            window = self._read(path, areas, bands, scale, resampling, limit, max(1, len(instants)))
            windows.append(same_grid(windows[0], window, path.name) if windows else window)
        return Slices(tuple(windows), instants)

    def _read(
        self,
        path: Path,
        areas: Sequence[Area],
        bands: tuple[Band, ...],
        scale: Scale | None,
        resampling: Resampling,
        limit: int,
        instants: int,
    ) -> RasterWindow:
        raster = open_raster(path)
        size = exact_size(current_parameters(), raster.grid)
        if size is not None:
            return read_exactly(raster, areas, size, bands=bands, limit=limit)
        return read_window(
            raster,
            areas,
            bands=tuple(raster.band(band.name) for band in bands),
            scale=scale,
            resampling=resampling,
            crs=output_crs(current_parameters()),
            limit=limit,
            instants=instants,
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
