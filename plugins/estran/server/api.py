"""pygeoapi's `API` and `APIRequest`, with what their extension points let us decide ourselves.

The request arrives with its format and its language already chosen, so pygeoapi never parses
`Accept` or `Accept-Language`; and a refusal leaves as an exception, so one place writes every error.
"""

import copy
import sys
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from flask import Request
from pygeoapi import l10n
from pygeoapi.api import API, APIRequest

from estran.server.errors import Refused


class EstranAPI(API):  # type: ignore[misc]
    """The API of one territory."""

    def get_exception(
        self,
        status: int,
        headers: dict[str, str],
        format_: str | None,
        code: str,
        description: str,
    ) -> NoReturn:
        """Raise the refusal, with the exception that pygeoapi was handling as its cause."""
        del headers, format_
        raise Refused(int(status), code, str(description)) from sys.exc_info()[1]

    def for_request(self, locale: l10n.Locale) -> "EstranAPI":
        """Return a copy for one request, where pygeoapi may leave what belongs to that request."""
        mine = copy.copy(self)
        mine.default_locale = locale
        return mine

    def with_coverage_format(self, collection: str, coverage_format: Mapping[str, str]) -> "EstranAPI":
        """Return this API where the collection's coverage has another native format.

        pygeoapi sends bytes for the one format that the provider definition names; this is how a
        second format, such as PNG, is sent by the same function.
        """
        resource = dict(self.config["resources"][collection])
        resource["providers"] = [
            {**provider, "format": dict(coverage_format)} if provider["type"] == "coverage" else provider
            for provider in resource["providers"]
        ]
        other = copy.copy(self)
        other.config = {**self.config, "resources": {**self.config["resources"], collection: resource}}
        return other


class _Unread(dict[str, str]):
    """Parameters of which some are listed, and are absent when asked for by name."""

    def __init__(self, parameters: Mapping[str, str], hidden: Collection[str]) -> None:
        super().__init__(parameters)
        self._hidden = frozenset(hidden)

    def get(self, name: str, default: Any = None) -> Any:
        return default if name in self._hidden else super().get(name, default)


class EstranRequest(APIRequest):  # type: ignore[misc]
    """A request whose format, language and body were chosen and checked before."""

    def __init__(
        self,
        request: Request,
        *,
        chosen_format: str | None,
        locale: l10n.Locale,
        parameters: Mapping[str, str],
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._args = dict(parameters)
        self._path_info = request.path.strip("/")
        self._locale = locale
        self._raw_locale = l10n.locale2str(locale)
        self._format = chosen_format
        self._headers = {**dict(request.headers.items()), **(headers or {})}
        self._headers.pop("Accept-Encoding", None)
        self._data = body

    def in_format(self, name: str) -> "EstranRequest":
        """Return the same request, to be answered in another format."""
        other = copy.copy(self)
        other._format = name
        return other

    def without(self, names: Collection[str]) -> "EstranRequest":
        """Return the same request where pygeoapi reads neither these parameters nor a body.

        It still writes them in the links to the page itself.
        """
        other = copy.copy(self)
        other._args = _Unread(self._args, names)
        other._data = b""
        return other

    def _get_format(self, headers: Any, extra_formats: Any = None) -> str | None:
        del headers, extra_formats
        return self._format  # type: ignore[no-any-return]
