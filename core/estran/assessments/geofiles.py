"""How is an envelope read by a GIS? As a file of features, one row each, by the encoders of the layers."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from estran.assessments.envelope import Envelope
from estran.assessments.place import Place
from estran.assessments.tables import COLUMNS, mapped, properties, rows_of
from estran.layers.features.encoding.formats import FORMATS, encoded
from estran.layers.features.encoding.jsonfg import jsonfg_text
from estran.layers.features.encoding.table import About, FeatureTable, free_name, table_of_rows

RESULT, FIGURES = "result", "figures"
"""Tables of the GeoPackage: the features, and the indicators, items, years and warnings of the whole."""


def result_table(envelope: Envelope, place: Place) -> FeatureTable:
    """Return the features in the CRS of the request, with the indicators as columns.

    A missing value is not evaluated; it is not zero.
    """
    identifiers, shapes, rows = [], [], []
    for identifier, shape, flat in mapped(envelope, place):
        identifiers.append(identifier)
        shapes.append(None if shape.is_empty else shape)
        rows.append(flat)
    names = _columns(dict.fromkeys(name for row in rows for name in row))
    return table_of_rows(
        [{names[name]: value for name, value in row.items()} for row in rows],
        name=RESULT,
        ids=identifiers,
        id_name="feature",
        geometries=shapes,
        crs=place.crs,
        about=_about(envelope),
    )


def to_geopackage(envelope: Envelope, place: Place) -> bytes:
    """Return the features and the figures of the whole as a GeoPackage."""
    rows = [{name: row.get(name) for name in COLUMNS} for row in rows_of(envelope, "total")]
    figures = table_of_rows(rows, name=FIGURES, ids=["total"] * len(rows), id_name="feature")
    with tempfile.TemporaryDirectory(prefix="estran-") as folder:
        path = Path(folder) / "result.gpkg"
        for each in (result_table(envelope, place), figures):
            FORMATS["gpkg"].write([each], path)
        return path.read_bytes()


def to_geoparquet(envelope: Envelope, place: Place) -> bytes:
    """Return the features as a GeoParquet file."""
    return encoded("parquet", [result_table(envelope, place)])


def to_flatgeobuf(envelope: Envelope, place: Place) -> bytes:
    """Return the features as a FlatGeobuf file."""
    return encoded("fgb", [result_table(envelope, place)])


def to_jsonfg(envelope: Envelope, place: Place) -> dict[str, Any]:
    """Return the features as JSON-FG: in longitude and latitude, and in the CRS of the request."""
    members = {
        "total": properties(envelope),
        "receipt": envelope.receipt.hash,
        "attribution": envelope.terms.attribution,
        "licences": list(envelope.terms.licences),
    }
    document: dict[str, Any] = json.loads(jsonfg_text([result_table(envelope, place)], members))
    return document


def _about(envelope: Envelope) -> About:
    terms = envelope.terms
    return About(
        title=f"{envelope.title.fr} / {envelope.title.en}",
        licence=", ".join(terms.licences),
        attribution=terms.attribution,
        address=envelope.receipt.replay or "",
    )


def _columns(names: Iterable[str]) -> dict[str, str]:
    """A column for each name: SQLite takes names that differ only by case for the same."""
    taken = {"feature", "geometry", "geom", "fid"}
    columns: dict[str, str] = {}
    # Ours come last and keep their names.
    for name in reversed(list(names)):
        columns[name] = free_name(name, taken)
        taken.add(columns[name].lower())
    return dict(reversed(columns.items()))
