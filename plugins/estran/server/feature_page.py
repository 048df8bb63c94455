"""A page of features as the document that pygeoapi makes, taken before it is written.

pygeoapi writes GeoJSON slowly, and tells the links in the body only. It hands the page to a formatter
when one has the format asked: ours keeps the page, and the server writes it.
"""

from contextvars import ContextVar
from typing import Any

from pygeoapi.api import itemtypes
from pygeoapi.formatter.base import BaseFormatter

from estran.server.api import EstranAPI, EstranRequest
from estran.server.negotiation import JSON

KEPT = "kept"

type Document = dict[str, Any]

_page: ContextVar[Document | None] = ContextVar("page", default=None)


class PageKeeper(BaseFormatter):  # type: ignore[misc]
    """Keeps the page that pygeoapi would write as JSON."""

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self.f = JSON
        self.name = self.mimetype = KEPT

    def write(self, options: Document | None = None, data: Document | None = None) -> str:
        """Keep the page; the text returned is not sent."""
        del options
        _page.set(data)
        return ""


def feature_page(
    api: EstranAPI, asked: EstranRequest, collection: str
) -> tuple[dict[str, str], int, Document]:
    """Return a page of features, with the meaning of `pygeoapi.api.itemtypes`, as a document."""
    keeper = {"name": f"{PageKeeper.__module__}.{PageKeeper.__name__}"}
    token = _page.set(None)
    try:
        headers, status, _ = itemtypes.get_collection_items(
            api.with_formatter(collection, keeper), asked.in_format(JSON), collection
        )
        document = _page.get() or {}
    finally:
        _page.reset(token)
    document["links"] = [link for link in document["links"] if link.get("type") != KEPT]
    counts = {
        f"OGC-{name[0].upper()}{name[1:]}": str(document[name])
        for name in ("numberMatched", "numberReturned")
        if name in document
    }
    return {**headers, **counts, "Content-Type": "application/geo+json"}, int(status), document
