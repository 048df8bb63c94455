"""Answers that stay the same while the server runs, made once: the descriptions of the processes.

pygeoapi copies and translates every schema of every process for each request.
"""

from collections.abc import Callable

from flask import Request, Response

LARGEST = 256
"""Answers kept; when there are more, all are forgotten."""

type Key = tuple[str, ...]


class Memory:
    """Remembers answers by what was asked: path, parameters, `Accept` and language."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[bytes, list[tuple[str, str]]]] = {}

    def answer(self, request: Request, language: str, make: Callable[[], Response]) -> Response:
        """Return the answer to a request, made by `make` the first time; only a 200 is kept."""
        accept = request.headers.get("Accept", "")
        key = (request.path, request.query_string.decode("latin-1"), accept, language)
        kept = self._kept.get(key)
        if kept is not None:
            body, headers = kept
            return Response(body, headers=headers)
        response = make()
        if response.status_code == 200:
            if len(self._kept) >= LARGEST:
                self._kept.clear()
            self._kept[key] = response.get_data(), list(response.headers.items())
        return response
