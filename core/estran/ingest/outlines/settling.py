"""Which CRS is a layer read in, and what must be asked about it?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.ingest.outlines import mistakes_place
from estran.ingest.outlines.placing import (
    NEAR_KM,
    Reading,
    degrees_of,
    distance_km,
    known,
    lands,
    readings,
    somewhere,
    system_of,
)
from estran.ingest.outlines.reading import Layer
from estran.ingest.outlines.request import Choices
from estran.ingest.outlines.surfaces import exchanged
from estran.ingest.outlines.telling import Notice
from estran.layers.geodesy import parse_crs

type Source = Literal["file", "given", "guess", "none"]
type Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Settled:
    """How the coordinates of a layer are read.

    Attributes:
        crs: The CRS; None when nothing sensible is known.
        source: Where it comes from.
        swapped: Whether x and y are exchanged first.
        question: What the person must confirm: `crs` or `swap`.
        notice: What is said of it.
    """

    crs: CRS | None
    source: Source
    swapped: bool
    question: Literal["crs", "swap"] | None = None
    notice: Notice | None = None


def settled(layer: Layer, choices: Choices, territory: BaseGeometry) -> Settled:
    """Return how to read a layer: as chosen, else as its file says, else as puts it on the territory.

    Raises:
        InvalidInput: the CRS chosen does not exist.
    """
    given = parse_crs(choices.crs) if choices.crs else None
    crs, source = given or layer.crs, "given" if given else "file"
    told: Source = "given" if source == "given" else "file"
    box = bounds_of(layer)
    if box is None:
        return Settled(crs, told if crs else "none", choices.swap)
    found = readings(box, territory) if not territory.is_empty else []
    if crs is None:
        return _guessed(found, choices)
    if not choices.swap and (other := _otherwise(layer, box, crs, found, territory, given is not None)):
        return other
    if not lands(exchanged(layer.shapes) if choices.swap else layer.shapes, crs):
        return Settled(None, told, choices.swap, "crs", mistakes_place.nowhere(system_of(crs)))
    return Settled(crs, told, choices.swap)


def likely_crs(layer: Layer, territory: BaseGeometry) -> CRS | None:
    """Return the CRS that a layer declares, else the one that puts it on the territory as it is."""
    if layer.crs is not None:
        return layer.crs
    box = bounds_of(layer)
    found = readings(box, territory) if box is not None and not territory.is_empty else []
    return known(found[0].system.code) if found and not found[0].swapped else None


def is_near(layer: Layer, territory: BaseGeometry) -> bool:
    """Tell whether the middle of a layer lies near the territory."""
    crs, box = likely_crs(layer, territory), bounds_of(layer)
    point = degrees_of(_middle(box), crs) if crs is not None and box is not None else None
    return point is not None and distance_km(shapely.Point(point), territory) <= NEAR_KM


def bounds_of(layer: Layer) -> Bounds | None:
    """Return the box of a layer, None when it has no coordinate."""
    box = shapely.total_bounds(layer.shapes)
    if not np.isfinite(box).all():
        return None
    west, south, east, north = box.tolist()
    return west, south, east, north


def _guessed(found: list[Reading], choices: Choices) -> Settled:
    if not found:
        return Settled(None, "none", choices.swap, "crs", mistakes_place.no_crs(None, swapped=False))
    likely = found[0]
    notice = mistakes_place.no_crs(likely.system, swapped=likely.swapped)
    return Settled(known(likely.system.code), "guess", likely.swapped, "crs", notice)


def _otherwise(
    layer: Layer, box: Bounds, crs: CRS, found: list[Reading], territory: BaseGeometry, asked: bool
) -> Settled | None:
    """The reading that puts a layer on the territory, when its CRS puts it far from there."""
    middle = _middle(box)
    point = degrees_of(middle, crs)
    km = distance_km(shapely.Point(point), territory) if point else np.inf
    if km <= NEAR_KM or not found:
        return None
    swapped = degrees_of(middle[::-1], crs)
    if point and swapped and distance_km(shapely.Point(swapped), territory) <= NEAR_KM:
        notice = mistakes_place.swapped_axes(somewhere(point, km), geographic=crs.is_geographic)
        return Settled(crs, "guess", True, "swap", notice)
    if asked and point:
        return None
    likely = found[0]
    notice = mistakes_place.wrong_crs(
        system_of(crs), likely.system, swapped=likely.swapped, kind=layer.format.id
    )
    return Settled(known(likely.system.code), "guess", likely.swapped, "crs", notice)


def _middle(box: Bounds) -> tuple[float, float]:
    return (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0
