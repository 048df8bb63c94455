"""Answers kept while their tag is the same: tiles, pictures, descriptions; the least used go first."""

import threading
from collections import OrderedDict

LARGEST_MB = 64
LARGEST_ANSWER_MB = 4

HEADERS_SIZE = 1_000
"""Bytes that the tag and the headers of an answer are taken to weigh."""

type Headers = tuple[tuple[str, str], ...]
type Kept = tuple[bytes, Headers]


class Memory:
    """Bodies and headers by tag, up to a total size.

    Example:
        >>> memory = Memory(largest=1600)
        >>> memory.put("a", b"12345678", ())
        >>> memory.put("b", b"12345678", ())
        >>> memory.get("a"), memory.get("b")
        (None, (b'12345678', ()))
    """

    def __init__(self, largest: int = LARGEST_MB * 1_000_000) -> None:
        self._largest = largest
        self._size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> Kept | None:
        """Return what is kept under a tag."""
        with self._lock:
            found = self._kept.get(tag)
            if found is not None:
                self._kept.move_to_end(tag)
            return found

    def put(self, tag: str, body: bytes, headers: Headers) -> None:
        """Keep an answer, unless it is too large to be worth the others that it would drive out."""
        if len(body) > LARGEST_ANSWER_MB * 1_000_000:
            return
        with self._lock:
            before = self._kept.pop(tag, None)
            self._size += _size(body) - (_size(before[0]) if before else 0)
            self._kept[tag] = body, headers
            while self._size > self._largest:
                _, (dropped, _) = self._kept.popitem(last=False)
                self._size -= _size(dropped)


def _size(body: bytes) -> int:
    return len(body) + HEADERS_SIZE
