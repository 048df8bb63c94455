"""The parts of a place made from a layer: repaired, cut and merged as asked, in longitude and latitude."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput
from estran.ingest.outlines import mistakes
from estran.ingest.outlines.fields import AFTER, Field, fields_of, names_of
from estran.ingest.outlines.placing import CRS84, degrees_of, in_degrees
from estran.ingest.outlines.reading import Layer, Shapes
from estran.ingest.outlines.request import Request
from estran.ingest.outlines.sharing import shared_land, without_shared
from estran.ingest.outlines.surfaces import MOST_POINTS, Drawn, surfaces
from estran.ingest.outlines.telling import Notice
from estran.layers.geodesy import metres_per_unit, true_areas_ha

MANY = 200
"""More parts than this are hard to look through."""


@dataclass(slots=True)
class Parts:
    """What a layer gives.

    Attributes:
        shapes: Surfaces in longitude and latitude.
        names: Name of each.
        after: Class of each after the project, when it is known.
        values: Value of each in each field.
        fields: The fields that may say what each becomes.
        notices: What was met on the way.
        closed: How many are closed lines.
    """

    shapes: list[BaseGeometry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    after: list[str | None] = field(default_factory=list)
    values: list[dict[str, str]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    closed: int = 0

    def area_ha(self) -> float:
        """Return the sum of the areas."""
        return round(float(self._areas().sum()), 6)

    def _areas(self) -> np.ndarray[Any, Any]:
        return true_areas_ha(shapely.make_valid(np.array(self.shapes, dtype=object)), CRS84)

    def document(self, language: str) -> dict[str, Any]:
        """Return the place and its fields, each area measured on the ellipsoid."""
        areas = self._areas()
        features = [
            {
                "type": "Feature",
                "properties": {
                    "name": name or (f"Partie {number}" if language == "fr" else f"Part {number}"),
                    **({AFTER: after} if after else {}),
                    "area_ha": round(float(area_ha), 6),
                    "values": values,
                },
                "geometry": shapely.geometry.mapping(shape),
            }
            for number, (shape, name, after, values, area_ha) in enumerate(
                zip(self.shapes, self.names, self.after, self.values, areas, strict=True), 1
            )
        ]
        return {
            "area_ha": round(float(areas.sum()), 6),
            "fields": [self._field(each, areas) for each in self.fields],
            "place": {"type": "FeatureCollection", "features": features},
        }

    def _field(self, about: Field, areas: np.ndarray[Any, Any]) -> dict[str, Any]:
        sums: dict[str, tuple[int, float]] = {}
        for values, area_ha in zip(self.values, areas.tolist(), strict=True):
            count, total = sums.get(values[about.name], (0, 0.0))
            sums[values[about.name]] = count + 1, total + area_ha
        told = [
            {
                "value": value.text,
                "count": sums[value.text][0],
                "area_ha": round(sums[value.text][1], 6),
                "suggestion": value.suggestion,
            }
            for value in about.values
            if value.text in sums
        ]
        told.sort(key=lambda each: (each["suggestion"] is not None, -float(str(each["area_ha"]))))
        return {"name": about.name, "values": told}


def parts_of(request: Request, layer: Layer, shapes: Shapes, crs: CRS, closing: bool) -> Parts:
    """Return the parts that a layer gives in a CRS.

    Args:
        request: What was asked.
        layer: The layer.
        shapes: Its geometries, x and y in their right order.
        crs: Their CRS.
        closing: Whether lines become surfaces.

    Raises:
        InvalidInput: a choice names a field or a class that does not exist.
    """
    choices, limits = request.choices, request.limits
    parts = Parts()
    drawn = surfaces(shapes, close_lines=closing, repair=choices.repair)
    if choices.simplify_m:
        drawn = _simplified(drawn, choices.simplify_m, crs, parts.notices)
    vertices = int(shapely.get_num_coordinates([each.shape for each in drawn]).sum()) if drawn else 0
    if vertices > limits.vertices:
        parts.notices.append(mistakes.too_fine(vertices, limits.vertices))
        return parts
    if len(drawn) > limits.features and not choices.merge:
        parts.notices.append(mistakes.too_many(len(drawn), limits.features))
        return parts
    parts.closed = sum(each.closed for each in drawn)
    columns = {key: values[[each.rank for each in drawn]] for key, values in layer.columns.items()}
    parts.fields = fields_of(columns, request.labels)
    parts.shapes = in_degrees(np.array([each.shape for each in drawn], dtype=object), crs).tolist()
    parts.names = names_of(columns, len(drawn))
    parts.values = [{} for _ in drawn]
    for about in parts.fields:
        for value in about.values:
            for rank in value.ranks:
                parts.values[rank][about.name] = value.text
    parts.after = _classes(request, parts)
    _tell_crossings(parts, drawn, crs, repaired=choices.repair)
    if choices.repair:
        _share(parts, request)
    if choices.merge:
        _merge(parts, choices.column)
    elif len(parts.shapes) > MANY:
        parts.notices.append(mistakes.many(len(parts.shapes)))
    return parts


def _simplified(drawn: list[Drawn], metres: float, crs: CRS, notices: list[Notice]) -> list[Drawn]:
    before = np.array([each.shape for each in drawn], dtype=object)
    after = shapely.simplify(before, metres / metres_per_unit(crs), preserve_topology=True)
    change = float(true_areas_ha(after, crs).sum() - true_areas_ha(before, crs).sum())
    notices.append(
        mistakes.simplified(
            int(shapely.get_num_coordinates(before).sum()),
            int(shapely.get_num_coordinates(after).sum()),
            metres,
            change,
        )
    )
    for each, shape in zip(drawn, after, strict=True):
        each.shape = shape
    return drawn


def _classes(request: Request, parts: Parts) -> list[str | None]:
    """The class of each part: as its field and the table say, else as its own field `after` says."""
    choices = request.choices
    unknown = sorted(set(choices.classes.values()) - set(request.labels))
    if unknown:
        listed = ", ".join(request.labels)
        raise InvalidInput(
            f"{unknown[0]!r} is not a class after the project; choose among {listed}",
            f"{unknown[0]!r} n'est pas une classe après projet ; choisissez parmi {listed}",
            where="classes",
        )
    name = choices.column
    if name is None:
        own: list[str | None] = [values.get(AFTER) for values in parts.values]
        return [each if each in request.labels else None for each in own]
    chosen = next((about for about in parts.fields if about.name == name), None)
    if chosen is None:
        listed = ", ".join(about.name for about in parts.fields)
        raise InvalidInput(
            f"{name!r} is not a field that can give classes; choose among {listed or 'none'}",
            f"{name!r} n'est pas un champ qui peut donner des classes ; choisissez parmi {listed or 'aucun'}",
            where="field",
        )
    told: Mapping[str, str | None] = {value.text: value.suggestion for value in chosen.values}
    table = {**told, **choices.classes}
    return [table.get(values[name]) for values in parts.values]


def _tell_crossings(parts: Parts, drawn: list[Drawn], crs: CRS, *, repaired: bool) -> None:
    crossed = [(rank, each) for rank, each in enumerate(drawn) if each.crossings or each.before != 1.0]
    if not crossed:
        return
    places = [point for _, each in crossed for point in each.crossings]
    found = [degrees_of(point, crs) for point in places[:MOST_POINTS]]
    points = tuple((round(x, 7), round(y, 7)) for x, y in (point for point in found if point is not None))
    after = true_areas_ha(
        shapely.make_valid(np.array([parts.shapes[rank] for rank, _ in crossed], dtype=object)), CRS84
    )
    before = float(sum(area * each.before for area, (_, each) in zip(after, crossed, strict=True)))
    parts.notices.append(
        mistakes.crossing(
            len(crossed), max(len(places), 1), before, float(after.sum()), points, repaired=repaired
        )
    )


def _share(parts: Parts, request: Request) -> None:
    """Tell of the land that several parts claim, or give it to those that keep it."""
    shared = shared_land(parts.shapes)
    if shared is None:
        return
    keep = request.choices.keep
    if keep is None:
        one, other = shared.pairs[0]
        fr = request.language == "fr"
        first, second = (
            parts.names[rank] or (f"Partie {rank + 1}" if fr else f"Part {rank + 1}") for rank in (one, other)
        )
        parts.notices.append(
            mistakes.overlap(len(shared.pairs), shared.area_ha, (first, second), shared.points)
        )
        return
    parts.shapes = without_shared(parts.shapes, shared.pairs, keep)
    _keep(parts, [not shape.is_empty for shape in parts.shapes])


def _merge(parts: Parts, name: str | None) -> None:
    """Make one part of those that have the same value, or the same class."""
    chosen = name or (parts.fields[0].name if parts.fields else None)
    keys = [
        (values.get(chosen, "") if chosen else "", after)
        for values, after in zip(parts.values, parts.after, strict=True)
    ]
    groups: dict[tuple[str, str | None], list[int]] = {}
    for rank, key in enumerate(keys):
        groups.setdefault(key, []).append(rank)
    shapes = shapely.make_valid(np.array(parts.shapes, dtype=object))
    merged = [shapely.union_all(shapes[ranks]) for ranks in groups.values()]
    firsts = [ranks[0] for ranks in groups.values()]
    parts.names = [key[0] for key in groups] if chosen else [""] * len(groups)
    parts.after = [key[1] for key in groups]
    parts.values = [
        {chosen: key[0]} if chosen else parts.values[first] for key, first in zip(groups, firsts, strict=True)
    ]
    parts.fields = [about for about in parts.fields if about.name == chosen]
    parts.shapes = merged


def _keep(parts: Parts, kept: list[bool]) -> None:
    for name in ("shapes", "names", "after", "values"):
        setattr(
            parts, name, [each for each, is_kept in zip(getattr(parts, name), kept, strict=True) if is_kept]
        )
