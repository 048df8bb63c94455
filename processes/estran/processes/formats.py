"""In which formats does a process answer? JSON for all; maps only where there is a place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estran.assessments.envelope import Envelope
from estran.assessments.geofiles import to_flatgeobuf, to_geopackage, to_geoparquet, to_jsonfg
from estran.assessments.inputs import PlaceRequest
from estran.assessments.place import Place
from estran.assessments.request import Request, near
from estran.assessments.tables import to_csv, to_geojson
from estran.assessments.workbook import to_xlsx
from estran.carbon.errors import InvalidInput

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEOPACKAGE = "application/geopackage+sqlite3"
GEOPARQUET = "application/vnd.apache.parquet"
FLATGEOBUF = "application/flatgeobuf"
JSON_FG = "application/vnd.ogc.fg+json"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

REPORTS: tuple[str, ...] = (PDF, DOCX)
"""Formats of the report, which every process offers."""

TABLES: tuple[str, ...] = (JSON, CSV, XLSX)
"""Formats that need no place."""

MEDIA_TYPES: tuple[str, ...] = (
    JSON,
    GEOJSON,
    CSV,
    XLSX,
    GEOPACKAGE,
    GEOPARQUET,
    FLATGEOBUF,
    JSON_FG,
)

OUTPUT = "result"

MAPS: Mapping[str, Callable[[Envelope, Place], Any]] = {
    GEOJSON: to_geojson,
    GEOPACKAGE: to_geopackage,
    GEOPARQUET: to_geoparquet,
    FLATGEOBUF: to_flatgeobuf,
    JSON_FG: to_jsonfg,
}


def media_types_of(request: type[Request]) -> tuple[str, ...]:
    """Return the formats of a process, from the model of its inputs."""
    return MEDIA_TYPES if issubclass(request, PlaceRequest) else TABLES


def written(envelope: Envelope, media_type: str, place: Place | None) -> Any:
    """Return an envelope in a format: a dictionary for JSON and GeoJSON, text for CSV, else bytes.

    Args:
        envelope: The answer.
        media_type: One of those that the process offers.
        place: Where; the maps need it.
    """
    if media_type == CSV:
        return to_csv(envelope, place)
    if media_type == XLSX:
        return to_xlsx(envelope, place)
    if place is not None and media_type in MAPS:
        return MAPS[media_type](envelope, place)
    return envelope.model_dump(mode="json")


def described_formats(media_types: Sequence[str], envelope_schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schema of each format of an output, in order."""
    schemas: dict[str, dict[str, Any]] = {
        JSON: envelope_schema,
        GEOJSON: {"type": "object", "format": "geojson-feature-collection"},
        JSON_FG: {"type": "object"},
        CSV: {"type": "string"},
    }
    binary = {"type": "string", "format": "binary"}
    return [{**schemas.get(media_type, binary), "contentMediaType": media_type} for media_type in media_types]


def requested_media_type(outputs: Any, offered: Sequence[str] = MEDIA_TYPES) -> str:
    """Return the media type of the only output, JSON unless the request says otherwise.

    Args:
        outputs: A list of names, or a dictionary of names to `{"format": {"mediaType": …}}`.
        offered: Those that the process offers.

    Raises:
        InvalidInput: an unknown output or media type.
    """
    if not outputs:
        return JSON
    for name in outputs:
        if name != OUTPUT:
            en, fr = near(str(name), [OUTPUT])
            raise InvalidInput(
                f"unknown output {name!r}{en}", f"sortie inconnue : {name!r}{fr}", where=f"outputs.{name}"
            )
    wanted = outputs[OUTPUT] if isinstance(outputs, dict) else None
    form = wanted.get("format") if isinstance(wanted, dict) else None
    if form is None:
        return JSON
    media_type = form.get("mediaType") if isinstance(form, dict) else form
    if media_type not in offered:
        en, fr = near(str(media_type), offered)
        raise InvalidInput(
            f"unknown media type {media_type!r}{en}",
            f"type de média inconnu : {media_type!r}{fr}",
            where=f"outputs.{OUTPUT}.format.mediaType",
        )
    return str(media_type)
