"""What part of a coverage, at what size, does a request ask for?

`bbox`, `bbox-crs`, `subset` and `properties` come through pygeoapi; `subset-crs`, `scale-factor`,
`scale-axes`, `scale-size` (or `scaleSize`, as older clients write it) and `crs` from the request itself.

Reference:
    OGC API - Coverages, part 1 (draft), requirements classes "Subsetting", "Scaling" and "CRS".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import inf, isfinite
from typing import Any

from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.layers.geodesy import parse_crs
from estran.layers.raster_grid import Area, Grid, Scale
from estran.providers.coverage_axes import Side, axis_named, is_north_first

DEFAULT_BBOX_CRS = "CRS84"
LARGEST_SIZE = 1_000_000
"""No image is asked for with more cells along an axis; keeps products of sizes meaningful."""

_ENTRY = re.compile(r"\s*([^(),\s]+)\(([^()]*)\)\s*")


def bbox_area(bbox: Sequence[float], bbox_crs: str | int | None) -> Area | None:
    """Return the area of a bbox of four or six numbers, in the axis order of its CRS; None when absent.

    Raises:
        InvalidInput: the bbox is not finite, has its sides swapped, or its CRS is unknown.
    """
    crs = parse_crs(bbox_crs or DEFAULT_BBOX_CRS)
    if not bbox:
        return None
    first, second, third, fourth = bbox if len(bbox) == 4 else (bbox[0], bbox[1], bbox[3], bbox[4])
    if not all(map(isfinite, bbox)):
        raise InvalidInput(
            f"bbox {list(bbox)} has a value that is not a finite number",
            f"bbox {list(bbox)} a une valeur qui n'est pas un nombre fini",
            where="bbox",
        )
    if first > third and crs.is_geographic and not is_north_first(crs):
        raise InvalidInput(
            f"bbox {list(bbox)} crosses the antimeridian; ask for each side of it in its own request",
            f"bbox {list(bbox)} franchit l'antiméridien ; demandez chaque côté dans sa propre requête",
            where="bbox",
        )
    if is_north_first(crs):
        return Area(crs, left=second, bottom=first, right=fourth, top=third)
    return Area(crs, left=first, bottom=second, right=third, top=fourth)


def subset_areas(
    subsets: Mapping[str, Sequence[Any]], parameters: Mapping[str, str], own_crs: CRS
) -> list[Area]:
    """Return the areas of `subset`, one per axis: an interval, a point or `*` on either side.

    Args:
        subsets: Axis name -> one or two values, as pygeoapi reads them.
        parameters: `subset-crs` names the CRS of the axes.
        own_crs: CRS of the coverage, that of the axes unless `subset-crs` says otherwise.

    Raises:
        InvalidInput: an axis or the CRS is unknown, or a value is not a number.
    """
    crs = parse_crs(parameters["subset-crs"]) if "subset-crs" in parameters else own_crs
    areas = []
    for name, values in subsets.items():
        axis = axis_named(crs, name, where="subset")
        low = _coordinate(name, values[0], -inf)
        high = _coordinate(name, values[-1], inf)
        if low > high:
            raise InvalidInput(
                f"subset {name}({low:g}:{high:g}) has its bounds swapped; give the lower value first",
                f"subset {name}({low:g}:{high:g}) a ses bornes inversées ; donnez d'abord la plus petite",
                where="subset",
            )
        own = crs if axis.is_own else parse_crs(DEFAULT_BBOX_CRS)
        areas.append(Area(own, left=low, right=high) if axis.side == "x" else Area(own, bottom=low, top=high))
    return areas


def check_datetime(text: str | None) -> None:
    """Refuse a `datetime` that is neither an instant nor an interval; a layer without time ignores it.

    Raises:
        InvalidInput: the text is neither a date, nor a date-time, nor two of them around `/`.
    """
    if text is None:
        return
    ends = text.split("/")
    try:
        moments = [_moment(end) for end in ends if end not in {"", ".."}]
    except ValueError:
        moments = []
    if not moments or len(ends) > 2:
        raise InvalidInput(
            f"datetime={text[:80]} is not valid; write for example 2021-01-01 or 2013-01-01/..",
            f"datetime={text[:80]} n'est pas valide ; écrivez par exemple 2021-01-01 ou 2013-01-01/..",
            where="datetime",
        )


def output_crs(parameters: Mapping[str, str]) -> CRS | None:
    """Return the CRS asked for the answer, None for the coverage's own.

    Raises:
        InvalidInput: the CRS is unknown.
    """
    return parse_crs(parameters["crs"]) if "crs" in parameters else None


def wanted_scale(parameters: Mapping[str, str], grid: Grid) -> Scale | None:
    """Return the scale asked for, or None.

    Raises:
        InvalidInput: two ways of scaling at once, an unknown axis, or a factor or size that is not > 0.
    """
    sent = {key: parameters[key] for key in _SCALES if key in parameters}
    if len(sent) > 1:
        names = " and ".join(sent)
        raise InvalidInput(
            f"{names} exclude each other; give only one",
            f"{' et '.join(sent)} s'excluent ; n'en donnez qu'un",
            where=next(iter(sent)),
        )
    for key, text in sent.items():
        return _SCALES[key](key, text, grid.crs)
    return None


def _moment(text: str) -> datetime:
    """A date-time, a date, a month or a year."""
    missing = {4: "-01-01", 7: "-01"}.get(len(text), "")
    return datetime.fromisoformat(text + missing)


def _coordinate(axis: str, value: Any, unbounded: float) -> float:
    if value == "*":
        return unbounded
    text = str(value)[:80]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InvalidInput(
            f"subset {axis}({text}) is not a number; write for example {axis}(1:2) or {axis}(1:*)",
            f"subset {axis}({text}) n'est pas un nombre ; écrivez par exemple {axis}(1:2) ou {axis}(1:*)",
            where="subset",
        )
    return float(value)


def _by_factor(key: str, text: str, crs: CRS) -> Scale:
    del crs
    factor = _positive(key, text)
    return Scale(x=factor, y=factor)


def _by_axes(key: str, text: str, crs: CRS) -> Scale:
    factors = _per_side(key, text, crs)
    return Scale(x=factors.get("x", 1.0), y=factors.get("y", 1.0))


def _by_size(key: str, text: str, crs: CRS) -> Scale:
    sizes = _per_side(key, text, crs)
    for size in sizes.values():
        if not size.is_integer() or size > LARGEST_SIZE:
            raise _bad_scale(key, text)
    return Scale(
        columns=int(sizes["x"]) if "x" in sizes else None, rows=int(sizes["y"]) if "y" in sizes else None
    )


_SCALES: Mapping[str, Callable[[str, str, CRS], Scale]] = {
    "scale-factor": _by_factor,
    "scale-axes": _by_axes,
    "scale-size": _by_size,
    "scaleSize": _by_size,
}


def _per_side(key: str, text: str, crs: CRS) -> dict[Side, float]:
    entries = [_ENTRY.fullmatch(part) for part in text.split(",")]
    values: dict[Side, float] = {}
    for entry in entries:
        if entry is None:
            raise _bad_scale(key, text)
        side = axis_named(crs, entry[1], where=key).side
        if side in values:
            raise _bad_scale(key, text)
        values[side] = _positive(key, entry[2])
    return values


def _positive(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise _bad_scale(key, text) from error
    if not isfinite(value) or value <= 0:
        raise _bad_scale(key, text)
    return value


def _bad_scale(key: str, text: str) -> InvalidInput:
    example = {"scale-factor": "2", "scale-axes": "Lat(2),Lon(2)"}.get(key, "Lat(134),Long(191)")
    return InvalidInput(
        f"{key}={text[:80]} is not valid; write for example {key}={example}",
        f"{key}={text[:80]} n'est pas valide ; écrivez par exemple {key}={example}",
        where=key,
    )
