"""Which lines were travelled, when and how? GeoJSON read strictly, without ever repeating what it holds.

Positions are `[longitude, latitude]`, then height, then time in seconds since 1970 where there is a fourth
number. Times may also stand in `properties.times` (or `properties.coordTimes`), or in
`properties.coordinateProperties.times`, as ISO 8601 texts; accuracies, in metres, likewise in `accuracies`.
An error names the place in the request, never a position or a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod

from estran.assessments.request import near
from estran.carbon.errors import InvalidGeometry, InvalidInput, TooLarge
from estran.carbon.mobility import Distance, Integers
from estran.layers.geodesy import parse_crs, transform_points

Floats = NDArray[np.float64]

LINES = ("LineString", "MultiLineString")
MEMBERS = {"FeatureCollection": "features", "GeometryCollection": "geometries"}
"""Where the members of a collection stand."""

TIMES, ACCURACIES = ("times", "coordTimes"), ("accuracies", "accuracy")

TIME_PLACE = 3
"""Rank of the time in a position of four numbers."""

NESTING = 16
"""Deepest collection of collections."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One line travelled.

    Attributes:
        where: Path of the line in the request.
        lonlat: Positions, shape `(n, 2)`, in degrees.
        times_s: Seconds since 1970, None without times.
        accuracies_m: Radius of accuracy, NaN when unknown.
        mode: Mode given for the line, empty when none is.
        occupancy: Persons in the vehicle, None when not given.
    """

    where: str
    lonlat: Floats
    times_s: Floats | None
    accuracies_m: Floats
    mode: str
    occupancy: float | None

    def distance(self) -> Distance:
        """Return the geodesic distance, in metres, between points of the line."""
        longitude, latitude = self.lonlat.T

        def metres(start: Integers, end: Integers) -> Floats:
            if not len(start):
                return np.zeros(0)
            return np.asarray(
                WGS_84.inv(longitude[start], latitude[start], longitude[end], latitude[end])[2],
                dtype=np.float64,
            )

        return metres


WGS_84 = Geod(ellps="WGS84")


def read_traces(geometry: Mapping[str, Any], crs: str | int | None, *, vertices: int) -> tuple[Trace, ...]:
    """Return the lines of a GeoJSON object.

    Args:
        geometry: LineString, MultiLineString, GeometryCollection, Feature or FeatureCollection.
        crs: CRS of the positions; longitude and latitude when None.
        vertices: Most positions in all.

    Raises:
        InvalidGeometry: it is malformed, or not made of lines.
        InvalidInput: a mode, an occupancy, a time or an accuracy is not valid.
        TooLarge: more positions than `vertices`.
    """
    source = None if crs is None else parse_crs(crs)
    traces = tuple(_traces(geometry, {}, "geometry", source, 0))
    count = sum(len(trace.lonlat) for trace in traces)
    if count > vertices:
        raise TooLarge(
            f"the traces hold {count:,} positions; this server accepts at most {vertices:,}; split them",
            f"les traces ont {count} positions ; ce serveur en accepte au plus {vertices} ; divisez-les",
            where="geometry",
        )
    return traces


def _traces(
    node: object, properties: Mapping[str, Any], where: str, crs: CRS | None, depth: int
) -> Iterator[Trace]:
    if not isinstance(node, Mapping):
        raise _wrong("must be a GeoJSON object", "doit être un objet GeoJSON", where)
    kind = node.get("type")
    if depth > NESTING:
        raise _wrong("collections are nested too deep", "les collections sont trop imbriquées", where)
    if kind in MEMBERS:
        for index, member in enumerate(_listed(node, MEMBERS[kind], where)):
            yield from _traces(member, properties, f"{where}.{MEMBERS[kind]}[{index}]", crs, depth + 1)
    elif kind == "Feature":
        given = node.get("properties")
        own = given if isinstance(given, Mapping) else {}
        yield from _traces(node.get("geometry"), own, f"{where}.geometry", crs, depth + 1)
    elif kind == "LineString":
        yield _trace(node.get("coordinates"), properties, None, where, crs)
    elif kind == "MultiLineString":
        for part, line in enumerate(_listed(node, "coordinates", where)):
            yield _trace(line, properties, part, f"{where}.coordinates[{part}]", crs)
    else:
        en, fr = near(str(kind), LINES)
        raise _wrong(f"a trace is made of lines{en}", f"une trace est faite de lignes{fr}", where)


def _trace(
    coordinates: object, properties: Mapping[str, Any], part: int | None, where: str, crs: CRS | None
) -> Trace:
    positions = _positions(coordinates, where)
    count = len(positions)
    times = _per_point(properties, TIMES, part, count, where)
    accuracies = _per_point(properties, ACCURACIES, part, count, where)
    if times is not None:
        seconds: Floats | None = np.array(
            [_seconds(value, f"{where}: times[{index}]") for index, value in enumerate(times)]
        )
    elif positions.shape[1] > TIME_PLACE:
        seconds = positions[:, TIME_PLACE]
    else:
        seconds = None
    occupancy = properties.get("occupancy")
    if occupancy is not None:
        occupancy = _number(occupancy, f"{where}: occupancy")
        if occupancy < 1.0:
            raise InvalidInput(
                f"{where}: a vehicle holds at least one person",
                f"{where} : un véhicule transporte au moins une personne",
                where="geometry",
            )
    mode = properties.get("mode")
    return Trace(
        where=where,
        lonlat=_degrees(positions[:, :2], crs, where),
        times_s=seconds,
        accuracies_m=(
            np.full(count, np.nan)
            if accuracies is None
            else np.array(
                [
                    np.nan if value is None else _number(value, f"{where}: accuracies[{index}]")
                    for index, value in enumerate(accuracies)
                ]
            )
        ),
        mode=mode if isinstance(mode, str) else "",
        occupancy=occupancy,
    )


def _positions(coordinates: object, where: str) -> Floats:
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise _wrong("a line needs two positions", "une ligne demande deux positions", where)
    lengths = {len(position) if isinstance(position, list) else 0 for position in coordinates}
    shortest, longest = min(lengths), max(lengths)
    if shortest < 2 or (longest > TIME_PLACE and shortest != longest):
        raise _wrong(
            "a position is [longitude, latitude], with height and time everywhere or nowhere",
            "une position est [longitude, latitude], avec hauteur et temps partout ou nulle part",
            where,
        )
    size = longest if longest > TIME_PLACE else 2
    numbers = [value for position in coordinates for value in position[:size]]
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in numbers):
        raise _wrong("a position is made of numbers", "une position est faite de nombres", where)
    found = np.array(numbers, dtype=np.float64).reshape(-1, size)
    if not np.isfinite(found).all():
        raise _wrong("a position is not finite", "une position n'est pas finie", where)
    return found


def _degrees(points: Floats, crs: CRS | None, where: str) -> Floats:
    lonlat = points
    if crs is not None:
        try:
            lonlat = transform_points(points, crs, parse_crs("CRS84"))
        except InvalidGeometry:
            lonlat = np.full(points.shape, np.inf)
    if (np.abs(lonlat) > np.array([180.0, 90.0])).any():
        raise _wrong(
            "longitude goes from -180 to 180, latitude from -90 to 90, longitude first; check the CRS",
            "la longitude va de -180 à 180, la latitude de -90 à 90, longitude d'abord ; vérifiez le SCR",
            where,
        )
    return lonlat


def _per_point(
    properties: Mapping[str, Any], names: tuple[str, ...], part: int | None, count: int, where: str
) -> list[Any] | None:
    """The list that gives one value per position, wherever it stands."""
    nested = properties.get("coordinateProperties")
    places = [properties, nested if isinstance(nested, Mapping) else {}]
    values = next((place[name] for place in places for name in names if place.get(name) is not None), None)
    if values is None or not isinstance(values, list):
        return None
    if part is not None and part < len(values) and isinstance(values[part], list):
        values = values[part]
    if len(values) != count:
        raise InvalidInput(
            f"{where}: {names[0]} has {len(values)} values for {count} positions; give one per position",
            f"{where} : {names[0]} a {len(values)} valeurs pour {count} positions ; donnez-en une par "
            "position",
            where="geometry",
        )
    return values


def _seconds(value: object, where: str) -> float:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    elif isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    raise InvalidInput(
        f"{where} is not a time; write it as 2026-05-04T08:30:00Z",
        f"{where} n'est pas un temps ; écrivez-le comme 2026-05-04T08:30:00Z",
        where="geometry",
    ) from None


def _number(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0.0:
        return float(value)
    raise InvalidInput(
        f"{where} must be a positive number", f"{where} doit être un nombre positif", where="geometry"
    )


def _listed(node: Mapping[str, Any], name: str, where: str) -> list[Any]:
    members = node.get(name)
    if not isinstance(members, list):
        raise _wrong(f"`{name}` must be a list", f"`{name}` doit être une liste", where)
    return members


def _wrong(en: str, fr: str, where: str) -> InvalidGeometry:
    return InvalidGeometry(f"{where}: {en}", f"{where} : {fr}", where=where)
