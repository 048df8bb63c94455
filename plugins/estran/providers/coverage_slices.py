"""Part of a coverage at each of the instants asked, or at no instant when the layer has no time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.features.times import Interval, parse_interval
from estran.layers.raster import Band, RasterWindow
from estran.layers.raster_grid import Grid
from estran.layers.raster_times import instants_in


@dataclass(frozen=True, slots=True)
class Slices:
    """Windows of the same cells and bands, one per instant.

    Attributes:
        windows: At least one.
        instants: The instant of each window, such as `2019`; empty for a layer without time.
    """

    windows: tuple[RasterWindow, ...]
    instants: tuple[str, ...] = ()

    @property
    def grid(self) -> Grid:
        """The grid of every window."""
        return self.windows[0].grid

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands of every window."""
        return self.windows[0].bands


def asked_interval(datetime_: str | None, in_subset: str | None) -> Interval | None:
    """Return the time that `datetime` or the time axis of `subset` names, None for neither.

    Raises:
        InvalidInput: it is not a time, or both are given.
    """
    if datetime_ is not None and in_subset is not None:
        raise InvalidInput(
            "datetime and the time axis of subset exclude each other; give only one",
            "datetime et l'axe du temps de subset s'excluent ; n'en donnez qu'un",
            where="subset",
        )
    text = datetime_ if datetime_ is not None else in_subset
    return None if text is None else parse_interval(text)


def chosen_instants(
    times: Mapping[str, Path], shown: Path, interval: Interval | None, *, has_time_axis: bool
) -> tuple[str, ...]:
    """Return the instants to answer with, none for a layer without time.

    Args:
        times: File of each instant.
        shown: File of the instant that stands for the layer when no time is asked.
        interval: The time asked.
        has_time_axis: Whether the format can hold several instants.

    Raises:
        NotFound: the layer has no data at that time.
        InvalidInput: several instants are asked in a format that holds one.
    """
    if not times:
        return ()
    if interval is None and not has_time_axis:
        return tuple(instant for instant, path in times.items() if path == shown)[:1] or (max(times),)
    found = instants_in(times, interval)
    if len(found) > 1 and not has_time_axis:
        known = ", ".join(found)
        raise InvalidInput(
            f"this format holds one instant; give one of {known} in datetime, or ask for netcdf or json",
            f"ce format contient un seul instant ; donnez l'un de {known} dans datetime, ou demandez netcdf "
            "ou json",
            where="datetime",
        )
    return found


def same_grid(first: RasterWindow, other: RasterWindow, name: str) -> RasterWindow:
    """Return `other` if it has the cells and the bands of `first`.

    Raises:
        NotFound: it has not: the files of the layer do not go together.
    """
    same = first.grid == other.grid and [band.name for band in first.bands] == [
        band.name for band in other.bands
    ]
    if not same:
        raise NotFound(
            f"the grid of {name} is not that of the other instants; ask for one instant at a time",
            f"la grille de {name} n'est pas celle des autres instants ; demandez un instant à la fois",
            where="datetime",
        )
    return other
