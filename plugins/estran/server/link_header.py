"""The HTTP `Link` header: the links of a document that help before its body is read."""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

REPEATED = (
    "self",
    "alternate",
    "next",
    "prev",
    "first",
    "collection",
    "describedby",
    "service-desc",
    "service-doc",
    "conformance",
    "data",
    "license",
)
"""Relations repeated in the header: registered names only, which stay short."""


_UNFIT = re.compile(r"[^!#-;=?-~]")


def link_header(links: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return the `Link` header of a document, empty when none of its links is to be repeated.

    Example:
        >>> link_header([{"rel": "next", "href": "http://x/items?after=a,b", "type": "text/csv"}])
        {'Link': '<http://x/items?after=a,b>; rel="next"; type="text/csv"'}
        >>> link_header([{"rel": "http://www.opengis.net/def/rel/ogc/1.0/schema", "href": "http://x/schema"}])
        {}
    """
    written = []
    for link in links:
        if link.get("rel") in REPEATED:
            media_type = f'; type="{link["type"]}"' if link.get("type") else ""
            written.append(f'<{_uri(str(link["href"]))}>; rel="{link["rel"]}"{media_type}')
    return {"Link": ", ".join(written)} if written else {}


def seen_as_page(links: Iterable[MutableMapping[str, Any]]) -> None:
    """Say `self` of the link to the page, and `alternate` of the other formats of the same document."""
    for link in links:
        if link.get("rel") in {"self", "alternate"}:
            link["rel"] = "self" if str(link.get("type", "")).startswith("text/html") else "alternate"


def _uri(text: str) -> str:
    """Return an address that fits in a header: ASCII, and without what would end it.

    Example:
        >>> _uri("http://x/é>")
        'http://x/%C3%A9%3E'
    """
    return _UNFIT.sub(lambda found: _percent(found[0]), text)


def _percent(mark: str) -> str:
    return "".join(f"%{byte:02X}" for byte in mark.encode())
