"""How is an envelope read by a spreadsheet or a map? As rows of text and as GeoJSON features.

A question about one place gives one row per indicator and per item. A question about a collection gives
one row per feature, its indicators side by side: the features that could not be read have their error
there, and no value.
"""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Answer, Envelope, FeatureAnswer, Indicator
from estran.assessments.inputs import CRS84
from estran.assessments.place import Place
from estran.layers.features.encoding.delimited import write_rows
from estran.layers.geodesy import parse_crs, reproject

COLUMNS = (
    "feature",
    "kind",
    "id",
    "title_fr",
    "title_en",
    "pool",
    "area_ha",
    "value",
    "low",
    "high",
    "unit",
    "confidence",
    "coverage",
    "fitness",
    "note_fr",
    "note_en",
    "year",
)

DIGITS = 9
"""Decimals of a degree in GeoJSON: a tenth of a millimetre."""

NOT_A_NAME = re.compile(r"[^0-9A-Za-z_]+")


def to_csv(envelope: Envelope, place: Place | None = None) -> str:
    """Return an envelope as CSV; an empty value is not evaluated, it is not zero.

    Args:
        envelope: The answer.
        place: Where, to repeat the properties of the features; needless for a single place.
    """
    text = io.StringIO()
    rows: list[dict[str, Any]]
    if envelope.features is None:
        columns, rows = list(COLUMNS), list(rows_of(envelope, "total"))
    else:
        rows = feature_rows(envelope, place)
        columns = list(dict.fromkeys(name for row in rows for name in row)) or ["feature"]
    write_rows(text, columns, ([row.get(column) for column in columns] for row in rows))
    return text.getvalue()


def to_geojson(envelope: Envelope, place: Place) -> dict[str, Any]:
    """Return the plots in longitude and latitude, with the indicators as properties, then what is ranked.

    The properties that the caller gave are kept, unless one of ours has their name.
    """
    degrees = parse_crs(CRS84)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": identifier,
                "geometry": _geometry(reproject(shape, place.crs, degrees)),
                "properties": flat,
            }
            for identifier, shape, flat in mapped(envelope, place)
        ]
        + ranked_features(envelope),
        "total": properties(envelope),
        "receipt": envelope.receipt.hash,
        "attribution": envelope.terms.attribution,
        "licences": list(envelope.terms.licences),
    }


def ranked_features(envelope: Envelope) -> list[dict[str, Any]]:
    """Return the objects that an answer ranks and that have a geometry, as GeoJSON features."""
    return [
        {
            "type": "Feature",
            "id": f"{each.layer}/{each.id}",
            "geometry": each.geometry,
            "properties": {
                "rank": each.rank,
                "layer": each.layer,
                "title_fr": each.title.fr if each.title else None,
                "title_en": each.title.en if each.title else None,
                f"value{unit_name(each.unit)}": each.value,
                f"value_low{unit_name(each.unit)}": each.low,
                f"value_high{unit_name(each.unit)}": each.high,
                **each.properties,
            },
        }
        for each in envelope.ranking
        if each.geometry is not None
    ]


def mapped(envelope: Envelope, place: Place) -> Iterator[tuple[str, BaseGeometry, dict[str, Any]]]:
    """Yield the identifier, the geometry and the properties of each feature that an answer is about.

    An answer to one question about several features together is one feature, their union.
    """
    if envelope.features is not None:
        for plot, answer in zip(place.plots, envelope.features, strict=True):
            yield plot.id, plot.geometry, {**plot.properties, **properties(answer)}
    elif len(place.plots) == 1:
        plot = place.plots[0]
        yield plot.id, plot.geometry, {**plot.properties, **properties(envelope)}
    else:
        yield "0", place.whole, properties(envelope)


def feature_rows(envelope: Envelope, place: Place | None = None) -> list[dict[str, Any]]:
    """Return one row per feature of a collection: the caller's properties, then ours."""
    given = [plot.properties for plot in place.plots] if place else []
    return [
        {"feature": answer.id, **_texts(given[answer.index] if given else {}), **properties(answer)}
        for answer in envelope.features or ()
    ]


def properties(answer: Answer) -> dict[str, Any]:
    """Return the indicators of an answer as flat properties, each named with its unit."""
    flat: dict[str, Any] = {}
    for indicator in answer.indicators:
        unit = unit_name(indicator.unit)
        flat[f"{indicator.id}{unit}"] = indicator.value
        if indicator.low is not None or indicator.high is not None or indicator.value is None:
            flat[f"{indicator.id}_low{unit}"] = indicator.low
            flat[f"{indicator.id}_high{unit}"] = indicator.high
    flat["partial"] = any(each.partial for each in answer.indicators if each.id == "total")
    flat["coverage_share"] = answer.coverage.share
    flat["fitness"] = answer.fitness.verdict
    if isinstance(answer, FeatureAnswer):
        error = answer.error
        flat["error"] = error.code if error else None
        flat["error_fr"] = error.message.fr if error else None
        flat["error_en"] = error.message.en if error else None
    return flat


def unit_name(unit: str) -> str:
    """Return how a unit ends the name of a property.

    Example:
        >>> unit_name("tCO2e/yr"), unit_name("tC/ha"), unit_name("%"), unit_name("-")
        ('_tCO2e_per_yr', '_tC_per_ha', '_percent', '')
    """
    words = unit.replace("/", "_per_").replace("%", "percent").replace("€", "eur")
    name = NOT_A_NAME.sub("_", words).strip("_")
    return f"_{name}" if name else ""


def rows_of(answer: Answer, feature: str) -> Iterator[dict[str, Any]]:
    """Yield one row per indicator, item, year and warning of an answer, with the columns of `COLUMNS`."""
    common = {"feature": feature, "coverage": answer.coverage.share, "fitness": answer.fitness.verdict}
    for indicator in answer.indicators:
        yield common | _indicator_row(indicator)
    for row in answer.breakdown:
        yield common | {
            "kind": "breakdown",
            "id": row.item,
            "title_fr": row.title.fr,
            "title_en": row.title.en,
            "pool": row.pool,
            "area_ha": row.area,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "unit": row.unit,
            "note_fr": row.reason.fr if row.reason else "",
            "note_en": row.reason.en if row.reason else "",
        }
    for point in answer.timeline:
        yield common | {
            "kind": "timeline",
            "id": point.item,
            "title_fr": point.title.fr if point.title else "",
            "title_en": point.title.en if point.title else "",
            "value": point.value,
            "low": point.low,
            "high": point.high,
            "unit": point.unit,
            "year": point.year,
        }
    for notice in answer.warnings:
        yield common | {
            "kind": "warning",
            "id": notice.code,
            "note_fr": notice.message.fr,
            "note_en": notice.message.en,
        }


def _indicator_row(indicator: Indicator) -> dict[str, Any]:
    return {
        "kind": "indicator",
        "id": indicator.id,
        "title_fr": indicator.title.fr,
        "title_en": indicator.title.en,
        "pool": indicator.pool,
        "value": indicator.value,
        "low": indicator.low,
        "high": indicator.high,
        "unit": indicator.unit,
        "confidence": indicator.confidence,
        "note_fr": indicator.reason.fr if indicator.reason else "",
        "note_en": indicator.reason.en if indicator.reason else "",
    }


def _texts(given: Any) -> dict[str, Any]:
    """Properties that a cell can hold: nested ones as JSON."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in given.items()
    }


def _geometry(geometry: shapely.Geometry) -> dict[str, Any] | None:
    if shapely.is_empty(geometry):
        return None
    rounded = shapely.transform(shapely.orient_polygons(geometry), lambda points: points.round(DIGITS))
    shape: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return shape
