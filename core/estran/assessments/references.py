"""Which features of a collection of the server does a request name, by identifier or by a filter?"""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from pygeofilter import ast
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.assessments.inputs import CRS84, PlaceRequest
from estran.assessments.plots import Plot
from estran.assessments.request import near
from estran.assessments.rings import polygonal
from estran.carbon.errors import InvalidInput, NotFound, TooLarge
from estran.layers.features.cql_json import TEXT, parse_filter, read_filter
from estran.layers.features.query import FeatureQuery, FeatureStore, StoredFeature
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import parse_crs
from estran.layers.settings import LimitSettings
from estran.layers.territory import Layer, Territory

COLLECTION, IDS, FILTER, FILTER_CRS = "collection", "ids", "filter", "filter-crs"

NAMES = (COLLECTION, IDS, FILTER, FILTER_CRS)

BUILT_IN = "estran:"
"""What starts the location of a collection that the software itself holds, which lies nowhere."""


def referenced_plots(request: PlaceRequest, territory: Territory) -> tuple[CRS, tuple[Plot, ...]]:
    """Return the features that a request names, and their CRS.

    Those of `ids` come in the order asked, those of a filter in the order of their identifiers.

    Raises:
        InvalidInput: the reference or its filter is malformed, or the filter names an unknown field.
        NotFound: the collection or a feature of it does not exist, or the filter selects none.
        TooLarge: there are too many of them.
    """
    reference = request.geometry
    _check_names(reference)
    layer = _layer(reference[COLLECTION], territory)
    _check_choice(reference)
    if request.crs is not None:
        raise InvalidInput(
            "`crs` names the CRS of coordinates; features of a collection carry their own",
            "`crs` nomme le SCR de coordonnées ; les objets d'une collection ont le leur",
            where="crs",
        )
    limits = territory.settings.limits
    by_filter = FILTER in reference
    ids = [] if by_filter else _ids(reference.get(IDS))
    check_count(len(ids), limits)
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    if by_filter:
        found = _filtered(store, reference, layer, limits)
    else:
        stored = {feature.id: feature for feature in store.read_geometries(ids)}
        found = [stored[identifier] for identifier in ids]
    source = FILTER if by_filter else IDS
    plots = tuple(
        Plot(
            feature.id,
            f"geometry.{source}[{index}]",
            _stored_area(feature.geometry),
            feature.properties,
        )
        for index, feature in enumerate(found)
    )
    return store.crs, plots


def check_count(count: int, limits: LimitSettings) -> None:
    """Check that a request does not hold too many features.

    Raises:
        TooLarge: it does.
    """
    if count > limits.features:
        raise TooLarge(
            f"{count:,} features; this server accepts at most {limits.features:,}; split the collection",
            f"{count} objets ; ce serveur en accepte au plus {limits.features} ; divisez la collection",
            where="geometry",
        )


def _check_names(reference: Mapping[str, Any]) -> None:
    unknown = [name for name in reference if name not in NAMES]
    if unknown:
        en, fr = near(unknown[0], NAMES)
        raise InvalidInput(
            f"geometry: unknown name {unknown[0]!r}{en}",
            f"geometry : nom inconnu : {unknown[0]!r}{fr}",
            where=f"geometry.{unknown[0]}",
        )
    if FILTER in reference and IDS in reference:
        raise InvalidInput(
            "geometry: `ids` and `filter` both say which features; keep one",
            "geometry : `ids` et `filter` disent tous deux quels objets ; gardez l'un des deux",
            where="geometry.filter",
        )
    if FILTER_CRS in reference and FILTER not in reference:
        raise InvalidInput(
            "geometry: `filter-crs` is given without `filter`",
            "geometry : `filter-crs` est donné sans `filter`",
            where=f"geometry.{FILTER_CRS}",
        )


def _check_choice(reference: Mapping[str, Any]) -> None:
    if FILTER not in reference and IDS not in reference:
        raise InvalidInput(
            f"geometry: say which features of {reference[COLLECTION]!r}: `ids`, or a `filter` in CQL2",
            f"geometry : dites quels objets de {reference[COLLECTION]!r} : `ids`, ou un `filter` en CQL2",
            where="geometry.ids",
        )


def _layer(collection: object, territory: Territory) -> Layer:
    try:
        layer = territory.layer(str(collection))
    except NotFound as error:
        raise NotFound(error.en, error.fr, where="geometry.collection") from error
    if str(layer.location).startswith(BUILT_IN):
        raise InvalidInput(
            f"{layer.id} is a table without geometry; name a collection of places",
            f"{layer.id} est une table sans géométrie ; nommez une collection de lieux",
            where="geometry.collection",
        )
    if not layer.table:
        raise InvalidInput(
            f"{layer.id} is a coverage and has no feature to name",
            f"{layer.id} est une couverture et n'a pas d'objet à nommer",
            where="geometry.collection",
        )
    return layer


def _filtered(
    store: FeatureStore, reference: Mapping[str, Any], layer: Layer, limits: LimitSettings
) -> Sequence[StoredFeature]:
    """The features that a filter selects, in the order of their identifiers."""
    try:
        where = _parsed(reference, store.crs)
        count = store.query(FeatureQuery(limit=0, where=where)).number_matched or 0
        check_count(count, limits)
        if not count:
            raise NotFound(
                f"the filter selects no feature of {layer.id}",
                f"le filtre ne choisit aucun objet de {layer.id}",
                where="geometry.filter",
            )
        return store.query(FeatureQuery(limit=count, where=where, count=False)).features
    except InvalidInput as error:
        path = FILTER_CRS if error.where == FILTER_CRS else FILTER
        raise InvalidInput(error.en, error.fr, where=f"geometry.{path}") from error


def _parsed(reference: Mapping[str, Any], storage: CRS) -> ast.Node:
    given = reference[FILTER]
    named = reference.get(FILTER_CRS, CRS84)
    if not isinstance(named, str | int):
        raise InvalidInput(
            "geometry.filter-crs must be the name of a CRS",
            "geometry.filter-crs doit être le nom d'un SCR",
            where=FILTER_CRS,
        )
    try:
        source = parse_crs(named)
    except InvalidInput as error:
        raise InvalidInput(error.en, error.fr, where=FILTER_CRS) from error
    if isinstance(given, str) and given.strip():
        return read_filter(given, TEXT, source, storage)
    if isinstance(given, dict):
        return parse_filter(given, source, storage)
    raise InvalidInput(
        "geometry.filter must be a CQL2 text, or an object of CQL2 JSON",
        "geometry.filter doit être un texte CQL2, ou un objet CQL2 JSON",
        where=FILTER,
    )


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
