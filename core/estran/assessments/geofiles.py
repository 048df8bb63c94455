"""How is an envelope read by a GIS? As a GeoPackage or a GeoParquet file, one row per feature."""

import io
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from estran.assessments.envelope import Envelope
from estran.assessments.place import Place
from estran.assessments.tables import COLUMNS, mapped, rows_of

RESULT, FIGURES = "result", "figures"
"""Tables of the GeoPackage: the features, and the indicators, items, years and warnings of the whole."""


INT64 = 2**63
"""Whole numbers from here on do not fit in a column of integers."""


def result_frame(envelope: Envelope, place: Place) -> gpd.GeoDataFrame:
    """Return the features in the CRS of the request, with the indicators as columns.

    A missing value is not evaluated; it is not zero.
    """
    identifiers, shapes, rows = [], [], []
    for identifier, shape, flat in mapped(envelope, place):
        identifiers.append(identifier)
        shapes.append(None if shape.is_empty else shape)
        rows.append(flat)
    names = _columns(dict.fromkeys(name for row in rows for name in row))
    columns = {"feature": identifiers} | {
        column: _uniform([row.get(name) for row in rows]) for name, column in names.items()
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=place.crs)


def _columns(names: Iterable[str]) -> dict[str, str]:
    """A column for each name: SQLite takes names that differ only by case for the same."""
    taken = {"feature", "geometry", "geom", "fid"}
    columns: dict[str, str] = {}
    # Ours come last and keep their names.
    for name in reversed(list(names)):
        column = name
        while column.lower() in taken:
            column += "_"
        taken.add(column.lower())
        columns[name] = column
    return dict(reversed(columns.items()))


def _uniform(values: list[Any]) -> list[Any]:
    """Values of one type: numbers or booleans as they are, anything mixed or nested as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and all(abs(value) < INT64 for value in values if value is not None):
        return [None if value is None else float(value) for value in values] if float in kinds else values
    if kinds <= {bool} or kinds <= {str}:
        return values
    return [
        value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for value in values
    ]


def to_geopackage(envelope: Envelope, place: Place) -> bytes:
    """Return the features and the figures of the whole as a GeoPackage."""
    figures = pd.DataFrame(list(rows_of(envelope, "total")), columns=list(COLUMNS))
    with tempfile.TemporaryDirectory(prefix="estran-") as folder:
        path = Path(folder) / "result.gpkg"
        # Mixed polygons and multipolygons are stored as the latter, as the format asks.
        pyogrio.write_dataframe(
            result_frame(envelope, place),
            path,
            layer=RESULT,
            driver="GPKG",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
        )
        pyogrio.write_dataframe(figures, path, layer=FIGURES, driver="GPKG", append=True)
        return path.read_bytes()


def to_geoparquet(envelope: Envelope, place: Place) -> bytes:
    """Return the features as a GeoParquet file."""
    content = io.BytesIO()
    result_frame(envelope, place).to_parquet(content, index=False)
    return content.getvalue()
