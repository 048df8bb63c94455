"""Where does the next page start?

A cursor holds the values of the sort columns and of the identifier in the last row of a page,
with a digest that ties it to one table and one order. It is opaque, not secret: its values
only ever become parameters of a query.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence

from estran.carbon.errors import InvalidInput
from estran.layers.features.query import Value

_DIGEST_BYTES = 6


def encode(values: Sequence[Value], *, scope: str) -> str:
    """Return a url-safe token for the last row of a page; `scope` names the table and the order."""
    body = json.dumps(list(values), separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_digest(body, scope) + body).decode().rstrip("=")


def decode(token: str, *, scope: str) -> list[Value]:
    """Return the values of a token.

    Raises:
        InvalidInput: the token was changed, or belongs to another table or order.

    Example:
        >>> decode(encode(["é", None, 2.5], scope="t"), scope="t")
        ['é', None, 2.5]
    """
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad(token) from error
    digest, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if digest != _digest(body, scope) or encode(json.loads(body), scope=scope) != token:
        raise _bad(token)
    values: list[Value] = json.loads(body)
    return values


def _digest(body: bytes, scope: str) -> bytes:
    key = hashlib.blake2s(scope.encode()).digest()
    return hashlib.blake2s(body, key=key, digest_size=_DIGEST_BYTES).digest()


def _bad(token: str) -> InvalidInput:
    return InvalidInput(
        f"{token[:40]!r} is not a position in this list; follow the `next` link, same sortby",
        f"{token[:40]!r} n'est pas une position dans cette liste ; suivez le lien `next`, même sortby",
        where="after",
    )
