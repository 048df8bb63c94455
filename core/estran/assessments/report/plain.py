"""What does the report of any other question say? Place, figures, items, doubt."""

from collections.abc import Iterator

from estran.assessments.envelope import BreakdownRow
from estran.assessments.report.blocks import Block, Bullets, Column, Heading, Map, Paragraph, Table
from estran.assessments.report.charts import doubt_chart, items_chart
from estran.assessments.report.front import not_counted, verdict
from estran.assessments.report.material import Material, amount, figure
from estran.assessments.report.wording import Voice

SHOWN_ROWS = 60
"""Rows of a table, at most: the rest stands in the spreadsheet."""


def plain(material: Material, maps: list[Map]) -> Iterator[Block]:
    """Yield the figures of an answer, what they are made of, and how sure they are."""
    voice, envelope = material.voice, material.envelope
    yield Heading(material.headings["summary"])
    total = figure(envelope, "total")
    if total is not None:
        title, said = voice.text(total.title), voice.figure(amount(total))
        reason = (
            voice.say(f" : {total.reason.fr}", f": {total.reason.en}")
            if total.value is None and total.reason
            else ""
        )
        horizon = f", {_horizon(total.horizon, voice)}" if total.horizon else ""
        colon = "\u00a0: " if voice.is_french else ": "
        yield Paragraph(f"{title}{horizon}{colon}{said}{reason}.", "lead")
    yield Paragraph(verdict(material), "box")
    yield from maps
    yield Heading(voice.say("Les figures", "The figures") if not voice.is_french else "Chiffres")
    yield Table(
        voice.say("Indicateurs", "Indicators"),
        (
            Column(voice.say("Indicateur", "Indicator"), 3.2),
            Column(voice.say("Valeur", "Value"), 1.1, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.8, "right"),
            Column(voice.say("Unité", "Unit"), 1.1),
            Column(voice.say("Année ou horizon", "Year or horizon"), 1.6),
        ),
        [
            (
                voice.text(each.title) + (voice.say(" (partiel)", " (partial)") if each.partial else ""),
                voice.number(amount(each))
                if each.low is not None or each.value is None
                else voice.exact(each.value),
                voice.bounds(amount(each)) if each.low is not None else "–",
                voice.unit(each.unit),
                _horizon(each.horizon, voice),
            )
            for each in envelope.indicators
        ],
    )
    rows = [row for row in envelope.breakdown if "total" in row.indicators]
    if rows and not voice.is_hidden:
        chart = items_chart(
            rows,
            voice,
            subtitle=voice.text(total.title) + f", {voice.unit(rows[0].unit)}"
            if total
            else voice.unit(rows[0].unit),
            confidence=envelope.uncertainty.confidence,
        )
        if chart:
            yield chart
    yield from _breakdown(material)
    yield from _features(material)
    yield Paragraph(voice.say("Ce qui n'est pas compté", "What is not counted"), "strong")
    yield Bullets(not_counted(material))
    doubt = doubt_chart(envelope.uncertainty.shares, voice)
    if doubt:
        yield Paragraph(voice.say("D'où vient le doute", "Where the doubt comes from"), "strong")
        yield doubt


def _horizon(horizon: str | None, voice: Voice) -> str:
    return horizon.replace(" yr", voice.say(" ans", " years")) if horizon else "–"


def _breakdown(material: Material) -> Iterator[Block]:
    voice, rows = material.voice, material.envelope.breakdown
    if not rows:
        return
    ranked = sorted(rows, key=lambda row: -abs(row.value or 0.0)) if len(rows) > SHOWN_ROWS else list(rows)
    left = len(ranked) - SHOWN_ROWS
    yield Table(
        voice.say("Ventilation", "Breakdown"),
        (
            Column(voice.say("Poste", "Item"), 3.0),
            Column("ha", 0.8, "right"),
            Column(voice.say("Valeur", "Value"), 1.1, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.6, "right"),
            Column(voice.say("Unité", "Unit"), 1.0),
            Column(voice.say("Facteurs", "Factors"), 1.2),
        ),
        [_row(material, row) for row in ranked[:SHOWN_ROWS]],
        note=voice.say(
            f"Et {left} autres lignes, moins lourdes : voir l'export XLSX.",
            f"And {left} more rows, lighter: see the XLSX export.",
        )
        if left > 0
        else "",
    )


def _row(material: Material, row: BreakdownRow) -> tuple[str, ...]:
    voice = material.voice
    title = voice.text(row.title)
    if row.value is None and row.reason:
        title = f"{title} ({voice.text(row.reason)})"
    return (
        title,
        voice.exact(row.area) if row.area is not None else "–",
        voice.number(amount(row)),
        voice.bounds(amount(row)),
        voice.unit(row.unit),
        material.references(row.factors) or "–",
    )


def _features(material: Material) -> Iterator[Block]:
    voice, features = material.voice, material.envelope.features
    if not features:
        return
    rows = []
    for each in features[:SHOWN_ROWS]:
        total = next((one for one in each.indicators if one.id == "total"), None)
        rows.append(
            (
                each.id,
                voice.number(amount(total)) if total else "–",
                voice.bounds(amount(total)) if total else "–",
                voice.unit(total.unit) if total else "–",
                voice.text(each.error.message) if each.error else voice.fitness(each.fitness.verdict),
            )
        )
    left = len(features) - SHOWN_ROWS
    yield Table(
        voice.say("Objet par objet", "Feature by feature"),
        (
            Column(voice.say("Objet", "Feature"), 1.4),
            Column("Total", 1.0, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.6, "right"),
            Column(voice.say("Unité", "Unit"), 1.0),
            Column(voice.say("Aptitude", "Fitness"), 2.4),
        ),
        rows,
        note=voice.say(
            f"Et {left} autres objets : voir l'export XLSX.",
            f"And {left} more features: see the XLSX export.",
        )
        if left > 0
        else "",
    )
