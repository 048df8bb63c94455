"""What headers ask for, in the words that pygeoapi and the processes know."""

import pytest

from estran.jobs.preferences import (
    available_media_types,
    preferred_media_type,
    preferred_mode,
)

AVAILABLE = [
    "application/json",
    "application/geo+json",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/geopackage+sqlite3",
    "application/vnd.apache.parquet",
]


@pytest.mark.parametrize(
    ("prefer", "mode"),
    [
        ("respond-async", "respond-async"),
        ("respond-async, wait=10", "respond-async"),
        ("wait=10;x=y , Respond-Async; a=b", "respond-async"),
        ("wait", "wait"),
        ("wait = 5", "wait"),
        ("return=representation", ""),
        ("respond-asynchronous", ""),
        ("", ""),
    ],
)
def test_mode(prefer: str, mode: str) -> None:
    assert preferred_mode(prefer) == mode


@pytest.mark.parametrize(
    ("accept", "f", "media_type"),
    [
        ("", "", None),
        ("*/*", "", "application/json"),
        ("text/csv", "", "text/csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", "application/json"),
        ("application/json;q=0.5, application/geo+json", "", "application/geo+json"),
        ("image/png", "", None),
        ("application/json", "csv", "text/csv"),
        ("", "geojson", "application/geo+json"),
        ("text/csv", "pdf", None),
        ("", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("", "gpkg", "application/geopackage+sqlite3"),
        ("", "parquet", "application/vnd.apache.parquet"),
    ],
)
def test_media_type(accept: str, f: str, media_type: str | None) -> None:
    assert preferred_media_type(accept=accept, f=f, available=AVAILABLE) == media_type


def test_the_declared_media_types_are_found_in_order() -> None:
    json, csv = {"contentMediaType": "application/json"}, {"contentMediaType": "text/csv"}
    metadata = {"outputs": {"result": {"schema": {"oneOf": [json, {"anyOf": [csv, json]}]}}}}
    assert available_media_types(metadata) == ["application/json", "text/csv"]
