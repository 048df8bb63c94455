"""How are many whole numbers written as varints at once, and single fields of Protocol Buffers?

A varint has seven bits of a number in each byte, the lowest first; the eighth says that more follow.
"""

import numpy as np
from numpy.typing import NDArray

type Whole = NDArray[np.unsignedinteger]
type Places = NDArray[np.int64]
type Bytes = NDArray[np.uint8]

_MORE = 0x80
_LIMITS = [1 << bits for bits in range(7, 64, 7)]
"""From these numbers on a varint takes one byte more."""


def sizes(numbers: Whole) -> Places:
    """Return how many bytes numbers take."""
    found = np.ones(len(numbers), np.int64)
    greatest = int(numbers.max(initial=0))
    for limit in _LIMITS:
        if limit > greatest:
            break
        found += numbers >= limit
    return found


def packed(numbers: Whole, taken: Places | None = None) -> Bytes:
    """Return numbers one after the other.

    Args:
        numbers: From 0 to 2 ** 64 - 1.
        taken: How many bytes each takes, when it is known.

    Example:
        >>> packed(np.array([1, 300], np.uint64)).tolist()
        [1, 172, 2]
    """
    after = np.cumsum(sizes(numbers) if taken is None else taken)
    content = np.empty(int(after[-1]) if len(after) else 0, np.uint8)
    at = np.append(0, after[:-1]) if len(after) else after
    rest: NDArray[np.integer] = numbers
    while len(rest):
        content[at] = rest.astype(np.uint8)
        more = rest >= _MORE
        at, rest = at[more], rest[more] >> 7
        content[at] |= _MORE
        at += 1
    return content


def varint(number: int) -> bytes:
    """Return one number."""
    written = bytearray()
    while number >= _MORE:
        written.append(number % _MORE | _MORE)
        number >>= 7
    written.append(number)
    return bytes(written)


def field(tag: int, content: bytes) -> bytes:
    """Return a field of a message: its tag, its length, its content."""
    return bytes((tag,)) + varint(len(content)) + content


def spread(starts: Places, counts: Places) -> Places:
    """Return places one after the other from each start, so many from each.

    Example:
        >>> spread(np.array([5, 20]), np.array([2, 3])).tolist()
        [5, 6, 20, 21, 22]
    """
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - counts), counts) + np.arange(total)
