"""Where do the links of a page go when its format holds none? Out to the server, for its header."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

type Document = dict[str, Any]

_page: ContextVar[Document | None] = ContextVar("formatted page", default=None)


@contextmanager
def formatted_page() -> Iterator[Document]:
    """Give the members of the page that a formatter writes inside the block, its features apart."""
    document: Document = {}
    token = _page.set(document)
    try:
        yield document
    finally:
        _page.reset(token)


def keep_members(document: Mapping[str, Any]) -> None:
    """Tell the members of a page to who waits for them."""
    page = _page.get()
    if page is not None:
        page.update(document)


def seen_as(link: Mapping[str, Any], media_type: str) -> dict[str, Any]:
    """Return a link as it is seen from a format: its own is `self`, and pages follow in kind.

    Example:
        >>> seen_as({"rel": "self", "type": "application/geo+json", "href": "x"}, "text/csv")["rel"]
        'alternate'
    """
    relation, kind = link.get("rel"), link.get("type")
    if relation in {"self", "alternate"}:
        relation = "self" if kind == media_type else "alternate"
    if relation in {"prev", "next"}:
        kind = media_type
    return {**link, "rel": relation, "type": kind}
