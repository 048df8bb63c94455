"""Which format and which language a request gets: `f` and `lang` first, then its `Accept` headers."""

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import Request
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from estran.carbon.errors import InvalidInput
from estran.layers.drawing.encoding import MEDIA_TYPES as PICTURES
from estran.layers.features.encoding.formats import FORMATS
from estran.providers.coverage import MEDIA_TYPES
from estran.server.errors import NotAcceptable

HTML = "html"
JSON = "json"

type Formats = Mapping[str, Sequence[str]]
"""Name of a format, as in `f`, to the media types that ask for it; the first format is the default."""

JSON_AND_HTML: Formats = {
    JSON: ("application/json",),
    HTML: ("text/html", "application/xhtml+xml"),
    "jsonld": ("application/ld+json",),
}
ITEMS: Formats = {
    JSON: ("application/geo+json", "application/json", "application/vnd.geo+json"),
    HTML: ("text/html", "application/xhtml+xml"),
    "jsonld": ("application/ld+json",),
}
JSON_FG = "jsonfg"
ITEM: Formats = {**ITEMS, JSON_FG: (FORMATS[JSON_FG].media_type,)}
SCHEMAS: Formats = {
    JSON: ("application/schema+json", "application/json"),
    HTML: ("text/html", "application/xhtml+xml"),
}
OPENAPI: Formats = {
    JSON: (
        "application/vnd.oai.openapi+json",
        "application/openapi+json",
        "application/json",
    ),
    HTML: ("text/html", "application/xhtml+xml"),
}
COVERAGE_JSON = ("application/prs.coverage+json", "application/vnd.cov+json", "application/json")
COVERAGE_TYPES: Formats = {"netcdf": ("application/x-netcdf", "application/netcdf")}
"""Media types of a format of coverages that has several."""

MAPS: Formats = {**{name: (kind,) for name, kind in PICTURES.items()}, HTML: JSON_AND_HTML[HTML]}
JSON_ONLY: Formats = {JSON: ("application/json",)}


def chosen_format(request: Request, formats: Formats) -> str:
    """Return the format to answer in.

    Raises:
        InvalidInput: `f` names a format that this resource does not have.
        NotAcceptable: nothing in `Accept` can be produced.
    """
    asked = request.args.get("f")
    if asked is not None:
        return _named(asked, formats)
    accepted = request.headers.get("Accept", "")
    if not _weights(accepted):
        return next(iter(formats))
    best, best_quality = None, 0.0
    for name, media_types in formats.items():
        quality = max(_quality(accepted, media_type) for media_type in media_types)
        if quality > best_quality:
            best, best_quality = name, quality
    if best is None:
        offered = ", ".join(types[0] for types in formats.values())
        raise NotAcceptable(
            f"none of the formats in Accept can be produced; this resource offers {offered}",
            f"aucun des formats de Accept ne peut être produit ; cette ressource offre {offered}",
            where="Accept",
        )
    return best


def wants_html(request: Request) -> bool:
    """Tell whether an error is better shown as a page: a browser asked, and `f` does not say otherwise."""
    asked = request.args.get("f")
    if asked:
        return asked == HTML
    accepted = request.headers.get("Accept", "")
    return bool(accepted) and _quality(accepted, "text/html") > _quality(accepted, "application/json")


def coverage_formats(provider: Mapping[str, Any]) -> Formats:
    """Return the formats of a coverage: its native one, and those that our provider writes."""
    native = provider["format"]
    formats = {
        JSON: COVERAGE_JSON,
        HTML: JSON_AND_HTML[HTML],
        native["name"]: (bare(native["mimetype"]),),
    }
    if str(provider["name"]).startswith("estran."):
        formats |= {
            name: COVERAGE_TYPES.get(name, (bare(text),))
            for name, text in MEDIA_TYPES.items()
            if name not in formats
        }
    return formats


def bare(media_type: str) -> str:
    """Return a media type without its parameters."""
    return media_type.split(";")[0].strip().lower()


def accepts(request: Request, media_types: Sequence[str]) -> bool:
    """Tell whether `Accept` allows one of the media types."""
    accepted = request.headers.get("Accept", "")
    return any(_quality(accepted, media_type) > 0 for media_type in media_types)


def chosen_locale(asked: str, accepted: str, locales: Sequence[Locale]) -> Locale:
    """Return the locale to answer in: `lang`, else `Accept-Language`, else the territory's first.

    Args:
        asked: The parameter `lang`, empty when there is none.
        accepted: The header `Accept-Language`, empty when there is none.
        locales: Those that the territory speaks.
    """
    by_tag = {str(locale).replace("_", "-"): locale for locale in locales}
    by_tag |= {locale.language: locale for locale in reversed(locales)}
    wanted = [part.split(";")[0].strip().replace("_", "-") for part in asked.split(",")]
    for tag in wanted:
        for candidate in (tag, tag.split("-")[0].lower()):
            if candidate in by_tag:
                return by_tag[candidate]
    best = parse_accept_header(accepted, LanguageAccept).best_match(list(by_tag))
    return by_tag[best] if best else locales[0]


def _quality(accepted: str, media_type: str) -> float:
    """Return the weight of a media type in `Accept`; parameters such as `charset` do not matter.

    The most specific range that covers the type decides, as RFC 9110 asks.
    """
    ranges = (media_type, media_type.split("/")[0] + "/*", "*/*")
    weights = _weights(accepted)
    return next((float(weights[covering]) for covering in ranges if covering in weights), 0.0)


@lru_cache(maxsize=1024)
def _weights(accepted: str) -> Mapping[str, float]:
    """Return the weight of each range of an `Accept` header."""
    ranges = parse_accept_header(accepted, MIMEAccept)
    return {bare(value): weight for value, weight in reversed(list(ranges))}


def _named(asked: str, formats: Formats) -> str:
    by_lower = {name.lower(): name for name in formats}
    if asked.lower() in by_lower:
        return by_lower[asked.lower()]
    known = ", ".join(formats)
    near = difflib.get_close_matches(asked.lower(), by_lower, n=1)
    raise InvalidInput(
        f"unknown format f={asked}"
        + (f"; did you mean {by_lower[near[0]]}" if near else "")
        + f"; choose one of {known}",
        f"format inconnu f={asked}"
        + (f" ; vouliez-vous {by_lower[near[0]]}" if near else "")
        + f" ; choisissez parmi {known}",
        where="f",
    )
