"""Where do variants differ on the ground? The land that only one of them changes, or changes otherwise."""

import json
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Envelope
from estran.assessments.inputs import CRS84
from estran.assessments.place import Place
from estran.assessments.project_land import AFTER
from estran.assessments.project_reading import Project
from estran.assessments.tables import DIGITS, properties
from estran.layers.geodesy import parse_crs, polygons_of, reproject, true_area_ha

SPREAD = "spread over the outline"
"""Class of an outline whose areas are given without a place."""

UNCHANGED = "present land"


def difference_geojson(envelope: Envelope, names: list[str], projects: list[Project]) -> dict[str, Any]:
    """Return where each variant differs from the first one, and the figures of the comparison.

    A feature has `variant`, `reference`, the class after in each (`after`, `after_reference`) and its
    true area in ha; `where` says whether both outlines hold it.
    """
    features = [
        feature
        for name, project in zip(names[1:], projects[1:], strict=True)
        for feature in _features(name, names[0], project, projects[0])
    ]
    return {
        "type": "FeatureCollection",
        "features": features,
        "total": properties(envelope),
        "receipt": envelope.receipt.hash,
        "attribution": envelope.terms.attribution,
        "licences": list(envelope.terms.licences),
    }


def _features(name: str, reference: str, project: Project, first: Project) -> Iterator[dict[str, Any]]:
    own = _drawn(project, first.place)
    others = _drawn(first, first.place)
    for land_class, shape in own.items():
        for other, there in others.items():
            same_areas = (project.inputs.after, project.inputs.sealed_m2, project.inputs.desealed_m2) == (
                first.inputs.after,
                first.inputs.sealed_m2,
                first.inputs.desealed_m2,
            )
            if land_class != other or (land_class == SPREAD and not same_areas):
                both = shapely.intersection(shape, there)
                yield from _feature(both, first.place, name, reference, land_class, other, "both")
    outline, outline_first = shapely.union_all(list(own.values())), shapely.union_all(list(others.values()))
    for land_class, shape in own.items():
        only = shapely.difference(shape, outline_first)
        yield from _feature(only, first.place, name, reference, land_class, None, "variant only")
    for other, there in others.items():
        only = shapely.difference(there, outline)
        yield from _feature(only, first.place, name, reference, None, other, "reference only")


def _drawn(project: Project, place: Place) -> dict[str, BaseGeometry]:
    """The outline of a project by class after it, in the CRS of `place`."""
    inputs, own = project.inputs, project.place
    default = SPREAD if inputs.after or inputs.sealed_m2 or inputs.desealed_m2 else UNCHANGED
    shapes: dict[str, list[BaseGeometry]] = {}
    for plot in own.plots:
        shape: BaseGeometry = plot.geometry
        if own.crs != place.crs:
            shape = shapely.MultiPolygon(list(polygons_of(reproject(shape, own.crs, place.crs))))
        shapes.setdefault(str(plot.properties.get(AFTER) or default), []).append(shape)
    return {name: shapely.union_all(parts) for name, parts in shapes.items()}


def _feature(
    shape: BaseGeometry,
    place: Place,
    name: str,
    reference: str,
    after: str | None,
    after_reference: str | None,
    where: str,
) -> Iterator[dict[str, Any]]:
    if shape.area <= 0.0:
        return
    drawn = reproject(shape, place.crs, parse_crs(CRS84))
    rounded = shapely.transform(drawn, lambda points: points.round(DIGITS))
    yield {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(rounded)),
        "properties": {
            "variant": name,
            "reference": reference,
            "after": after,
            "after_reference": after_reference,
            "where": where,
            "area_ha": true_area_ha(shape, place.crs),
        },
    }
