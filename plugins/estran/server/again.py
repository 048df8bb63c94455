"""An answer that is kept is given again without asking the application: only the state of its layer is.

Routing, negotiation, headers and compression cost more than a tile that is held. Here the whole answer, as
it went out, is found by what the request says; it is given while the layer, the configuration and the
software are the same. `caching.cached` tells which answers these are.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextvars import Context
from typing import Any

from estran.server.memory import Memory
from estran.server.turns import Wsgi
from estran.server.versions import Versions

ACCESS = logging.getLogger("estran.access")

MAY_BE_GIVEN = "estran.again"
"""In the environment of a request: the layer that its answer comes from, and the version of that layer."""

ASKED = (
    "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE",
    "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_HOST", "wsgi.url_scheme",
)  # fmt: skip
"""What an answer may depend on, besides the state of its layer."""

APART = ("HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_PREFER")
"""What makes a request one of its own."""

_LAYER, _VERSION, _STATUS = ":layer", ":version", ":status"


class Again:
    """A WSGI application in front of another, which gives again what that one lets it give."""

    def __init__(self, inner: Wsgi, versions: Versions, memory: Memory) -> None:
        self._inner = inner
        self._versions = versions
        self._memory = memory

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in APART):
            return self._inner(environ, start_response)
        key = "\n".join(["again", *(str(environ.get(name)) for name in ASKED)])
        began = time.perf_counter()
        kept = self._memory.get(key)
        if kept is not None:
            (_, layer), (_, version), (_, status), *headers = kept[1]
            # In a context of its own: what another request has seen of the layer is not looked up.
            if Context().run(self._versions.of, layer).text == version:
                start_response(status, headers)
                elapsed_ms = 1000 * (time.perf_counter() - began)
                ACCESS.info("GET %s %s %.1f ms", environ["PATH_INFO"], status[:3], elapsed_ms)
                return [kept[0]]
        return self._asked(key, environ, start_response)

    def _asked(
        self, key: str, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Ask the application, and keep its answer when that may be given again."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            started[:] = [(status, headers)]
            return start_response(status, headers, *more)

        parts = self._inner(environ, start)
        layer, version = environ.get(MAY_BE_GIVEN, (None, None))
        if layer is None or not started or started[0][0][:3] not in {"200", "204", "304"}:
            return parts
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        status, headers = started[0]
        self._memory.put(key, body, ((_LAYER, layer), (_VERSION, version), (_STATUS, status), *headers))
        return [body]
