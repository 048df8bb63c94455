"""How fresh are the layers and the factors? Vintage, date of the file, licence, what is old or missing."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estran.layers.territory import Territory
from estran.server.service import Service

OLD_YEARS = 5
"""A vintage older than this is told to be old."""

OWN = "estran://"
YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def fresh_layers(service: Service, today: dt.date) -> list[dict[str, Any]]:
    """Return what a reader must know of each layer that is seen, in the order of the configuration."""
    return [
        _layer(service, name, today)
        for name in service.layers.visible()
        if (provider := service.configuration["resources"][name]["providers"][0])["type"] != "record"
        and not str(provider.get("data", "")).startswith(OWN)
    ]


def _layer(service: Service, name: str, today: dt.date) -> dict[str, Any]:
    resource = service.configuration["resources"][name]
    settings: Mapping[str, Any] = resource.get("estran") or {}
    state = service.layers.state(name)
    vintage = str(settings.get("vintage") or "")
    return {
        "id": name,
        "title": _both(resource["title"]),
        "vintage": vintage,
        "licence": dict(settings.get("licence") or {}),
        "attribution": settings.get("attribution") or "",
        "synthetic": bool(settings.get("synthetic")),
        "updated": _written(resource["providers"][0].get("data")),
        "ready": state.is_ready,
        "reason": dict(state.reason),
        **_age(vintage, today),
    }


def _age(vintage: str, today: dt.date) -> dict[str, Any]:
    """Return the oldest year of a vintage when it is old, and whether all of it is."""
    years = sorted(int(year) for year in YEAR.findall(vintage))
    old = [year for year in years if today.year - year > OLD_YEARS]
    return {"old": old[0] if old else None, "partly": bool(old) and len(old) < len(years)}


def _written(data: object) -> str | None:
    """Return the day on which a file was written, None for what is not a file."""
    try:
        seconds = Path(str(data)).stat().st_mtime
    except (OSError, ValueError):
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def factors_to_review(territory: Territory, today: dt.date) -> dict[str, Any]:
    """Return how many factors there are, those whose date of review is past, and the next date."""
    factors = territory.registry().factors
    day = today.isoformat()
    due = sorted((each for each in factors.values() if each.review_by and each.review_by <= day), key=_order)
    later = sorted(each.review_by for each in factors.values() if each.review_by > day)
    return {
        "count": len(factors),
        "due": [
            {"id": each.id, "title": {"fr": each.title.fr, "en": each.title.en}, "review_by": each.review_by}
            for each in due
        ],
        "next": later[0] if later else None,
        "next_count": later.count(later[0]) if later else 0,
    }


def _order(factor: Any) -> tuple[str, str]:
    return factor.review_by, factor.id


def _both(text: Any) -> dict[str, str]:
    return dict(text) if isinstance(text, Mapping) else {"fr": str(text), "en": str(text)}
