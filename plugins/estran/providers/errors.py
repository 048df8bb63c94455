"""What does an error of the layers become for pygeoapi?

pygeoapi answers with the status, the OGC code and the `message` of its own exceptions. Each of
ours keeps the original, so that the application can answer in either language.
"""

from http import HTTPStatus

from pygeoapi.provider.base import (
    ProviderConnectionError,
    ProviderGenericError,
    ProviderItemNotFoundError,
    ProviderQueryError,
    ProviderRequestEntityTooLargeError,
)

from estran.carbon.errors import EstranError, InvalidInput, NotFound, TooLarge, Unavailable
from estran.providers.request import language


class _Told(ProviderGenericError):  # type: ignore[misc]
    """An error whose message reaches the client, in the language of the request."""

    def __init__(self, error: EstranError) -> None:
        super().__init__(error.en, user_msg=error.message(language()))
        self.estran_error = error


class LayerUnavailable(_Told, ProviderConnectionError):  # type: ignore[misc]
    """The layer exists but cannot be read now."""

    http_status_code = HTTPStatus.SERVICE_UNAVAILABLE


class BadQuery(_Told, ProviderQueryError):  # type: ignore[misc]
    """The caller sent something that cannot be used, and can correct it."""

    http_status_code = HTTPStatus.BAD_REQUEST
    ogc_exception_code = "InvalidParameterValue"


class ItemNotFound(_Told, ProviderItemNotFoundError):  # type: ignore[misc]
    """No feature has this identifier."""


class QueryTooLarge(_Told, ProviderRequestEntityTooLargeError):  # type: ignore[misc]
    """The request is valid but exceeds a declared limit."""


_KINDS: tuple[tuple[type[EstranError], type[_Told]], ...] = (
    (Unavailable, LayerUnavailable),
    (InvalidInput, BadQuery),
    (NotFound, ItemNotFound),
    (TooLarge, QueryTooLarge),
)


def as_provider_error(error: EstranError) -> ProviderGenericError:
    """Return the pygeoapi exception that stands for `error`; raise it `from error`.

    An error of a kind that is our fault becomes a bare 500, without detail for the client.
    """
    for ours, theirs in _KINDS:
        if isinstance(error, ours):
            return theirs(error)
    return ProviderGenericError(error.en)
