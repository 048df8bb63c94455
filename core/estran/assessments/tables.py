"""How is an envelope read by a spreadsheet or a map? As CSV rows and as GeoJSON features."""

import csv
import io
import json
from typing import Any

import shapely

from estran.assessments.envelope import Answer, Envelope, FeatureAnswer, Indicator
from estran.assessments.inputs import CRS84
from estran.assessments.place import Place
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
)

UNIT_NAMES = {"tC": "tC", "tCO2": "tCO2", "tC/ha": "tC_per_ha", "ha": "ha"}
"""How a unit ends the name of a property."""

DIGITS = 9
"""Decimals of a degree in GeoJSON: a tenth of a millimetre."""


def to_csv(envelope: Envelope) -> str:
    """Return one row per indicator and per item of the breakdown, for each feature and for all.

    An empty value is not evaluated; it is not zero.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for feature in envelope.features or ():
        writer.writerows(_rows(feature, feature.id))
    writer.writerows(_rows(envelope, ""))
    return text.getvalue()


def to_geojson(envelope: Envelope, place: Place) -> dict[str, Any]:
    """Return the plots in longitude and latitude, with the indicators as properties.

    The properties that the caller gave are kept, unless one of ours has their name.
    """
    answers: tuple[Answer, ...] = envelope.features if envelope.features is not None else (envelope,)
    degrees = parse_crs(CRS84)
    features = [
        {
            "type": "Feature",
            "id": plot.id,
            "geometry": _geometry(reproject(plot.geometry, place.crs, degrees)),
            "properties": {**plot.properties, **properties(answer)},
        }
        for plot, answer in zip(place.plots, answers, strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "features": features,
        "total": properties(envelope),
        "receipt": envelope.receipt.hash,
        "attribution": envelope.terms.attribution,
        "licences": list(envelope.terms.licences),
    }


def properties(answer: Answer) -> dict[str, Any]:
    """Return the indicators of an answer as flat properties, each named with its unit."""
    flat: dict[str, Any] = {}
    for indicator in answer.indicators:
        unit = UNIT_NAMES[indicator.unit]
        flat[f"{indicator.id}_{unit}"] = indicator.value
        if indicator.low is not None or indicator.high is not None or indicator.value is None:
            flat[f"{indicator.id}_low_{unit}"] = indicator.low
            flat[f"{indicator.id}_high_{unit}"] = indicator.high
    flat["coverage_share"] = answer.coverage.share
    flat["fitness"] = answer.fitness.verdict
    return flat


def _rows(answer: Answer, feature: str) -> list[dict[str, Any]]:
    common = {
        "feature": feature if isinstance(answer, FeatureAnswer) else "total",
        "coverage": answer.coverage.share,
        "fitness": answer.fitness.verdict,
    }
    rows = [common | _indicator_row(indicator) for indicator in answer.indicators]
    rows += [
        common
        | {
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
        for row in answer.breakdown
    ]
    rows += [
        common
        | {
            "kind": "warning",
            "id": notice.code,
            "note_fr": notice.message.fr,
            "note_en": notice.message.en,
        }
        for notice in answer.warnings
    ]
    return rows


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
    }


def _geometry(geometry: shapely.Geometry) -> dict[str, Any] | None:
    if shapely.is_empty(geometry):
        return None
    rounded = shapely.transform(geometry, lambda points: points.round(DIGITS))
    shape: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return shape
