"""The collection of the catalogue, that every server has unless its territory says otherwise."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from estran.factors.plain_yaml import read_yaml

CATALOGUE = "catalogue"
DCAT_TYPES: Mapping[str, str] = {
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
}
ETALAB = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@cache
def vocabulary() -> Mapping[str, Any]:
    """Return the themes, the licences and the words of the catalogue."""
    text = files("estran.server").joinpath("records.yml").read_text(encoding="utf-8")
    document: dict[str, Any] = read_yaml(text)
    return document


def complete_catalogue(configuration: dict[str, Any], directory: Path) -> None:
    """Add the collection of the records to a configuration that is otherwise complete.

    Args:
        configuration: What the server serves.
        directory: Where the data are; the catalogue changes with them.
    """
    words = vocabulary()["collection"]
    boxes = [
        corners(resource["extents"]["spatial"]["bbox"])
        for resource in configuration["resources"].values()
        if "extents" in resource
    ]
    lowest = [min(box[axis] for box in boxes) for axis in (0, 1)] if boxes else [-180.0, -90.0]
    highest = [max(box[axis] for box in boxes) for axis in (2, 3)] if boxes else [180.0, 90.0]
    configuration["resources"][CATALOGUE] = {
        "type": "collection",
        **{name: dict(words[name]) for name in ("title", "description", "keywords")},
        "extents": {
            "spatial": {"bbox": [*lowest, *highest], "crs": CRS84},
        },
        "estran": {
            "licence": {
                "id": "etalab-2.0",
                "title": "Licence Ouverte 2.0",
                "url": ETALAB,
            },
            "attribution": configuration["metadata"]["provider"]["name"],
        },
        "providers": [
            {
                "type": "record",
                "name": "estran.providers.records.RecordProvider",
                "data": str(directory),
                "id_field": "id",
                "title_field": "title",
            }
        ],
    }


def corners(bbox: Any) -> tuple[float, float, float, float]:
    """Return west, south, east, north of an extent, which may be a list of boxes and have heights."""
    box = bbox[0] if isinstance(bbox[0], list) else bbox
    half = len(box) // 2
    return float(box[0]), float(box[1]), float(box[half]), float(box[half + 1])
