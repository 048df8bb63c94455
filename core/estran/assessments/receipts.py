"""How is an answer made again, and what has changed since? A receipt that fits in a link.

The hash of a receipt says what the canonical result follows from: process, version, normalised
inputs, versions of the layers, version of the factors. The token of its link holds the inputs
themselves, compressed: whoever has the link can replay the answer, and the server keeps nothing.
"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from pydantic import BaseModel, ConfigDict, ValidationError

from estran.assessments.envelope import Envelope, FactorUse, Notice, Receipt
from estran.assessments.place import Place
from estran.assessments.request import Request
from estran.carbon.errors import InvalidInput
from estran.carbon.text import Text

ROUTE = "receipts"
"""Where the server answers links: `/receipts/<token>`."""

LINK_BYTES = 8_000
"""Longest token of a link: browsers and proxies carry it whole."""

PACKED_BYTES = 65_536
"""Bytes that are compressed at a time, until the token is too long."""

UNPACKED_BYTES = 4_000_000
"""A token that unpacks to more is not one of ours."""


class Ticket(BaseModel):
    """What a link holds: enough to ask the same question again and to compare the answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hash: str
    process: str
    version: str
    inputs: dict[str, Any]
    layers: dict[str, str]
    factors: str
    values: dict[str, float | str] = {}
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer made again: the answer of today, and what changed since, which is empty when nothing did."""

    envelope: Envelope
    changes: tuple[Notice, ...]


def receipt(
    process: str,
    version: str,
    request: Request,
    place: Place | None,
    *,
    layers: Mapping[str, str],
    factors: str,
) -> Receipt:
    """Return what the canonical result follows from.

    Inputs are normalised: geometries as they were read, in their CRS, the rest without defaults. Without a
    place, every input counts as it was given.
    """
    read = {"geometry", "crs"} if place else set()
    inputs: dict[str, Any] = request.model_dump(mode="json", exclude=read, exclude_defaults=True)
    if place:
        inputs |= {
            "crs": place.crs.to_string(),
            "many": place.many,
            "plots": place.once("receipt", lambda: _drawn(place)),
        }
    parts = {
        "process": process,
        "version": version,
        "inputs": _sha256(inputs),
        "layers": dict(layers),
        "factors": factors,
    }
    return Receipt.model_validate({"hash": _sha256(parts), **parts})


def _drawn(place: Place) -> list[list[Any]]:
    shapes = shapely.to_wkb(shapely.normalize([plot.geometry for plot in place.plots]), hex=True)
    return [
        [
            plot.id,
            shape,
            dict(plot.properties),
            [[notice.code, notice.where] for notice in plot.notices],
        ]
        for plot, shape in zip(place.plots, shapes.tolist(), strict=True)
    ]


def ticket_of(
    made: Receipt, request: Request, factors: Iterable[FactorUse], total: float | None
) -> Ticket | None:
    """Return what replays an answer, to write in a link or to store; None when its inputs are private."""
    if request.is_private:
        return None
    return Ticket(
        hash=made.hash,
        process=made.process,
        version=made.version,
        inputs=request.model_dump(mode="json", exclude_defaults=True),
        layers=made.layers,
        factors=made.factors,
        values={factor.id: said for factor in factors if (said := _value(factor)) is not None},
        total=total,
    )


def with_link(made: Receipt, request: Request, factors: Iterable[FactorUse], total: float | None) -> Receipt:
    """Return a receipt with the link that replays it, when its inputs are not private and fit in a link."""
    ticket = ticket_of(made, request, factors, total)
    if ticket is None:
        return made
    bare = _short(ticket.model_copy(update={"values": {}}))
    if bare is None:
        return made
    return made.model_copy(update={"replay": f"{ROUTE}/{_short(ticket) or bare}"})


def written(ticket: Ticket) -> str:
    """Return a ticket as the token of a link: canonical JSON, compressed, in base64url."""
    return _token(b"".join(_packed(ticket)))


def _short(ticket: Ticket) -> str | None:
    """The token, None when it is too long for a link: the rest is then not compressed."""
    packed = b""
    for part in _packed(ticket):
        packed += part
        if len(packed) > LINK_BYTES:
            return None
    token = _token(packed)
    return token if len(token) <= LINK_BYTES else None


def _packed(ticket: Ticket) -> Iterator[bytes]:
    text = _canonical(ticket.model_dump(mode="json", exclude_defaults=True)).encode()
    packing = zlib.compressobj(9)
    for start in range(0, len(text), PACKED_BYTES):
        yield packing.compress(text[start : start + PACKED_BYTES])
    yield packing.flush()


def _token(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_ticket(token: str) -> Ticket:
    """Return the ticket that a token holds.

    Raises:
        InvalidInput: the token was cut, changed, or is not one of ours.
    """
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, UNPACKED_BYTES)
        if not unpacking.eof:
            raise _damaged()
        return Ticket.model_validate_json(text)
    except (binascii.Error, ValueError, zlib.error, ValidationError) as error:
        raise _damaged() from error


def replay(ticket: Ticket, ask: Callable[[Mapping[str, Any]], Envelope]) -> Replay:
    """Ask the question of a ticket again.

    Args:
        ticket: What to replay.
        ask: Runs the process of the ticket, `ticket.process`, on raw inputs.
    """
    envelope = ask(ticket.inputs)
    return Replay(envelope, changes(ticket, envelope))


def changes(ticket: Ticket, now: Envelope) -> tuple[Notice, ...]:
    """Return what differs between the answer of a ticket and that of now; empty for the same receipt."""
    found: list[Notice] = []
    today = now.receipt
    if ticket.hash == today.hash:
        return ()
    if ticket.version != today.version:
        found.append(
            _change(
                "process-version",
                f"le processus {ticket.process} est passé de la version {ticket.version} à {today.version}",
                f"the process {ticket.process} went from version {ticket.version} to {today.version}",
            )
        )
    found += _layer_changes(ticket, now)
    if ticket.factors != today.factors:
        found += _factor_changes(ticket, now)
    if not found:
        found.append(
            _change(
                "place",
                "le lieu se lit autrement : un objet de la collection a changé",
                "the place reads differently: a feature of the collection changed",
            )
        )
    return (*found, _total_change(ticket, now))


def _layer_changes(ticket: Ticket, now: Envelope) -> list[Notice]:
    """Which layers were read then and now, and which hold other data since."""
    sources = {source.id: source for source in now.sources if source.kind == "layer"}
    changed = []
    for layer in sorted({*ticket.layers, *now.receipt.layers}):
        before, after = ticket.layers.get(layer), now.receipt.layers.get(layer)
        if before == after:
            continue
        source = sources.get(layer)
        fr = f"« {source.title.fr} » ({layer})" if source else layer
        en = f"“{source.title.en}” ({layer})" if source else layer
        vintage = source.vintage if source else ""
        if after is None:
            words = f"la couche {fr} n'est plus lue", f"the layer {en} is no longer read"
        elif before is None:
            words = f"la couche {fr} est lue depuis", f"the layer {en} is read since"
        else:
            words = (
                f"les données de la couche {fr} ont changé" + (f" ; millésime {vintage}" if vintage else ""),
                f"the data of the layer {en} changed" + (f"; vintage {vintage}" if vintage else ""),
            )
        changed.append(_change("layer", *words, layer))
    return changed


def _factor_changes(ticket: Ticket, now: Envelope) -> list[Notice]:
    version = _change(
        "factors",
        f"les facteurs sont passés de la version {ticket.factors} à {now.receipt.factors}",
        f"the factors went from version {ticket.factors} to {now.receipt.factors}",
    )
    values = {factor.id: factor for factor in now.factors}
    moved = []
    for name, before in sorted(ticket.values.items()):
        after = _value(values[name]) if name in values else None
        if after is not None and after != before:
            title, unit = values[name].title, values[name].unit
            moved.append(
                _change(
                    "factor",
                    f"{title.fr} : {_fr(before)} est devenu {_fr(after)} {unit}",
                    f"{title.en}: {_en(before)} became {_en(after)} {unit}",
                    name,
                )
            )
    return [version, *moved]


def _value(factor: FactorUse) -> float | str | None:
    return factor.value if factor.day is None else factor.day


def _total_change(ticket: Ticket, now: Envelope) -> Notice:
    total = next((each for each in now.indicators if each.id == "total"), None)
    value, unit = (total.value, total.unit) if total else (None, "")
    if value == ticket.total:
        return _change("total", "le total n'a pas changé", "the total did not change")
    shown = [
        (
            "non évalué" if number is None else f"{_fr(number)} {unit}",
            "not evaluated" if number is None else f"{number:.6g} {unit}",
        )
        for number in (ticket.total, value)
    ]
    (fr_then, en_then), (fr_now, en_now) = shown
    return _change(
        "total", f"le total passe de {fr_then} à {fr_now}", f"the total goes from {en_then} to {en_now}"
    )


def _fr(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}".replace(".", ",")


def _en(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def _change(code: str, fr: str, en: str, where: str | None = None) -> Notice:
    return Notice(code=f"changed-{code}", message=Text(fr, en), where=where)


def _damaged() -> InvalidInput:
    return InvalidInput(
        "the receipt cannot be read: the link was cut or changed; copy it whole",
        "le reçu est illisible : le lien a été coupé ou modifié ; copiez-le en entier",
        where="receipt",
    )


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _sha256(value: object) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()
