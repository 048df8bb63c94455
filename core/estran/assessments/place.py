"""Where is the question asked? The geometry input of every process, read into plots of land."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Notice
from estran.assessments.geojson import GeometryReader
from estran.assessments.inputs import CRS84, TYPES, PlaceRequest
from estran.assessments.request import near
from estran.assessments.rings import polygonal
from estran.carbon.errors import InvalidGeometry, InvalidInput, TooLarge
from estran.carbon.text import Text
from estran.layers.features.geopackage import open_store
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.settings import LimitSettings
from estran.layers.territory import Territory

OVERLAP = 1e-9
"""Features that share more than this part of their area are told apart from their union."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One feature of the place.

    Attributes:
        id: Identifier of the feature, else its rank from 0.
        where: Path of its geometry in the request.
        geometry: What it covers, polygonal and valid, empty without area.
        properties: As given.
        notices: What was mended.
    """

    id: str
    where: str
    geometry: BaseGeometry
    properties: Mapping[str, Any]
    notices: tuple[Notice, ...] = ()


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
    """

    crs: CRS
    plots: tuple[Plot, ...]
    many: bool
    whole: BaseGeometry
    overlapping: bool
    area_ha: float


def read_place(request: PlaceRequest, territory: Territory) -> Place:
    """Return the land that a request asks about.

    Raises:
        InvalidGeometry: a geometry is malformed, ambiguous or out of range.
        InvalidInput: the CRS or the reference is not valid.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: there are too many features, vertices or hectares.
    """
    limits = territory.settings.limits
    if "collection" in request.geometry and "type" not in request.geometry:
        crs, plots = _referenced(request, territory)
        many = True
    else:
        crs = _declared_crs(request)
        reader = GeometryReader(crs, named=request.crs is not None, vertices=limits.vertices)
        many = request.geometry.get("type") == "FeatureCollection"
        plots = _features(request.geometry, reader, limits) if many else (_single(request.geometry, reader),)
    whole, overlapping = _whole(plots)
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
            f"geometry: give a GeoJSON object with its `type`, or a `collection` and `ids`{en}",
            f"geometry : donnez un objet GeoJSON avec son `type`, ou une `collection` et ses `ids`{fr}",
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
    _check_count(len(features), limits)
    return tuple(
        _feature(feature, reader, f"geometry.features[{index}]", index)
        for index, feature in enumerate(features)
    )


def _feature(feature: object, reader: GeometryReader, where: str, index: int) -> Plot:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InvalidGeometry(
            f"{where} must be a GeoJSON Feature", f"{where} doit être une Feature GeoJSON", where=where
        )
    if "geometry" not in feature:
        raise InvalidGeometry(f"{where}: `geometry` is missing", f"{where} : `geometry` manque", where=where)
    given = feature.get("properties")
    properties = given if isinstance(given, dict) else {}
    identifier = str(feature["id"]) if isinstance(feature.get("id"), str | int) else str(index)
    path = f"{where}.geometry"
    if feature["geometry"] is None:
        notice = Notice(
            code="empty",
            message=Text("objet sans géométrie : stock nul", "no geometry: the stock is zero"),
            where=path,
        )
        return Plot(identifier, path, shapely.Polygon(), properties, (notice,))
    covered = reader.polygons(feature["geometry"], path)
    return Plot(identifier, path, covered, properties, reader.take_notices())


def _referenced(request: PlaceRequest, territory: Territory) -> tuple[CRS, tuple[Plot, ...]]:
    reference = request.geometry
    unknown = [name for name in reference if name not in {"collection", "ids"}]
    if unknown:
        en, fr = near(unknown[0], ["collection", "ids"])
        raise InvalidInput(
            f"geometry: unknown name {unknown[0]!r}{en}",
            f"geometry : nom inconnu : {unknown[0]!r}{fr}",
            where=f"geometry.{unknown[0]}",
        )
    if request.crs is not None:
        raise InvalidInput(
            "`crs` names the CRS of coordinates; features of a collection carry their own",
            "`crs` nomme le SCR de coordonnées ; les objets d'une collection ont le leur",
            where="crs",
        )
    ids = _ids(reference.get("ids"))
    limits = territory.settings.limits
    _check_count(len(ids), limits)
    layer = territory.layer(str(reference["collection"]))
    if not layer.table:
        raise InvalidInput(
            f"{layer.id} is a coverage and has no feature to name",
            f"{layer.id} est une couverture et n'a pas d'objet à nommer",
            where="geometry.collection",
        )
    store = open_store(layer.path, layer.table, layer.id_field)
    stored = {feature.id: feature for feature in store.read_geometries(ids)}
    plots = tuple(
        Plot(
            identifier,
            f"geometry.ids[{index}]",
            _stored_area(stored[identifier].geometry),
            stored[identifier].properties,
        )
        for index, identifier in enumerate(ids)
    )
    return store.crs, plots


def _stored_area(geometry: shapely.Geometry | None) -> BaseGeometry:
    return (
        shapely.Polygon() if geometry is None else polygonal(shapely.make_valid(shapely.force_2d(geometry)))
    )


def _ids(given: object) -> Sequence[str]:
    if not isinstance(given, list) or not given or any(type(item) not in {str, int} for item in given):
        raise InvalidInput(
            "geometry.ids must be a list of at least one feature identifier",
            "geometry.ids doit être une liste d'au moins un identifiant d'objet",
            where="geometry.ids",
        )
    return list(dict.fromkeys(str(item) for item in given))


def _check_count(count: int, limits: LimitSettings) -> None:
    if count > limits.features:
        raise TooLarge(
            f"{count:,} features; this server accepts at most {limits.features:,}; split the collection",
            f"{count} objets ; ce serveur en accepte au plus {limits.features} ; divisez la collection",
            where="geometry",
        )


def _whole(plots: Sequence[Plot]) -> tuple[BaseGeometry, bool]:
    geometries = [plot.geometry for plot in plots if not plot.geometry.is_empty]
    if len(geometries) < 2:
        return next(iter(geometries), shapely.Polygon()), False
    union = shapely.union_all(geometries)
    total = sum(geometry.area for geometry in geometries)
    return union, bool(total - union.area > OVERLAP * total)


def _measured(whole: BaseGeometry, crs: CRS, limits: LimitSettings) -> float:
    try:
        area_ha = true_area_ha(whole, crs)
    except InvalidGeometry as error:
        raise InvalidGeometry(error.en, error.fr, where=error.where or "geometry") from error
    if area_ha > limits.area_ha:
        raise TooLarge(
            f"area is {area_ha:,.0f} ha; this server accepts at most {limits.area_ha:,.0f} ha; split "
            "the geometry",
            f"la surface est de {area_ha:.0f} ha ; ce serveur accepte au plus {limits.area_ha:.0f} ha ; "
            "divisez la géométrie",
            where="geometry",
        )
    return area_ha


def merged_notices(plots: Sequence[Plot], *, shown: int = 5) -> tuple[Notice, ...]:
    """Return the notices of all plots; beyond `shown` of one code, one line counts the rest."""
    by_code: dict[str, list[Notice]] = {}
    for plot in plots:
        for notice in plot.notices:
            by_code.setdefault(notice.code, []).append(notice)
    merged: list[Notice] = []
    for code, notices in by_code.items():
        merged += islice(notices, shown)
        rest = len(notices) - shown
        if rest > 0:
            merged.append(Notice(code=code, message=Text(f"et {rest} autre(s)", f"and {rest} more")))
    return tuple(merged)
