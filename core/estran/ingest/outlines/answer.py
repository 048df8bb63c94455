"""What does a file hold, which layer is the project, and what must still be asked? As one document."""

from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.ingest.outlines import mistakes, mistakes_place
from estran.ingest.outlines.formats import DXF
from estran.ingest.outlines.parts import Parts, parts_of
from estran.ingest.outlines.placing import SYSTEMS, distance_km, lands, system_of
from estran.ingest.outlines.reading import Layer
from estran.ingest.outlines.request import Request
from estran.ingest.outlines.settling import Settled, bounds_of, is_near, likely_crs, settled
from estran.ingest.outlines.surfaces import Counts, closed_lines, counts, exchanged
from estran.ingest.outlines.telling import Notice
from estran.layers.geodesy import true_areas_ha

WHOLE = 0.9999
"""An outline that is covered but for less than one ten-thousandth is whole."""


class Answer:
    """Makes the answer to one request."""

    def __init__(self, request: Request, layers: list[Layer]) -> None:
        self._request = request
        self._layers = layers
        self._counts = [counts(layer.shapes) for layer in layers]
        self._territory: BaseGeometry = (
            shapely.from_wkb(bytes.fromhex(request.territory)) if request.territory else shapely.Point()
        )
        self._notices: list[Notice] = []
        self._questions: list[str] = []

    def document(self) -> dict[str, Any]:
        """Return the whole answer.

        Raises:
            InvalidInput: a choice names a layer, a CRS, a field or a class that does not exist.
        """
        language = self._request.language
        rank = self._chosen()
        layer = self._layers[rank]
        self._notices.extend(layer.notices)
        how = settled(layer, self._request.choices, self._territory)
        if how.question:
            self._questions.append(how.question)
        if how.notice:
            self._notices.append(how.notice)
        parts = self._parts(layer, self._counts[rank], how.crs, how) if how.crs is not None else None
        return {
            "file": {
                "name": self._request.files[0].name,
                "format": layer.format.id,
                "format_title": layer.format.title,
            },
            "layers": [
                self._layer(each, parts.area_ha() if parts and each is layer else self._area(each), count)
                for each, count in zip(self._layers, self._counts, strict=True)
            ],
            "layer": layer.name,
            "crs": {
                "source": how.source,
                "swapped": how.swapped,
                **(_named(how.crs, language) if how.crs is not None else {"code": None, "name": None}),
            },
            "systems": [{"code": each.code, "name": each.name.read(language)} for each in SYSTEMS],
            "questions": self._questions,
            "notices": [notice.document(language) for notice in self._notices],
            **(parts.document(language) if parts else {"area_ha": 0.0, "fields": [], "place": None}),
        }

    def _chosen(self) -> int:
        """The rank of the layer to take: the one asked for, else the likeliest."""
        names = [layer.name for layer in self._layers]
        asked = self._request.choices.layer
        if asked is not None:
            if asked not in names:
                listed = ", ".join(names[:10])
                raise InvalidInput(
                    f"there is no layer {asked!r} in this file; it has {listed}",
                    f"il n'y a pas de couche {asked!r} dans ce fichier ; on y trouve {listed}",
                    where="layer",
                )
            return names.index(asked)
        surface = [rank for rank, each in enumerate(self._counts) if each.polygons]
        lines = [rank for rank, each in enumerate(self._counts) if each.lines]
        closed = [rank for rank in lines if closed_lines(self._layers[rank].shapes)]
        drawn = any(layer.format is DXF for layer in self._layers)
        likely = sorted({*surface, *closed}) if drawn else surface
        likely = likely or closed or lines or list(range(len(names)))
        if len(likely) > 1:
            self._questions.append("layer")
        here = [rank for rank in likely if is_near(self._layers[rank], self._territory)]
        return (here or likely)[0]

    def _parts(self, layer: Layer, count: Counts, crs: CRS, how: Settled) -> Parts | None:
        drawing = layer.format is DXF
        # In a drawing, a closed line is how an outline is drawn.
        closing = self._request.choices.close_lines or (drawing and closed_lines(layer.shapes) > 0)
        if layer.unreadable:
            self._notices.append(mistakes.unreadable(layer.unreadable))
        if not count.polygons and not closing:
            others = len(self._layers) > 1
            self._notices.append(
                mistakes.no_polygon(count.lines, count.points, others=others, drawing=drawing)
            )
            return None
        shapes = exchanged(layer.shapes) if how.swapped else layer.shapes
        parts = parts_of(self._request, layer, shapes, crs, closing)
        self._tell_kinds(layer, count, parts, closing)
        self._notices.extend(parts.notices)
        if not parts.shapes:
            return None
        self._check_cover(parts)
        return parts

    def _tell_kinds(self, layer: Layer, count: Counts, parts: Parts, closing: bool) -> None:
        """Say what became of what is not a plain surface."""
        if not parts.shapes and not parts.notices:
            self._notices.append(mistakes.not_closable() if closing else mistakes.NO_AREA)
            return
        if closing and parts.closed:
            self._notices.append(mistakes.lines_closed(parts.closed))
        lines = 0 if closing else count.lines
        if lines + count.points + count.empty:
            self._notices.append(mistakes.left_out(lines, count.points, count.empty))
        if count.heights and layer.format is not DXF:
            self._notices.append(mistakes.HEIGHTS)
        if layer.curved:
            self._notices.append(mistakes.CURVES)

    def _check_cover(self, parts: Parts) -> None:
        """Say which part of the outlines the territory does not cover."""
        if self._territory.is_empty:
            return
        whole = shapely.union_all(shapely.make_valid(np.array(parts.shapes, dtype=object)))
        km = distance_km(whole, self._territory)
        if km > 0.0:
            self._notices.append(mistakes_place.outside(km))
            return
        share = shapely.intersection(whole, self._territory).area / whole.area
        if share < WHOLE:
            self._notices.append(mistakes_place.partly_outside(share))

    def _layer(self, layer: Layer, area_ha: float | None, count: Counts) -> dict[str, Any]:
        return {
            "name": layer.name,
            "features": count.features,
            "polygons": count.polygons,
            "lines": count.lines,
            "points": count.points,
            "area_ha": area_ha,
            "crs": _named(layer.crs, self._request.language) if layer.crs is not None else None,
        }

    def _area(self, layer: Layer) -> float | None:
        """The area of a layer, each surface counted; None when it has none or cannot be placed."""
        crs = likely_crs(layer, self._territory)
        if crs is None or bounds_of(layer) is None or not counts(layer.shapes).polygons:
            return None
        shapes: list[BaseGeometry] = [each for each in layer.shapes if each is not None]
        try:
            return round(float(true_areas_ha(shapes, crs).sum()), 4) if lands(layer.shapes, crs) else None
        except InvalidGeometry:
            return None


def _named(crs: CRS, language: str) -> dict[str, str]:
    system = system_of(crs)
    return {"code": system.code, "name": system.name.read(language)}
