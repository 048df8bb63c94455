"""Which axis of a grid does a client mean by `Lat`, `E` or `x`?

The axes of the coverage's own CRS are known by the abbreviation that the CRS gives them and by `x` or
`y`; longitude and latitude are understood for any coverage. Case does not matter.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Literal

from pyproj import CRS

from estran.carbon.errors import InvalidInput

Side = Literal["x", "y"]

_GEOGRAPHIC: dict[str, Side] = {
    "lon": "x",
    "long": "x",
    "longitude": "x",
    "lat": "y",
    "latitude": "y",
}
_COMMON: dict[str, Side] = {"x": "x", "e": "x", "easting": "x", "y": "y", "n": "y", "northing": "y"}


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis named by a client.

    Attributes:
        side: Across (`x`) or up (`y`) the grid.
        is_own: The coordinates are in the coverage's CRS; otherwise they are degrees of CRS84.
    """

    side: Side
    is_own: bool


def is_north_first(crs: CRS) -> bool:
    """Tell whether the CRS puts the northing, or latitude, before the easting."""
    return _side(crs.axis_info[0].direction) == "y"


def axes_of(crs: CRS) -> dict[str, Axis]:
    """Return the axes that a client may name, by lower-case name, for a coverage in `crs`."""
    axes = {name: Axis(side, is_own=crs.is_geographic) for name, side in _GEOGRAPHIC.items()}
    axes |= {name: Axis(side, is_own=True) for name, side in _COMMON.items()}
    axes |= {axis.abbrev.lower(): Axis(_side(axis.direction), is_own=True) for axis in crs.axis_info}
    return axes


def spellings(crs: CRS) -> list[str]:
    """Return every way of writing the axes; first the two names that the CRS gives, easting first."""
    own = sorted(crs.axis_info, key=lambda axis: _side(axis.direction))
    written = chain.from_iterable((name, name.upper(), name.capitalize()) for name in axes_of(crs))
    return list(dict.fromkeys([*(axis.abbrev for axis in own), *written]))


def axis_named(crs: CRS, name: str, *, where: str) -> Axis:
    """Return the axis that a client names.

    Raises:
        InvalidInput: the coverage has no such axis.
    """
    axes = axes_of(crs)
    axis = axes.get(name.strip().lower())
    if axis is None:
        known = ", ".join(sorted({"Lat", "Lon", *(axis.abbrev for axis in crs.axis_info)}))
        raise InvalidInput(
            f"unknown axis {name[:80]!r}; choose among {known}",
            f"axe inconnu : {name[:80]!r} ; choisissez parmi {known}",
            where=where,
        )
    return axis


def _side(direction: str) -> Side:
    return "y" if direction.lower() in {"north", "south"} else "x"
