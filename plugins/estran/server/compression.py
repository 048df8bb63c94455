"""Bodies made smaller on their way out: Zstandard, Brotli or gzip, whichever the client weighs most.

Text is worth it from a kilobyte on, a vector tile only when it shrinks. Pictures, GeoTIFF, Parquet,
GeoPackage and XLSX are compressed already. Each coding has its own strong tag, `"…-zstd"`; a client that
holds any of them is told that it is still good.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol, cast

import brotli
import zstandard
from flask import Request, Response

from estran.server.memory import Memory

SMALLEST = 1_000
"""Bytes below which a body goes as it is: it fits in one packet."""

GAIN = 0.95
"""A binary body goes compressed when that leaves less than this part of it."""

ZSTD_LEVEL = 3
BROTLI_QUALITY = 4
GZIP_LEVEL = 5

TEXT = re.compile(
    r"text/.+|application/(.+\+)?(json|xml|javascript|ndjson)|application/n-triples|image/svg\+xml"
)
MAY_SHRINK = frozenset({"application/vnd.mapbox-vector-tile", "application/flatgeobuf"})

_TAG = re.compile(r'(W/)?"([^"]*?)(-(?:zstd|br|gzip))?"')


class _Stream(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _BrotliStream:
    """Brotli with the names of the other two."""

    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=BROTLI_QUALITY)

    def compress(self, data: bytes, /) -> bytes:
        return cast(bytes, self._compressor.process(data))

    def flush(self) -> bytes:
        return cast(bytes, self._compressor.finish())


WHOLE: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body),
    "br": lambda body: cast(bytes, brotli.compress(body, quality=BROTLI_QUALITY)),
    "gzip": partial(gzip.compress, compresslevel=GZIP_LEVEL, mtime=0),
}
"""The codings, in the order preferred at equal weight."""

STREAMS: Mapping[str, Callable[[], _Stream]] = {
    "zstd": lambda: zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj(),
    "br": _BrotliStream,
    "gzip": lambda: zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS + 16),
}


def compress(request: Request, response: Response, kept: Memory | None = None) -> None:
    """Compress the body of an answer when the client reads that and it is worth it.

    Args:
        request: The request, for its `Accept-Encoding`.
        response: The answer, changed in place.
        kept: Where compressed bodies are remembered by their tag, for an answer that is itself kept.
    """
    is_text = TEXT.fullmatch(response.mimetype or "") is not None
    if response.status_code == 304:
        _vary(response)
    if response.status_code in {204, 206, 304} or not (is_text or response.mimetype in MAY_SHRINK):
        return
    if "Content-Encoding" in response.headers:
        return
    _vary(response)
    coding = chosen_coding(request)
    if coding is None or request.method == "HEAD":
        return
    if response.is_streamed:
        response.direct_passthrough = False
        response.response = _streamed(STREAMS[coding](), response.iter_encoded())
        response.headers.pop("Content-Length", None)
    else:
        body = response.get_data()
        made = _made(body, coding, response.get_etag()[0], kept) if len(body) >= SMALLEST else body
        if len(made) >= (len(body) if is_text else GAIN * len(body)):
            return
        response.set_data(made)
    response.headers["Content-Encoding"] = coding
    tag, is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(f"{tag}-{coding}", weak=bool(is_weak))


def _vary(response: Response) -> None:
    names = response.headers.get("Vary")
    response.headers["Vary"] = f"{names}, Accept-Encoding" if names else "Accept-Encoding"


def chosen_coding(request: Request) -> str | None:
    """Return the coding that the client weighs most, None when it prefers the body as it is.

    A client that takes anything, `*`, gets gzip, which everything reads.

    Reference: RFC 9110, 12.5.3.
    """
    weights = {name.lower(): quality for name, quality in reversed(list(request.accept_encodings))}
    weights.setdefault("gzip", weights.get("*", 0.0))
    best = max(WHOLE, key=lambda name: weights.get(name, 0.0))
    weight = weights.get(best, 0.0)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def plain_tags(header: str) -> str:
    """Return an `If-None-Match` where every tag is that of the body before its coding.

    Example:
        >>> plain_tags('"a-gzip", W/"b", *')
        '"a", W/"b", *'
    """
    return _TAG.sub(r'\1"\2"', header)


def held_tag(header: str, tag: str) -> tuple[str, bool]:
    """Return the tag that the client holds of an answer, with its coding, and whether it is weak.

    Example:
        >>> held_tag('"z", W/"a-br"', "a")
        ('a-br', True)
    """
    held = [(found[2] + (found[3] or ""), bool(found[1])) for found in _TAG.finditer(header)]
    return next((known for known in held if plain_tags(f'"{known[0]}"') == f'"{tag}"'), (tag, False))


def _made(body: bytes, coding: str, tag: str | None, kept: Memory | None) -> bytes:
    if kept is None or tag is None:
        return WHOLE[coding](body)
    known = kept.get(f"{tag}-{coding}")
    if known is not None:
        return known[0]
    made = WHOLE[coding](body)
    kept.put(f"{tag}-{coding}", made, ())
    return made


def _streamed(stream: _Stream, parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        made = stream.compress(part)
        if made:
            yield made
    yield stream.flush()
