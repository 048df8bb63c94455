"""How are features written as GeoParquet? With the type of each column and the box of each feature.

Reference: GeoParquet 1.1.0, https://geoparquet.org/releases/v1.1.0/: coordinates are x, y whatever the
CRS; the column `bbox` lets readers skip what lies elsewhere.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from estran.layers.features.encoding.arrow import ArrowFeatures, binary, collected
from estran.layers.features.encoding.table import FeatureTable, free_name

VERSION = "1.1.0"
ROWS_PER_GROUP = 20_000
_NAMES = {"LinearRing": "LineString"}
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def write_parquet(parts: Iterable[FeatureTable], path: Path) -> None:
    """Write one table as GeoParquet; a table without geometry is plain Parquet."""
    found = collected(parts)
    table = found.columns
    metadata = found.about.members()
    if found.geometries is not None:
        shape = free_name("geometry", table.column_names)
        box = free_name("bbox", table.column_names)
        table = table.append_column(shape, binary(found.geometries))
        table = table.append_column(box, _boxes(found.geometries))
        metadata["geo"] = json.dumps(_described(found, found.geometries, shape, box), ensure_ascii=False)
    pq.write_table(
        table.replace_schema_metadata(metadata), path, compression="zstd", row_group_size=ROWS_PER_GROUP
    )


def _described(found: ArrowFeatures, geometries: NDArray[np.object_], shape: str, box: str) -> dict[str, Any]:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": _kinds(geometries),
        "crs": found.crs.to_json_dict() if found.crs else None,
        "covering": {"bbox": {side: [box, side] for side in _SIDES}},
    }
    bounds = shapely.total_bounds(geometries) if len(geometries) else np.full(4, np.nan)
    if np.isfinite(bounds).all():
        column["bbox"] = bounds.tolist()
    return {"version": VERSION, "primary_column": shape, "columns": {shape: column}}


def _kinds(geometries: NDArray[np.object_]) -> list[str]:
    present = geometries[~shapely.is_missing(geometries)]
    deep = shapely.has_z(present)
    names = {(geometry.geom_type, bool(z)) for geometry, z in zip(present, deep, strict=True)}
    return sorted(f"{_NAMES.get(name, name)}{' Z' if z else ''}" for name, z in names)


def _boxes(geometries: NDArray[np.object_]) -> pa.StructArray:
    bounds = shapely.bounds(geometries)
    nowhere = ~np.isfinite(bounds).all(axis=1)
    sides = [pa.array(bounds[:, place], pa.float64()) for place in range(len(_SIDES))]
    return pa.StructArray.from_arrays(sides, names=list(_SIDES), mask=pa.array(nowhere))
