"""What table do the GeoJSON dictionaries of any provider make?"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.encoding.table import FeatureTable, as_text
from estran.layers.features.projection import is_north_first, written
from estran.layers.features.query import Field
from estran.layers.geodesy import parse_crs

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_TYPES = frozenset({"integer", "number", "boolean"})
_FORMATS = frozenset({"date", "date-time"})


def table_of_geojson(
    features: Sequence[Mapping[str, Any]],
    *,
    name: str,
    id_field: str,
    fields: Mapping[str, Mapping[str, Any]],
    crs: str | None,
) -> FeatureTable:
    """Return GeoJSON features as a table.

    Args:
        features: The features, in the axis order of the CRS.
        name: Name of the table.
        id_field: The column that identifies a feature.
        fields: The JSON Schema of the columns; those that no feature has are left out, unless there is none.
        crs: URI of the CRS of the features, None for CRS84.
    """
    target = parse_crs(crs or CRS84)
    properties = [feature.get("properties") or {} for feature in features]
    names = dict.fromkeys(key for row in properties for key in row) if features else dict.fromkeys(fields)
    shown = tuple(_field(key, fields.get(key, {})) for key in names)
    identifier = _field(id_field, fields.get(id_field, {}))
    shapes = [feature.get("geometry") for feature in features]
    has_geometry = any(shape is not None for shape in shapes)
    return FeatureTable(
        name=name,
        ids=[feature.get("id", "") for feature in features],
        id_field=identifier,
        fields=shown,
        columns={each.name: [_plain(row.get(each.name)) for row in properties] for each in shown},
        geometries=_geometries(shapes, target) if has_geometry else None,
        crs=target if has_geometry else None,
    )


def _geometries(shapes: Sequence[Any], crs: CRS) -> NDArray[np.object_]:
    texts = np.array([None if shape is None else json.dumps(shape) for shape in shapes], dtype=object)
    geometries = np.asarray(shapely.from_geojson(texts), dtype=object)
    # Written once more in the order of the authority, northing and easting change places again.
    return written(geometries, crs, crs) if is_north_first(crs) else geometries


def _field(name: str, schema: Mapping[str, Any]) -> Field:
    kind, form = schema.get("type"), schema.get("format")
    return Field(
        name,
        kind if kind in _TYPES else "string",  # type: ignore[arg-type]
        form if form in _FORMATS else None,
    )


def _plain(value: Any) -> Any:
    return as_text(value) if isinstance(value, list | dict) else value
