"""What picture does a request for a map ask: of which rectangle, in which CRS, of what size, on which ground?

Reference:
    OGC 20-058, OGC API - Maps, part 1: spatial subsetting (11), scaling (9), display resolution (10),
    background (8), date and time (12), coordinate reference system (14).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite, sqrt

from PIL import ImageColor
from pyproj import CRS

from estran.carbon.errors import InvalidGeometry, InvalidInput, TooLarge
from estran.layers.drawing.void import Void
from estran.layers.features.times import Interval
from estran.layers.geodesy import metres_per_unit, parse_crs
from estran.layers.raster import Colour
from estran.layers.raster_grid import Area, Bounds, moved_bounds
from estran.providers.coverage_axes import is_north_first
from estran.providers.coverage_query import bbox_area, parse_subset, subset_areas, time_in_subset
from estran.providers.coverage_slices import asked_interval

LONG_SIDE = 1024
"""Pixels along the longer side of a map whose size is not asked."""

LARGEST_SIDE = 16_384
"""Most pixels along a side."""

MM_PER_PIXEL = 0.28
"""Size of a pixel of a display, in millimetres, where `mm-per-pixel` does not say it."""

WHITE: Colour = (255, 255, 255, 255)


@dataclass(frozen=True, slots=True)
class MapAsked:
    """A map to draw.

    Attributes:
        bounds: Its edges in `crs`, x or longitude first.
        crs: CRS of the map.
        width: Pixels across.
        height: Pixels down.
        background: Colour of what no layer covers, None for transparent.
        void: How what is nowhere on Earth looks, None when as the background.
        interval: Time of the layers that have one.
    """

    bounds: Bounds
    crs: CRS
    width: int
    height: int
    background: Colour | None
    void: Void | None
    interval: Interval | None

    def content_bbox(self) -> str:
        """Return the edges in the axis order of the CRS, as the header `Content-Bbox` has them."""
        left, bottom, right, top = self.bounds
        if is_north_first(self.crs):
            left, bottom, right, top = bottom, left, top, right
        return ",".join(f"{edge:.12g}" for edge in (left, bottom, right, top))


def map_asked(
    parameters: Mapping[str, str], *, extent: Bounds, extent_crs: CRS, native: CRS, limit: int
) -> MapAsked:
    """Return the map that the parameters of a request describe.

    Args:
        parameters: The query of the request.
        extent: Edges of what there is to draw.
        extent_crs: CRS of `extent`.
        native: CRS of the map when neither `crs` nor `bbox` says another.
        limit: Most pixels.

    Raises:
        InvalidInput: a parameter is wrong, or two exclude each other.
        TooLarge: more pixels than `limit`.
    """
    crs = _crs(parameters, native)
    subsets = parse_subset(parameters["subset"]) if "subset" in parameters else {}
    in_subset, axes = time_in_subset(subsets)
    interval = asked_interval(parameters.get("datetime"), in_subset)
    _one_place(parameters, bool(axes))
    whole = map_extent(extent, extent_crs, crs)
    cell = _cell(parameters, crs)
    if "center" in parameters:
        bounds, size = _around(parameters, crs, whole, cell)
    else:
        areas = subset_areas(axes, parameters, native)
        if box := _bbox(parameters):
            areas = [box]
        bounds = _bounds(areas, crs, extent, extent_crs) if areas else whole
        size = _size(parameters, bounds, cell)
    _check_size(size, limit)
    background = _background(parameters)
    return MapAsked(bounds, crs, *size, background, _void(parameters, background), interval)


def _crs(parameters: Mapping[str, str], native: CRS) -> CRS:
    """The CRS asked; else that of `bbox`, so that the map is the very rectangle that its bounds name."""
    if "crs" in parameters:
        return parse_crs(parameters["crs"])
    return parse_crs(parameters.get("bbox-crs", "CRS84")) if "bbox" in parameters else native


def _one_place(parameters: Mapping[str, str], has_subset: bool) -> None:
    given = [name for name in ("bbox", "center") if name in parameters] + ["subset"] * has_subset
    if len(given) > 1:
        raise InvalidInput(
            f"{' and '.join(given)} exclude each other; give only one",
            f"{' et '.join(given)} s'excluent ; n'en donnez qu'un",
            where=given[0],
        )


def _bbox(parameters: Mapping[str, str]) -> Area | None:
    text = parameters.get("bbox")
    try:
        numbers = [float(part) for part in text.split(",")] if text else []
    except ValueError:
        numbers = [0.0]
    if len(numbers) not in {0, 4, 6}:
        raise InvalidInput(
            f"bbox must be 4 or 6 numbers separated by commas; got {str(text)[:80]!r}",
            f"bbox doit être 4 ou 6 nombres séparés par des virgules ; reçu {str(text)[:80]!r}",
            where="bbox",
        )
    return bbox_area(numbers, parameters.get("bbox-crs"))


def _bounds(areas: list[Area], crs: CRS, extent: Bounds, extent_crs: CRS) -> Bounds:
    """The rectangle of the map that the areas have in common; their open sides are those of the extent."""
    edges = []
    for area in areas:
        known = map_extent(extent, extent_crs, area.crs)
        left, bottom, right, top = (
            side if isfinite(side) else own for side, own in zip(area.bounds, known, strict=True)
        )
        edges.append(moved_bounds(_not_empty((left, bottom, right, top)), area.crs, crs))
    return _not_empty(
        (
            max(edge[0] for edge in edges),
            max(edge[1] for edge in edges),
            min(edge[2] for edge in edges),
            min(edge[3] for edge in edges),
        )
    )


def map_extent(extent: Bounds, own: CRS, crs: CRS) -> Bounds:
    """Return an extent in the CRS of a map; where it leaves what this CRS can name, the rest."""
    try:
        return moved_bounds(extent, own, crs)
    except InvalidGeometry:
        use = crs.area_of_use
        if use is None or not own.is_geographic:
            raise
        west, south, east, north = extent
        kept = (max(west, use.west), max(south, use.south), min(east, use.east), min(north, use.north))
        return moved_bounds(_not_empty(kept), own, crs)


def _not_empty(bounds: Bounds) -> Bounds:
    if bounds[0] < bounds[2] and bounds[1] < bounds[3]:
        return bounds
    raise InvalidInput(
        "the area of the map is empty; give a lower value, then a higher one, on each axis",
        "l'emprise de la carte est vide ; donnez une valeur basse, puis une plus haute, sur chaque axe",
        where="bbox",
    )


def _cell(parameters: Mapping[str, str], crs: CRS) -> float | None:
    """Side of a pixel in the unit of the CRS, when a scale is asked."""
    pixel_mm = _positive(parameters, "mm-per-pixel") or MM_PER_PIXEL
    scale = _positive(parameters, "scale-denominator")
    return None if scale is None else scale * pixel_mm / 1000 / metres_per_unit(crs)


def _size(parameters: Mapping[str, str], bounds: Bounds, cell: float | None) -> tuple[int, int]:
    across, up = bounds[2] - bounds[0], bounds[3] - bounds[1]
    width, height = _pixels(parameters, "width"), _pixels(parameters, "height")
    if cell is not None:
        if width is not None or height is not None:
            raise InvalidInput(
                "scale-denominator with width or height needs center, not an area; give one of them",
                "scale-denominator avec width ou height demande center, pas une emprise ; donnez l'un ou "
                "l'autre",
                where="scale-denominator",
            )
        return max(1, ceil(across / cell)), max(1, ceil(up / cell))
    if width is None and height is None:
        width = LONG_SIDE if across >= up else None
        height = None if across >= up else LONG_SIDE
    if height is None and width is not None:
        height = max(1, round(width * up / across))
    if width is None and height is not None:
        width = max(1, round(height * across / up))
    return width or 1, height or 1


def _around(
    parameters: Mapping[str, str], crs: CRS, whole: Bounds, cell: float | None
) -> tuple[Bounds, tuple[int, int]]:
    """The map around a point; without a scale, that at which all there is to draw would fit."""
    width, height = (_pixels(parameters, name) or LONG_SIDE for name in ("width", "height"))
    if cell is None:
        cell = max((whole[2] - whole[0]) / width, (whole[3] - whole[1]) / height)
    x, y = _center(parameters, crs)
    half_width, half_height = cell * width / 2, cell * height / 2
    bounds = x - half_width, y - half_height, x + half_width, y + half_height
    if not (bounds[0] < x < bounds[2] and bounds[1] < y < bounds[3]):
        raise InvalidInput(
            f"center {parameters['center'][:80]} lies nowhere on the map; give a place of the layer",
            f"center {parameters['center'][:80]} n'est nulle part sur la carte ; donnez un lieu de la couche",
            where="center",
        )
    return bounds, (width, height)


def _center(parameters: Mapping[str, str], crs: CRS) -> tuple[float, float]:
    own = parse_crs(parameters.get("center-crs", "CRS84"))
    text = parameters["center"]
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 2 or not all(map(isfinite, numbers)):
        raise InvalidInput(
            f"center must be two numbers separated by a comma; got {text[:80]!r}",
            f"center doit être deux nombres séparés par une virgule ; reçu {text[:80]!r}",
            where="center",
        )
    x, y = reversed(numbers) if is_north_first(own) else numbers
    left, bottom, _, _ = moved_bounds((x, y, x, y), own, crs)
    return left, bottom


def _pixels(parameters: Mapping[str, str], name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text, flags=re.ASCII) or int(text) == 0:
        raise InvalidInput(
            f"{name} must be a whole number of pixels, 1 or more; got {text[:40]!r}",
            f"{name} doit être un nombre entier de pixels, 1 ou plus ; reçu {text[:40]!r}",
            where=name,
        )
    return int(text)


def _positive(parameters: Mapping[str, str], name: str) -> float | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not isfinite(number) or number <= 0:
        raise InvalidInput(
            f"{name} must be a number above 0; got {text[:40]!r}",
            f"{name} doit être un nombre supérieur à 0 ; reçu {text[:40]!r}",
            where=name,
        )
    return number


def _check_size(size: tuple[int, int], limit: int) -> None:
    width, height = size
    if width * height <= limit and max(size) <= LARGEST_SIDE:
        return
    share = min(sqrt(limit / (width * height)), LARGEST_SIDE / max(size))
    fits = f"width={max(1, int(width * share))}&height={max(1, int(height * share))}"
    raise TooLarge(
        f"the map would have {width:,} x {height:,} pixels; the limit is {limit:,}, and {LARGEST_SIDE:,} "
        f"along a side; {fits} fits",
        f"la carte aurait {width} x {height} pixels ; la limite est {limit}, et {LARGEST_SIDE} par côté ; "
        f"{fits} convient",
        where="width",
    )


def _background(parameters: Mapping[str, str]) -> Colour | None:
    text = parameters.get("bgcolor")
    transparent = parameters.get("transparent", "true" if text is None else "false")
    if transparent not in {"true", "false"}:
        raise _not_boolean("transparent", transparent)
    colour = WHITE if text is None else _colour(text, "bgcolor")
    return None if transparent == "true" else colour


def _void(parameters: Mapping[str, str], background: Colour | None) -> Void | None:
    """How what is nowhere on Earth looks: transparency and colour follow the background unless said."""
    text = parameters.get("void-color")
    transparent = parameters.get("void-transparent")
    if text is None and transparent is None:
        return None
    if transparent not in {None, "true", "false"}:
        raise _not_boolean("void-transparent", str(transparent))
    own = (
        _colour(text, "void-color")
        if text is not None
        else _colour(parameters.get("bgcolor", "white"), "bgcolor")
    )
    is_clear = background is None and text is None if transparent is None else transparent == "true"
    return Void(None if is_clear else own)


def _not_boolean(name: str, text: str) -> InvalidInput:
    return InvalidInput(
        f"{name} must be true or false; got {text[:40]!r}",
        f"{name} doit être true ou false ; reçu {text[:40]!r}",
        where=name,
    )


def _colour(text: str, name: str) -> Colour:
    """Return a colour written `0xRRGGBB`, `#RRGGBB`, `RRGGBB` or by its name on the web.

    Raises:
        InvalidInput: it is none of them.

    Example:
        >>> _colour("0xFF8000", "bgcolor"), _colour("white", "bgcolor")
        ((255, 128, 0, 255), (255, 255, 255, 255))
    """
    written = ImageColor.colormap.get(text.lower(), text)
    match = re.fullmatch(r"(?:0x|#)?([0-9a-f]{6})", str(written), flags=re.IGNORECASE | re.ASCII)
    if match is None:
        raise InvalidInput(
            f"{name} must be a name or 0xRRGGBB; got {text[:40]!r}",
            f"{name} doit être un nom ou 0xRRVVBB ; reçu {text[:40]!r}",
            where=name,
        )
    red, green, blue = bytes.fromhex(match[1])
    return red, green, blue, 255
