"""The demonstration on a real server, with the echo process of the test suites, and a way to ask it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from cite.run import OUT, served, test_configuration
from territories import LA_ROCHELLE, built

TIMEOUT_S = 120


@dataclass(frozen=True)
class Answer:
    """What the server sent back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)

    def link(self, relation: str, media_type: str = "") -> str:
        """Return the only address with this relation and media type."""
        found = [
            link["href"]
            for link in self.json()["links"]
            if link["rel"] == relation and link.get("type", "").startswith(media_type)
        ]
        assert len(found) == 1, (relation, media_type, found)
        return str(found[0])


@dataclass(frozen=True)
class Site:
    """The server under test."""

    url: str

    def ask(
        self, path: str, *, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask for a path or a whole address; any status is an answer."""
        address = path if path.startswith("http") else self.url + path
        data = None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json, application/geo+json;q=0.9, */*;q=0.5", **(headers or {})}
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(
            quote(address, safe=":/?&=,%+;'()*!@~"), data=data, headers=sent, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                return Answer(response.status, lower(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, lower(error.headers), error.read())

    @cache  # noqa: B019 - one site per run
    def get(self, path: str) -> Answer:
        """Return an answer that must be 200; asked once."""
        answer = self.ask(path)
        assert answer.status == 200, (path, answer.status, answer.body[:300])
        return answer


def lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    built(LA_ROCHELLE)
    OUT.mkdir(parents=True, exist_ok=True)
    with served(test_configuration()) as address:
        yield Site(address)
