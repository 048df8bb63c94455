"""What does a report say, whatever its format? Its sections in order, as typed blocks."""

import re
import unicodedata
from collections.abc import Iterator

from estran.assessments.envelope import Envelope
from estran.assessments.report.annexes import annexes
from estran.assessments.report.blocks import (
    Block,
    Break,
    Bullets,
    Chart,
    Figures,
    Heading,
    Paragraph,
    Report,
)
from estran.assessments.report.front import (
    DISCLAIMER,
    cover,
    day,
    not_counted,
    summary,
)
from estran.assessments.report.inputs import ReportInputs
from estran.assessments.report.maps import MapRoom
from estran.assessments.report.material import Material, gather
from estran.assessments.report.measures import follow_up, measures, neutrality
from estran.assessments.report.plain import plain
from estran.assessments.report.present import perimeter, present
from estran.assessments.report.project import quantities, scenarios, significant
from estran.assessments.request import Request
from estran.layers.progress import Progress, silent
from estran.layers.territory import Territory

LONGEST_SLUG = 40

SHORT = frozenset({"lead", "box", "warning"})
"""Paragraphs that a sheet keeps."""

SHEET_ITEMS, ROOM_FOR_MAP, SHEET_MAP_MM = 5, 3, 46.0
"""Lines of what is not counted, how few leave room for a map, and its height."""


def compose(
    envelope: Envelope,
    request: Request,
    territory: Territory,
    inputs: ReportInputs,
    *,
    progress: Progress = silent,
) -> Report:
    """Return the report of an answer.

    Args:
        envelope: The answer.
        request: Its inputs.
        territory: Where the layers are.
        inputs: What the author says of the report.
        progress: Told what is being done.

    Raises:
        InvalidInput: the variant kept is not one of those compared.
        EstranError: the place can no longer be read.
    """
    material = gather(envelope, request, territory, inputs, progress=progress)
    voice = material.voice
    progress(voice.say("cartes", "maps"), 0.6)
    maps = MapRoom(territory, material.place, material.land, voice) if material.place else None
    if inputs.kind == "sheet":
        blocks = list(_sheet(material, maps))
    elif material.study:
        blocks = list(_study(material, maps))
    else:
        blocks = list(_plain(material, maps))
    progress(voice.say("mise en page", "layout"), 0.8)
    title = (
        voice.say(f"Volet gaz à effet de serre : {material.name}", f"Greenhouse gas part: {material.name}")
        if material.study
        else f"{material.name}, {material.communes}"
    )
    footer = f"{material.name} · {voice.say('reçu', 'receipt')} {material.receipt} · {day(material)}"
    return Report(
        title=title,
        author=inputs.author,
        language=voice.language,
        date=material.date.isoformat(),
        footer=footer,
        page_word=voice.say("page", "page"),
        todo=voice.todo_short.rstrip("]"),
        contents="" if inputs.kind == "sheet" else voice.say("Sommaire", "Contents"),
        band=voice.say(
            "Données de démonstration : ne pas utiliser pour décider",
            "Demonstration data: not to be used to decide",
        )
        if material.is_synthetic
        else "",
        watermark=voice.say("DÉMONSTRATION", "DEMONSTRATION") if material.is_synthetic else "",
        file_stem=file_stem(material),
        blocks=blocks,
        pictures=maps.pictures if maps else {},
        is_sheet=inputs.kind == "sheet",
    )


def file_stem(material: Material) -> str:
    """Return the name of the file: what it is, the project, the date, the receipt."""
    if material.study:
        kind = "volet-ges" if material.inputs.kind == "full" else "fiche-ges"
    else:
        kind = material.envelope.process
    name = slug(material.inputs.title) or slug(material.communes) or "projet"
    return f"estran_{kind}_{name}_{material.date.isoformat()}_{material.receipt}"


def slug(text: str) -> str:
    """Return a text as a part of the name of a file.

    Example:
        >>> slug("ZAC de l'Éco-quartier : Bongraine")
        'zac-de-l-eco-quartier-bongraine'
    """
    plain_text = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore").decode()
    whole = re.sub(r"[^a-z0-9]+", "-", plain_text.lower()).strip("-")
    if len(whole) <= LONGEST_SLUG:
        return whole
    return whole[:LONGEST_SLUG].rpartition("-")[0] or whole[:LONGEST_SLUG]


def _study(material: Material, maps: MapRoom | None) -> Iterator[Block]:
    situation = maps.situation() if maps else None
    land_cover = maps.land_cover() if maps else None
    wetlands = maps.wetlands() if maps else None
    yield from cover(material)
    yield Break()
    yield from summary(material, situation)
    yield Break()
    yield from perimeter(material, maps.perimeter() if maps else None)
    yield from present(material, land_cover, wetlands, maps.failures if maps else [])
    yield from scenarios(material)
    yield from significant(material)
    yield from quantities(material)
    yield from measures(material)
    yield from neutrality(material)
    yield from follow_up(material)
    yield Break()
    yield from annexes(material)


def _plain(material: Material, maps: MapRoom | None) -> Iterator[Block]:
    drawn = [each for each in (maps.perimeter(), maps.land_cover()) if each is not None] if maps else []
    yield from cover(material)
    yield Break()
    yield from plain(material, drawn)
    yield Break()
    yield from annexes(material)


def _sheet(material: Material, maps: MapRoom | None) -> Iterator[Block]:
    """Summary, limits and receipt, on one page: a map and long lists only where there is room."""
    voice, missing = material.voice, not_counted(material)
    yield Heading(f"{material.name}, {material.communes}")
    yield from (
        block
        for block in (summary(material, None) if material.study else plain(material, []))
        if isinstance(block, Figures | Chart) or (isinstance(block, Paragraph) and block.style in SHORT)
    )
    yield Paragraph(voice.say("Ce qui n'est pas compté", "What is not counted"), "strong")
    yield Bullets(missing[:SHEET_ITEMS])
    site = maps.situation(SHEET_MAP_MM) if maps and material.study and len(missing) <= ROOM_FOR_MAP else None
    if site:
        yield site
    yield Paragraph(voice.text(DISCLAIMER), "box")
    author = material.inputs.author or voice.say("contribution non officielle", "unofficial contribution")
    receipt = material.envelope.receipt
    yield Paragraph(
        voice.say(
            f"Auteur : {author}. Reçu {receipt.hash[:16]} ({receipt.process} {receipt.version}). "
            f"Sources, facteurs "
            "et limites : rapport complet, même reçu.",
            f"Author: {author}. Receipt {receipt.hash[:16]} ({receipt.process} {receipt.version}). "
            f"Sources, factors "
            "and limits: whole report, same receipt.",
        ),
        "note",
    )
