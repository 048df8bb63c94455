"""What the properties ask with, and how they read an answer."""

import json
from collections.abc import Sequence
from typing import Any

import shapely


def shape(*polygons: Any) -> dict[str, Any]:
    """A polygon, or several as one multipolygon, as GeoJSON."""
    whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    made: dict[str, Any] = json.loads(shapely.to_geojson(whole))
    return made


def collection(polygons: Sequence[Any], ranks: Sequence[int] | None = None) -> dict[str, Any]:
    """Polygons as features named by their rank, in this order of ranks."""
    features = [
        {"type": "Feature", "id": str(rank), "properties": {}, "geometry": shape(polygons[rank])}
        for rank in (ranks if ranks is not None else range(len(polygons)))
    ]
    return {"type": "FeatureCollection", "features": features}


def value(answer: Any, name: str = "total") -> float:
    """The value of an indicator, zero when it has none."""
    return answer.indicator(name).value or 0.0
