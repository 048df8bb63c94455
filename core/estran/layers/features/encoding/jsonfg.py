"""How are features written as JSON-FG? GeoJSON in longitude and latitude, and `place` in any other CRS.

What GeoJSON can say is said as GeoJSON, so `place` is null when the CRS asked for is CRS84. Coordinates
of `place` are in the axis order of the authority.

Reference: OGC 21-045r1, OGC Features and Geometries JSON, part 1: core (1.0).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.encoding.table import FeatureTable
from estran.layers.features.projection import written

CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"
TYPES = "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas"
CRS84 = CRS.from_authority("OGC", "CRS84")
CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def write_jsonfg(parts: Iterable[FeatureTable], path: Path) -> None:
    """Write one table as a JSON-FG feature collection."""
    first, *others = parts
    path.write_text(jsonfg_text([first, *others], {}), encoding="utf-8")


def jsonfg_text(parts: Sequence[FeatureTable], members: Mapping[str, Any]) -> str:
    """Return a feature collection.

    Args:
        parts: The features.
        members: What goes beside the features: links, counts, terms.
    """
    head = {"type": "FeatureCollection", **_metadata(parts[0]), **members}
    features = ",".join(text for part in parts for text in _features(part))
    return f'{_dumps(head)[:-1]},"features":[{features}]}}'


def jsonfg_feature(table: FeatureTable, members: Mapping[str, Any]) -> str:
    """Return the only feature of a table as a document."""
    (text,) = _features(table)
    head = {**_metadata(table), **members}
    return f"{_dumps(head)[:-1]},{text[1:]}"


def crs_uri(crs: CRS) -> str:
    """Return the URI of a CRS; a CRS without authority is written in full, as PROJJSON cannot be a URI."""
    if crs.equals(CRS84):
        return CRS84_URI
    authority = crs.to_authority(min_confidence=100)
    return f"http://www.opengis.net/def/crs/{authority[0]}/0/{authority[1]}" if authority else str(crs.name)


def _metadata(table: FeatureTable) -> dict[str, Any]:
    terms = table.about
    typed = {"featureType": table.name, "featureSchema": terms.schema} if terms.schema else {}
    metadata: dict[str, Any] = {"conformsTo": [CORE, TYPES] if typed else [CORE], **typed}
    if table.crs is not None:
        metadata["coordRefSys"] = crs_uri(table.crs)
        dimension = _dimension(table.geometries)
        if dimension is not None:
            metadata["geometryDimension"] = dimension
    return metadata


def _dimension(geometries: NDArray[np.object_] | None) -> int | None:
    """Return 0 for points, 1 for lines, 2 for areas, None when they are mixed or absent."""
    if geometries is None:
        return None
    found = set(shapely.get_dimensions(geometries[~shapely.is_missing(geometries)]).tolist()) - {-1}
    return found.pop() if len(found) == 1 else None


def _features(table: FeatureTable) -> Iterator[str]:
    names = [each.name for each in table.fields]
    values = zip(*(table.columns[name] for name in names), strict=True) if names else (() for _ in table.ids)
    geometries, places = _shapes(table)
    times = _times(table)
    for identifier, row, geometry, place, time in zip(
        table.ids, values, geometries, places, times, strict=True
    ):
        properties = _dumps(dict(zip(names, row, strict=True)))
        yield (
            f'{{"type":"Feature","id":{_dumps(identifier)},"time":{time},"place":{place or "null"},'
            f'"geometry":{geometry or "null"},"properties":{properties}}}'
        )


def _shapes(table: FeatureTable) -> tuple[Sequence[str | None], Sequence[str | None]]:
    nothing: list[str | None] = [None] * len(table)
    if table.geometries is None or table.crs is None:
        return nothing, nothing
    shapes = table.geometries.copy()
    shapes[shapely.is_empty(shapes)] = None
    degrees = _texts(written(shapes.copy(), table.crs, CRS84))
    if table.crs.equals(CRS84):
        return degrees, nothing
    return degrees, _texts(written(shapes, table.crs, table.crs))


def _texts(geometries: NDArray[np.object_]) -> list[str | None]:
    texts: list[str | None] = np.asarray(shapely.to_geojson(geometries), dtype=object).tolist()
    return texts


def _times(table: FeatureTable) -> Sequence[str]:
    """Return the member `time` of each feature: a date or a timestamp, in UTC."""
    name = table.time_field
    field = next((each for each in table.fields if each.name == name), None)
    if name is None or field is None or field.format is None:
        return ["null"] * len(table)
    key = "date" if field.format == "date" else "timestamp"
    return ["null" if value is None else _dumps({key: value}) for value in table.columns[name]]


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
