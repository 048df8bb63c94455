"""What part of a coverage, at what size, does a request ask for?

`bbox`, `bbox-crs` and `properties` come through pygeoapi; `subset`, `subset-crs`, `datetime`, `scale-factor`,
`scale-axes`, `scale-size` (or `scaleSize`, as older clients write it) and `crs` from the request itself.

Reference:
    OGC API - Coverages, part 1 (draft), requirements classes "Subsetting", "Scaling" and "CRS".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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

TIME_AXES = frozenset({"time", "t", "date", "datetime"})
"""Names of the time axis, in lower case."""

_ENTRY = re.compile(r"\s*([^(),\s]+)\(([^()]*)\)\s*")
_ENTRY_END = re.compile(r"(?<=\)),")
_BOUND = re.compile(r'"[^"]*"|[^":]+')


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


def parse_subset(text: str) -> dict[str, list[str]]:
    """Return the bounds that `subset` gives on each axis: one text, or two.

    Raises:
        InvalidInput: the text is not `axis(value)` or `axis(low:high)`, or an axis comes twice.

    Example:
        >>> parse_subset('Lat(46.1:*),time("2019":"2021-06")')
        {'Lat': ['46.1', '*'], 'time': ['"2019"', '"2021-06"']}
    """
    axes: dict[str, list[str]] = {}
    for entry in _ENTRY_END.split(text.strip()):
        match = _ENTRY.fullmatch(entry)
        bounds = [bound.strip() for bound in _BOUND.findall(match[2])] if match else []
        whole = match is not None and ":".join(bounds) == re.sub(r"\s*:\s*", ":", match[2].strip())
        if match is None or not whole or not 1 <= len(bounds) <= 2 or match[1] in axes:
            raise InvalidInput(
                f"subset={text[:80]} is not valid; write for example subset=Lat(46.1:46.2),Lon(-1.2:-1.1)",
                f"subset={text[:80]} n'est pas valide ; écrivez par exemple "
                "subset=Lat(46.1:46.2),Lon(-1.2:-1.1)",
                where="subset",
            )
        axes[match[1]] = bounds
    return axes


def time_in_subset(subsets: Mapping[str, Sequence[Any]]) -> tuple[str | None, dict[str, Sequence[Any]]]:
    """Return the time in `subset`, as `datetime` writes it, and the other axes."""
    named = [name for name in subsets if name.lower() in TIME_AXES]
    others = {name: bounds for name, bounds in subsets.items() if name not in named}
    if not named:
        return None, others
    low, high = ([str(bound).strip('"') for bound in subsets[named[0]]] * 2)[:2]
    if low == high:
        return low, others
    ends = [".." if bound == "*" else bound for bound in (low, high)]
    return "/".join(ends), others


def subset_areas(
    subsets: Mapping[str, Sequence[Any]], parameters: Mapping[str, str], own_crs: CRS
) -> list[Area]:
    """Return the area of `subset`, one per CRS: an interval, a point or `*` on either side of each axis.

    Args:
        subsets: Axis name -> one or two values.
        parameters: `subset-crs` names the CRS of the axes.
        own_crs: CRS of the coverage, that of the axes unless `subset-crs` says otherwise.

    Raises:
        InvalidInput: an axis or the CRS is unknown, an axis comes twice, or a value is not a number.
    """
    crs = parse_crs(parameters["subset-crs"]) if "subset-crs" in parameters else own_crs
    areas: dict[CRS, Area] = {}
    seen: set[Side] = set()
    for name, values in subsets.items():
        axis = axis_named(crs, name, where="subset")
        low = _coordinate(name, values[0], -inf)
        high = _coordinate(name, values[-1], inf)
        if low > high or axis.side in seen:
            raise InvalidInput(
                f"subset {name}({low:g}:{high:g}) has its bounds swapped, or its axis comes twice; give the "
                "lower value first",
                f"subset {name}({low:g}:{high:g}) a ses bornes inversées, ou son axe vient deux fois ; "
                "donnez d'abord la plus petite",
                where="subset",
            )
        seen.add(axis.side)
        own = crs if axis.is_own else parse_crs(DEFAULT_BBOX_CRS)
        area = areas.get(own, Area(own))
        side = {"left": low, "right": high} if axis.side == "x" else {"bottom": low, "top": high}
        areas[own] = replace(area, **side)
    return list(areas.values())


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


def exact_size(parameters: Mapping[str, str], grid: Grid) -> tuple[int, int] | None:
    """Return the columns and rows of the very grid that `scaleSize` and `bbox` name together.

    Clients of this old spelling place the cells by the bbox that they sent, in its CRS, whatever the
    answer says; so they are given that grid, empty where the coverage does not reach.

    Raises:
        InvalidInput: the sizes are badly written.
    """
    if "scaleSize" not in parameters or "bbox" not in parameters or "crs" in parameters:
        return None
    scale = wanted_scale(parameters, grid)
    if scale is None or scale.columns is None or scale.rows is None:
        return None
    return scale.columns, scale.rows


def _coordinate(axis: str, value: Any, unbounded: float) -> float:
    text = str(value)[:80]
    if text == "*":
        return unbounded
    try:
        number = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        number = float("nan")
    if not isfinite(number):
        raise InvalidInput(
            f"subset {axis}({text}) is not a number; write for example {axis}(1:2) or {axis}(1:*)",
            f"subset {axis}({text}) n'est pas un nombre ; écrivez par exemple {axis}(1:2) ou {axis}(1:*)",
            where="subset",
        )
    return number


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
