"""pygeoapi's `API` and `APIRequest`, with what their extension points let us decide ourselves.

The request arrives with its format and its language already chosen, so pygeoapi never parses
`Accept` or `Accept-Language`; and a refusal leaves as an exception, so one place writes every error.
"""

import copy
import sys
from collections.abc import Mapping
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
        return self._with_resource(collection, resource)

    def with_formatter(self, collection: str, formatter: Mapping[str, str]) -> "EstranAPI":
        """Return this API where the features of a collection have one more format."""
        resource = self.config["resources"][collection]
        formatters = [*resource.get("formatters", ()), dict(formatter)]
        return self._with_resource(collection, {**resource, "formatters": formatters})

    def _with_resource(self, collection: str, resource: Mapping[str, Any]) -> "EstranAPI":
        other = copy.copy(self)
        other.config = {**self.config, "resources": {**self.config["resources"], collection: resource}}
        return other


class _Shown(dict[str, str]):
    """Parameters as they came when listed, and with others in their place when asked for by name."""

    def __init__(self, parameters: Mapping[str, str], read: Mapping[str, str | None]) -> None:
        super().__init__(parameters)
        self._read = dict(read)

    def get(self, name: str, default: Any = None) -> Any:
        if name in self._read:
            found = self._read[name]
            return default if found is None else found
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        return self._read[str(name)] is not None if name in self._read else super().__contains__(name)


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

    def reading(self, parameters: Mapping[str, str | None]) -> "EstranRequest":
        """Return the same request without body, where pygeoapi reads these values, None being none.

        It still writes the parameters as they came in the links to the page itself.
        """
        other = copy.copy(self)
        other._args = _Shown(self._args, parameters)
        other._data = b""
        return other

    def _get_format(self, headers: Any, extra_formats: Any = None) -> str | None:
        del headers, extra_formats
        return self._format  # type: ignore[no-any-return]
