"""The bytes of an answer: what a process returned, bare or as a document keyed by output."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pygeoapi.util import json_serial

from estran.assessments.report.file import NamedFile

JSON = "application/json"
_JSON_AS_BYTES = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A result ready to be sent: its media type and its bytes."""

    media_type: str
    body: bytes

    @property
    def sent_as(self) -> str:
        """Media type to hand to pygeoapi.

        pygeoapi encodes again whatever is exactly `application/json`, and writes `&lt;` for `<` in it.
        With the charset spelt out the bytes go through untouched.
        """
        return _JSON_AS_BYTES if self.media_type == JSON else self.media_type


def encode(media_type: str, value: Any, *, outputs: Sequence[str], as_document: bool) -> Answer:
    """Return the answer that holds what a process returned.

    Args:
        media_type: Media type that the process gave.
        value: Bytes are taken as already encoded; a text that is not JSON as itself; anything else
            is written as JSON, in which NaN is an error.
        outputs: Identifiers of the outputs that the process declares.
        as_document: Key the result by output identifier. JSON stands there as it is; any other media
            type as an object with `value`, `mediaType` and, when it is not text, `encoding`.

    Raises:
        ValueError: a number of the result is not finite.

    Example:
        >>> encode("text/csv", "a;b", outputs=["result"], as_document=True).body
        b'{"result":{"value":"a;b","mediaType":"text/csv"}}'
    """
    if not as_document:
        return Answer(_named(media_type, value), _encoded(media_type, value))
    if len(outputs) > 1 and isinstance(value, dict) and value.keys() <= set(outputs):
        return Answer(JSON, _json(value))
    name = json.dumps(outputs[0] if outputs else "result")
    member = _encoded(media_type, value) if media_type == JSON else _json(_qualified(media_type, value))
    return Answer(JSON, b"{" + name.encode() + b":" + member + b"}")


def _named(media_type: str, value: Any) -> str:
    """The media type with the name of the file, when it has one; the server makes a header of it."""
    name = value.file_name if isinstance(value, NamedFile) else ""
    return f'{media_type}; name="{name}"' if name else media_type


def _encoded(media_type: str, value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and media_type != JSON:
        return value.encode()
    return _json(value)


def _qualified(media_type: str, value: Any) -> dict[str, Any]:
    body = _encoded(media_type, value)
    if media_type.endswith("+json"):
        return {"value": json.loads(body), "mediaType": media_type}
    try:
        return {"value": body.decode(), "mediaType": media_type}
    except UnicodeDecodeError:
        encoded = base64.b64encode(body).decode()
        return {"value": encoded, "mediaType": media_type, "encoding": "base64"}


def _json(value: Any) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=json_serial
    ).encode()
