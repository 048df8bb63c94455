"""Can a table take this feature? From GeoJSON that a client sends to what the table holds.

Everything is checked before anything is written: a property that the table lacks, a value of
another type or outside its list of codes, a geometry of another type, a ring that crosses itself.
Reference: RFC 7946 (GeoJSON); RFC 7396 (JSON merge patch); OGC 20-002 (Features, part 4).
"""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.layers.features.fields import known_field, typed, wrong_type
from estran.layers.features.projection import is_north_first, to_storage
from estran.layers.features.query import FeatureStore, Field, Property, Value

_MEMBERS = frozenset({"type", "id", "geometry", "properties", "links", "bbox"})
_SINGLE = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_DEGREES, _LONGEST_METRES = 400.0, 1e9


@dataclass(frozen=True, slots=True)
class Draft:
    """A feature to write: its geometry in the storage CRS, its properties as the table types them."""

    geometry: BaseGeometry | None
    properties: Mapping[str, Property]


def read_draft(
    document: Mapping[str, Any],
    store: FeatureStore,
    crs: CRS,
    *,
    codes: Mapping[str, Collection[str]],
) -> Draft:
    """Return the feature that a GeoJSON document describes.

    Args:
        document: The GeoJSON feature.
        store: The table that shall hold it.
        crs: CRS of the coordinates, in the axis order of its authority.
        codes: By column, the only values that it may hold.

    Raises:
        InvalidInput: the table cannot hold it; the message and `where` say why.
    """
    if document.get("type") != "Feature":
        raise InvalidInput(
            f"type is {document.get('type')!r}; send one GeoJSON Feature",
            f"type vaut {document.get('type')!r} ; envoyez un seul Feature GeoJSON",
            where="type",
        )
    for name in ("geometry", "properties"):
        if name not in document:
            raise InvalidInput(
                f"{name} is missing; it may be null", f"{name} manque ; il peut être null", where=name
            )
    extra = sorted(set(document) - _MEMBERS)
    if extra:
        raise InvalidInput(
            f"unknown member {extra[0]!r}; what the layer knows of a feature goes into properties",
            f"membre inconnu : {extra[0]!r} ; ce que la couche sait d'un objet va dans properties",
            where=extra[0],
        )
    properties = _properties(document["properties"], store, codes)
    return Draft(_geometry(document["geometry"], store, crs), properties)


def merged(document: Any, patch: Any) -> Any:
    """Return a document changed by a JSON merge patch.

    Example:
        >>> merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 9, "c": None}})
        {'a': {'b': 9}}
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _properties(given: Any, store: FeatureStore, codes: Mapping[str, Collection[str]]) -> dict[str, Property]:
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput("properties is not an object", "properties n'est pas un objet", where="properties")
    values: dict[str, Property] = {}
    for name, value in (given or {}).items():
        where = f"properties.{name}"
        try:
            field = known_field(store.fields, name)
            values[name] = _value(field, value)
        except InvalidInput as error:
            raise InvalidInput(error.en, error.fr, where=where) from error
        allowed = codes.get(name)
        if value is not None and allowed and str(value) not in allowed:
            listed = ", ".join(allowed)
            raise InvalidInput(
                f"{name} is {value!r}; it takes one of {listed}",
                f"{name} vaut {value!r} ; valeurs possibles : {listed}",
                where=where,
            )
    empty = sorted(name for name in store.required if values.get(name) is None)
    if empty:
        raise InvalidInput(
            f"{empty[0]} is required and cannot be null",
            f"{empty[0]} est obligatoire et ne peut pas être null",
            where=f"properties.{empty[0]}",
        )
    return values


def _value(field: Field, value: object) -> Any:
    if value is None:
        return None
    if field.type == "array":
        return _array(field, value)
    kinds: Mapping[str, tuple[type, ...]] = {
        "string": (str,),
        "boolean": (bool,),
        "integer": (int, float),
        "number": (int, float),
    }
    text = json.dumps(value, ensure_ascii=False)[:60]
    if not isinstance(value, kinds[field.type]) or (isinstance(value, bool) and field.type != "boolean"):
        raise wrong_type(field, text)
    held: Any = value
    if isinstance(value, float) and (not math.isfinite(value) or (field.type == "integer" and value % 1)):
        raise wrong_type(field, text)
    if field.format is not None:
        shape = _DATE if field.format == "date" else _TIME
        if not shape.fullmatch(str(value)):
            raise wrong_type(field, str(value)[:60])
    if isinstance(value, str):
        if "\0" in value or not _is_unicode(value):
            raise wrong_type(field, text)
        typed(field, value)
        return value
    if field.type != "integer":
        return float(held) if field.type == "number" else bool(held)
    return typed(field, str(int(held)))


def _array(field: Field, value: object) -> tuple[Value, ...]:
    if not isinstance(value, list):
        raise InvalidInput(
            f"{field.name} is an array of values of type {field.items}; write them between brackets",
            f"{field.name} est un tableau de valeurs de type {field.items} ; écrivez-les entre crochets",
            where=field.name,
        )
    element = Field(field.name, field.items or "string")
    return tuple(_value(element, item) for item in value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _geometry(given: Any, store: FeatureStore, crs: CRS) -> BaseGeometry | None:
    if given is None:
        return None
    geometry = _parsed(given)
    points = shapely.get_coordinates(geometry, include_z=bool(shapely.has_z(geometry)))
    if not np.isfinite(points).all():
        raise _bad_geometry("a coordinate is not a finite number", "une coordonnée n'est pas un nombre fini")
    if is_north_first(crs):
        geometry = shapely.transform(
            geometry,
            lambda all_: all_[:, [1, 0, *range(2, all_.shape[1])]],
            include_z=bool(shapely.has_z(geometry)),
        )
    _check_place(geometry, crs)
    moved = to_storage(geometry, crs, store.crs)
    if moved is None:
        raise _misplaced(store.crs)
    reason = shapely.is_valid_reason(moved)
    if reason != "Valid Geometry":
        raise _bad_geometry(
            f"the geometry is not valid: {reason}", f"la géométrie n'est pas valide : {reason}"
        )
    return _fitted(moved, store)


def _parsed(given: Any) -> BaseGeometry:
    try:
        geometry: BaseGeometry | None = shapely.from_geojson(json.dumps(given))
    except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
        raise _bad_geometry(
            f"the geometry is not GeoJSON: {error}", f"la géométrie n'est pas du GeoJSON : {error}"
        ) from error
    if geometry is None or not isinstance(given, Mapping) or given.get("type") != geometry.geom_type:
        raise _bad_geometry(
            "the geometry is not a GeoJSON geometry", "la géométrie n'est pas une géométrie GeoJSON"
        )
    if geometry.is_empty:
        raise _bad_geometry("the geometry is empty; write null", "la géométrie est vide ; écrivez null")
    return geometry


def _check_place(geometry: BaseGeometry, crs: CRS) -> None:
    """Refuse coordinates that cannot be of the CRS, such as metres where degrees are due."""
    min_x, min_y, max_x, max_y = geometry.bounds
    if crs.is_geographic:
        inside = min_x >= -180 and max_x <= 180 and min_y >= -90 and max_y <= 90
    else:
        inside = max(map(abs, (min_x, min_y, max_x, max_y))) < _LONGEST_METRES
        inside = inside and not _looks_like_degrees(geometry, crs)
    if not inside:
        raise _misplaced(crs)


def _looks_like_degrees(geometry: BaseGeometry, crs: CRS) -> bool:
    """Return whether the coordinates are degrees, which no place of a national grid has in metres."""
    use = crs.area_of_use
    small = max(map(abs, geometry.bounds)) <= _LONGEST_DEGREES
    return small and use is not None and use.east - use.west < _LONGEST_DEGREES / 4


def _fitted(geometry: BaseGeometry, store: FeatureStore) -> BaseGeometry:
    """Return the geometry as the type that the table holds: a single part may become several."""
    wanted = store.geometry_type
    if wanted is not None and geometry.geom_type != wanted:
        if _SINGLE.get(wanted) != geometry.geom_type:
            raise _bad_geometry(
                f"the layer holds {wanted}; the geometry is a {geometry.geom_type}",
                f"la couche contient des {wanted} ; la géométrie est un {geometry.geom_type}",
            )
        geometry = getattr(shapely, wanted)([geometry])
    if store.has_z is not None and bool(shapely.has_z(geometry)) != store.has_z:
        if store.has_z:
            raise _bad_geometry(
                "the layer holds heights; give three numbers for each position",
                "la couche contient des altitudes ; donnez trois nombres par position",
            )
        geometry = shapely.force_2d(geometry)
    return geometry


def _misplaced(crs: CRS) -> InvalidGeometry:
    return _bad_geometry(
        f"the coordinates are not in {crs.name}; name their CRS in the header Content-Crs",
        f"les coordonnées ne sont pas en {crs.name} ; nommez leur système dans l'en-tête Content-Crs",
    )


def _bad_geometry(en: str, fr: str) -> InvalidGeometry:
    return InvalidGeometry(en, fr, where="geometry")
