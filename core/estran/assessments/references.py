"""Which features of a collection of the server does a request name?"""

from collections.abc import Sequence

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.assessments.inputs import PlaceRequest
from estran.assessments.plots import Plot
from estran.assessments.request import near
from estran.assessments.rings import polygonal
from estran.carbon.errors import InvalidInput, TooLarge
from estran.layers.features.stores import open_feature_store
from estran.layers.settings import LimitSettings
from estran.layers.territory import Territory


def referenced_plots(request: PlaceRequest, territory: Territory) -> tuple[CRS, tuple[Plot, ...]]:
    """Return the features that a request names, and their CRS.

    Raises:
        InvalidInput: the reference is malformed.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: there are too many of them.
    """
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
    check_count(len(ids), limits)
    layer = territory.layer(str(reference["collection"]))
    if not layer.table:
        raise InvalidInput(
            f"{layer.id} is a coverage and has no feature to name",
            f"{layer.id} est une couverture et n'a pas d'objet à nommer",
            where="geometry.collection",
        )
    store = open_feature_store(layer.location, layer.table, layer.id_field)
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
