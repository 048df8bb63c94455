"""How are features written as GeoPackage and FlatGeobuf? By GDAL, from Arrow columns.

A table that mixes points and multipoints (lines, polygons alike) holds multipoints, as clients expect
one type of a layer; one with other mixtures holds any geometry. FlatGeobuf has no type for a day
alone: a date is stored there as its first moment; it holds heights when all geometries are of one type
and have one, and an empty geometry is null there. Reference: OGC 12-128r14 (GeoPackage 1.2);
https://flatgeobuf.org.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.encoding.arrow import ArrowFeatures, binary, collected
from estran.layers.features.encoding.table import FeatureTable, free_name

GEOPACKAGE_VERSION = "1.2"
"""All that is used is in it, and older software than ours reads it without a warning."""

_MULTI: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "Point": ("MultiPoint", shapely.multipoints),
    "LineString": ("MultiLineString", shapely.multilinestrings),
    "Polygon": ("MultiPolygon", shapely.multipolygons),
}


def write_geopackage(parts: Iterable[FeatureTable], path: Path) -> None:
    """Write one table as a GeoPackage, or add it to the GeoPackage that is there."""
    found = collected(parts)
    about = found.about
    options = {
        "FID": free_name("fid", found.columns.column_names),
        "GEOMETRY_NAME": free_name("geom", found.columns.column_names),
        "IDENTIFIER": about.title or found.name,
        "DESCRIPTION": about.description,
    }
    _write(found, path, "GPKG", options, append=path.exists())


def write_flatgeobuf(parts: Iterable[FeatureTable], path: Path) -> None:
    """Write one table as FlatGeobuf, with its spatial index unless a feature has no place."""
    found = collected(parts)
    shapes = found.geometries
    placed = shapes is not None and not (shapely.is_missing(shapes) | shapely.is_empty(shapes)).any()
    about = found.about.members()
    terms = ("description", "license", "license_url", "attribution", "vintage")
    options = {
        "SPATIAL_INDEX": "YES" if placed and len(found.columns) else "NO",
        "TITLE": about.get("title", found.name),
        "DESCRIPTION": "\n".join(about[name] for name in terms if name in about),
    }
    _write(found, path, "FlatGeobuf", options, append=False)


def _write(found: ArrowFeatures, path: Path, driver: str, options: dict[str, str], *, append: bool) -> None:
    columns = found.columns.rename_columns(_told_apart(found.columns.column_names))
    shape: dict[str, Any] = {}
    if found.geometries is not None:
        kind, geometries = uniform(found.geometries)
        name = free_name("geometry", columns.column_names)
        wkb = pa.field(name, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
        columns = columns.append_column(wkb, binary(geometries))
        shape = {"geometry_name": name, "geometry_type": kind, "crs": crs_text(found.crs)}
    else:
        options = {key: text for key, text in options.items() if key != "GEOMETRY_NAME"}
    pyogrio.raw.write_arrow(
        columns,
        str(path),
        layer=found.name,
        driver=driver,
        append=append,
        layer_metadata=found.about.members() if driver == "GPKG" else None,
        dataset_options={"VERSION": GEOPACKAGE_VERSION} if driver == "GPKG" and not append else None,
        layer_options={key: text for key, text in options.items() if text},
        **shape,
    )


def uniform(geometries: NDArray[np.object_]) -> tuple[str, NDArray[np.object_]]:
    """Return the type that a layer declares, and the geometries, made multiple when that makes one type."""
    present = geometries[~shapely.is_missing(geometries)]
    names = {geometry.geom_type for geometry in present}
    single = next((name for name in names if name in _MULTI), None)
    if single and names == {single, _MULTI[single][0]}:
        geometries, names = _promoted(geometries, single), {_MULTI[single][0]}
    depths = set(shapely.has_z(present[~shapely.is_empty(present)]).tolist())
    if len(names) != 1 or len(depths) > 1 or names == {"LinearRing"}:
        return "Unknown", geometries
    return f"{names.pop()}{' Z' if depths == {True} else ''}", geometries


def crs_text(crs: CRS | None) -> str | None:
    """Return a CRS as GDAL reads it."""
    if crs is None:
        return None
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else str(crs.to_wkt())


def _promoted(geometries: NDArray[np.object_], single: str) -> NDArray[np.object_]:
    kinds = shapely.get_type_id(geometries)
    chosen = kinds == shapely.GeometryType[single.upper()].value
    multi, make = _MULTI[single]
    filled = chosen & ~shapely.is_empty(geometries)
    result = geometries.copy()
    result[filled] = make(geometries[filled], indices=np.arange(int(filled.sum())))
    result[chosen & ~filled] = shapely.from_wkt(f"{multi} EMPTY")
    return result


def _told_apart(names: list[str]) -> list[str]:
    """Return column names that differ otherwise than by case, which SQLite does not see."""
    kept: list[str] = []
    for name in names:
        kept.append(free_name(name, kept))
    return kept
