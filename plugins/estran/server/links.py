"""The links of a collection: those of pygeoapi, then those of our own services.

A service that adds links to every collection names its function in `SOURCES`. The same links go to
`/collections` and to `/collections/{id}`, as JSON and as pages.
"""

from collections.abc import Callable, Iterable
from typing import Any

from estran.server import (
    coverages,
    downloads,
    maps,
    records,
    records_dcat,
    sortables,
    styles,
    styles_qgis,
    tiles,
    tiles_dataset,
)
from estran.server.service import Service

type Source = Callable[[Service, str], list[dict[str, Any]]]
type LandingSource = Callable[[Service], list[dict[str, Any]]]

SOURCES: tuple[Source, ...] = (
    styles.links,
    styles_qgis.links,
    records.links,
    maps.links,
    downloads.links,
    coverages.links,
    tiles.links,
    sortables.links,
)
"""What adds links to a collection."""

LANDING: tuple[LandingSource, ...] = (
    styles.landing_links,
    maps.landing_links,
    tiles.landing_links,
    tiles_dataset.landing_links,
    records_dcat.landing_links,
)
"""What adds links to the landing page."""


def add_links(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    """Return the document of one collection, or of all, with the links of every service."""
    for described in document.get("collections", [document]):
        links = list(described["links"])
        for source in SOURCES:
            links += source(service, described["id"])
        described["links"] = _each_once(links)
        coverages.described(service, described)
    return document


def add_landing_links(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    """Return the landing page with the links of every service."""
    document["links"] = _each_once([*document["links"], *(link for add in LANDING for link in add(service))])
    return document


def _each_once(links: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first of the links that say the same."""
    known = {(link["rel"], link.get("type"), link["href"]): link for link in reversed(list(links))}
    return list(reversed(known.values()))
