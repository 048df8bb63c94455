"""Where is the question asked? The geometry input of every process, read into plots of land."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Notice
from estran.assessments.geojson import GeometryReader
from estran.assessments.inputs import CRS84, TYPES, PlaceRequest
from estran.assessments.misreading import check_reading, territory_ledger
from estran.assessments.plots import OVERLAP as OVERLAP
from estran.assessments.plots import Plot as Plot
from estran.assessments.plots import failure, normalized, together
from estran.assessments.references import check_count, referenced_plots
from estran.assessments.request import near
from estran.carbon.errors import InvalidGeometry, InvalidInput, TooLarge
from estran.carbon.text import Text
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.ledger.read import Ledger
from estran.layers.settings import LimitSettings
from estran.layers.territory import Territory


@dataclass(frozen=True, slots=True)
class Place:
    """All the land of a request.

    Attributes:
        crs: CRS of the geometries, x first.
        plots: One per feature, at least one unless a collection is empty.
        many: Whether the request is a collection, answered row by row.
        whole: The plots together, each square metre once.
        overlapping: Whether some plots overlap.
        area_ha: Ellipsoidal area of `whole`.
        asked: Indicators asked of each plot, without any row; all of them with their rows when None.
        known: What was read of it, by what reads it.
    """

    crs: CRS
    plots: tuple[Plot, ...]
    many: bool
    whole: BaseGeometry
    overlapping: bool
    area_ha: float
    asked: frozenset[str] | None = None
    known: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once[Found](self, what: Hashable, read: Callable[[], Found]) -> Found:
        """Return what is read of the place; several processes may ask, the first one reads."""
        if what not in self.known:
            self.known[what] = read()
        found: Found = self.known[what]
        return found


def read_place(request: PlaceRequest, territory: Territory) -> Place:
    """Return the land that a request asks about.

    A feature of a collection that cannot be read is told by its plot, unless no feature can.

    Raises:
        InvalidGeometry: a geometry is malformed, ambiguous or out of range.
        InvalidInput: the CRS or the reference is not valid.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: there are too many features, vertices or hectares.
    """
    limits = territory.settings.limits
    if "collection" in request.geometry and "type" not in request.geometry:
        crs, plots = referenced_plots(request, territory)
        many = True
    else:
        crs = _declared_crs(request)
        reader = GeometryReader(crs, named=request.crs is not None, vertices=limits.vertices)
        many = request.geometry.get("type") == "FeatureCollection"
        plots = _features(request.geometry, reader, limits) if many else (_single(request.geometry, reader),)
    plots = _well_read(normalized(plots), crs, territory)
    try:
        return _place(crs, plots, many, limits)
    except InvalidGeometry:
        return _place(crs, tuple(_located(plot, crs) for plot in plots), many, limits)


def _well_read(plots: tuple[Plot, ...], crs: CRS, territory: Territory) -> tuple[Plot, ...]:
    """The plots; one whose coordinates were given in the wrong way covers nothing and says so."""
    ledger = territory_ledger(territory)
    if ledger is None or not plots:
        return plots
    near_by = ledger.may_hold_each([plot.geometry for plot in plots], crs).tolist()
    return tuple(
        plot if held or plot.geometry.is_empty else _checked(plot, ledger, crs)
        for plot, held in zip(plots, near_by, strict=True)
    )


def _checked(plot: Plot, ledger: Ledger, crs: CRS) -> Plot:
    try:
        check_reading(ledger, plot.geometry, crs, plot.where)
    except InvalidGeometry as error:
        return replace(plot, geometry=shapely.Polygon(), error=failure(error, plot.where))
    return plot


def _place(crs: CRS, plots: tuple[Plot, ...], many: bool, limits: LimitSettings) -> Place:
    errors = [plot.error for plot in plots if plot.error]
    if errors and len(errors) == len(plots):
        raise InvalidGeometry(errors[0].message.en, errors[0].message.fr, where=errors[0].where or "geometry")
    whole, overlapping = together(plots)
    return Place(crs, plots, many, whole, overlapping, _measured(whole, crs, limits))


def _declared_crs(request: PlaceRequest) -> CRS:
    """The CRS of the request, else the one that an older GeoJSON carries in its `crs` member."""
    member = request.geometry.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    named = name if isinstance(name, str) else None
    if request.crs is None:
        return parse_crs(named or CRS84)
    crs = parse_crs(request.crs)
    if named and parse_crs(named) != crs:
        raise InvalidInput(
            f"the request says {request.crs} and the geometry says {named}; keep one CRS",
            f"la requête dit {request.crs} et la géométrie dit {named} ; gardez un seul SCR",
            where="crs",
        )
    return crs


def _single(geometry: Mapping[str, Any], reader: GeometryReader) -> Plot:
    if geometry.get("type") == "Feature":
        return _feature(geometry, reader, "geometry", 0)
    if "type" not in geometry:
        en, fr = near(next(iter(geometry), ""), ["type", "collection"])
        raise InvalidGeometry(
            f"geometry: give a GeoJSON object with its `type`, or a `collection` and its `ids` or a `filter`"
            f"{en}",
            "geometry : donnez un objet GeoJSON avec son `type`, ou une `collection` et ses `ids` ou un "
            f"`filter`{fr}",
            where="geometry",
        )
    kind = geometry["type"]
    if isinstance(kind, str) and kind.lower() in {"feature", "featurecollection"}:
        en, fr = near(kind, TYPES)
        raise InvalidGeometry(
            f"geometry: unknown type {kind!r}{en}",
            f"geometry : type inconnu : {kind!r}{fr}",
            where="geometry.type",
        )
    covered = reader.polygons(geometry, "geometry")
    return Plot("0", "geometry", covered, {}, reader.take_notices())


def _features(
    collection: Mapping[str, Any], reader: GeometryReader, limits: LimitSettings
) -> tuple[Plot, ...]:
    features = collection.get("features")
    if not isinstance(features, list):
        raise InvalidGeometry(
            "geometry.features must be a list of features",
            "geometry.features doit être une liste d'objets",
            where="geometry.features",
        )
    check_count(len(features), limits)
    plots: list[Plot] = []
    for index, feature in enumerate(features):
        where = f"geometry.features[{index}]"
        try:
            plots.append(_feature(feature, reader, where, index))
        except InvalidGeometry as error:
            reader.take_notices()
            plots.append(_unreadable(feature, error, where, index))
    return tuple(plots)


def _unreadable(feature: object, error: InvalidGeometry, where: str, index: int) -> Plot:
    known = feature if isinstance(feature, dict) else {}
    return Plot(
        _identifier(known, index),
        error.where or where,
        shapely.Polygon(),
        _properties(known),
        error=failure(error, where),
    )


def _identifier(feature: Mapping[str, Any], index: int) -> str:
    given = feature.get("id")
    return str(given) if isinstance(given, str | int) else str(index)


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    given = feature.get("properties")
    return given if isinstance(given, dict) else {}


def _feature(feature: object, reader: GeometryReader, where: str, index: int) -> Plot:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InvalidGeometry(
            f"{where} must be a GeoJSON Feature", f"{where} doit être une Feature GeoJSON", where=where
        )
    if "geometry" not in feature:
        raise InvalidGeometry(f"{where}: `geometry` is missing", f"{where} : `geometry` manque", where=where)
    identifier, properties, path = _identifier(feature, index), _properties(feature), f"{where}.geometry"
    if feature["geometry"] is None:
        notice = Notice(
            code="empty",
            message=Text("objet sans géométrie : stock nul", "no geometry: the stock is zero"),
            where=path,
        )
        return Plot(identifier, path, shapely.Polygon(), properties, (notice,))
    covered = reader.polygons(feature["geometry"], path)
    return Plot(identifier, path, covered, properties, reader.take_notices())


def _located(plot: Plot, crs: CRS) -> Plot:
    """The plot, or why it has no position on the Earth in this CRS."""
    try:
        true_area_ha(plot.geometry, crs)
    except InvalidGeometry as error:
        return replace(plot, geometry=shapely.Polygon(), error=failure(error, plot.where))
    return plot


def _measured(whole: BaseGeometry, crs: CRS, limits: LimitSettings) -> float:
    area_ha = true_area_ha(whole, crs)
    if area_ha > limits.area_ha:
        raise TooLarge(
            f"area is {area_ha:,.0f} ha; this server accepts at most {limits.area_ha:,.0f} ha; split "
            "the geometry",
            f"la surface est de {area_ha:.0f} ha ; ce serveur accepte au plus {limits.area_ha:.0f} ha ; "
            "divisez la géométrie",
            where="geometry",
        )
    return area_ha
