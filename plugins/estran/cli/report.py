"""How is an envelope read at a terminal? Indicators with their interval, then what to know about them."""

from rich.console import Console
from rich.table import Table

from estran.assessments.envelope import BreakdownRow, Envelope, Indicator
from estran.assessments.report.wording import Amount, Voice
from estran.carbon.text import Text

INDICATOR = Text("Indicateur", "Indicator")
VALUE = Text("Valeur", "Value")
INTERVAL = Text("Intervalle", "Interval")
UNIT = Text("Unité", "Unit")
FEATURE = Text("Objet", "Feature")
COVERED = Text("Couverture", "Coverage")
FITNESS = Text("Aptitude", "Fitness")
WARNINGS = Text("À savoir", "To know")
SOURCES = Text("Sources", "Sources")
RECEIPT = Text("Reçu", "Receipt")
NOT_EVALUATED = Text("non évalué", "not evaluated")
NO_AREA = Text("sans surface", "no area")
PARTIAL = Text("partiel", "partial")
ITEM = Text("Poste", "Item")
METHOD = Text("Incertitude", "Uncertainty")
MONTE_CARLO = Text("Monte-Carlo, {draws} tirages, graine {seed}", "Monte-Carlo, {draws} draws, seed {seed}")
ANALYTIC = Text("propagation analytique", "analytic propagation")

ITEMS_SHOWN = 15
"""A terminal lists no more items than this, the largest first; the other formats list them all."""

FEATURES_SHOWN = 30
"""A terminal lists no more features than this; the other formats list them all."""


def print_report(envelope: Envelope, console: Console, language: str) -> None:
    """Print an envelope in one language."""
    table = Table(title=envelope.title.read(language), title_justify="left")
    table.add_column(INDICATOR.read(language))
    table.add_column(VALUE.read(language), justify="right")
    table.add_column(
        f"{INTERVAL.read(language)} {_percent(envelope.uncertainty.confidence, language)}", justify="right"
    )
    table.add_column(UNIT.read(language))
    for indicator in envelope.indicators:
        partial = f" ({PARTIAL.read(language)})" if indicator.partial else ""
        table.add_row(
            indicator.title.read(language) + partial,
            *_figure(indicator, language),
        )
    console.print(table)
    if envelope.breakdown:
        console.print(_items(envelope, language))
    if envelope.features:
        console.print(_features(envelope, language))
    share = envelope.coverage.share
    if share is not None or envelope.coverage.layers:
        covered = NO_AREA.read(language) if share is None else _percent(share, language)
        console.print(f"[bold]{COVERED.read(language)}[/bold] {covered}")
    doubt = envelope.uncertainty
    words = ANALYTIC if doubt.method == "analytic" else MONTE_CARLO
    method = words.read(language).format(draws=doubt.draws, seed=doubt.seed)
    console.print(f"[bold]{METHOD.read(language)}[/bold] {method}", highlight=False)
    fitness = envelope.fitness
    console.print(f"[bold]{FITNESS.read(language)}[/bold] {fitness.title.read(language)}")
    for reason in fitness.reasons:
        console.print(f"  - {reason.read(language)}", highlight=False)
    if envelope.warnings:
        console.print(f"[bold]{WARNINGS.read(language)}[/bold]")
    for notice in envelope.warnings:
        place = f" ({notice.where})" if notice.where else ""
        console.print(f"  - {notice.message.read(language)}{place}", highlight=False, markup=False)
    console.print(f"[bold]{SOURCES.read(language)}[/bold] {envelope.terms.attribution}", highlight=False)
    console.print(f"[bold]{RECEIPT.read(language)}[/bold] {envelope.receipt.hash}", highlight=False)


def _features(envelope: Envelope, language: str) -> Table:
    features = envelope.features or ()
    table = Table()
    table.add_column(FEATURE.read(language))
    table.add_column(VALUE.read(language), justify="right")
    table.add_column(INTERVAL.read(language), justify="right")
    table.add_column(UNIT.read(language))
    table.add_column(COVERED.read(language), justify="right")
    table.add_column(FITNESS.read(language))
    for feature in features[:FEATURES_SHOWN]:
        total = feature.indicator("total")
        share = feature.coverage.share
        table.add_row(
            feature.id,
            *_figure(total, language),
            NO_AREA.read(language) if share is None else _percent(share, language),
            (feature.error.message if feature.error else feature.fitness.title).read(language),
        )
    if len(features) > FEATURES_SHOWN:
        table.add_row(f"… +{len(features) - FEATURES_SHOWN}")
    return table


def _items(envelope: Envelope, language: str) -> Table:
    table = Table()
    table.add_column(ITEM.read(language))
    table.add_column(VALUE.read(language), justify="right")
    table.add_column(INTERVAL.read(language), justify="right")
    table.add_column(UNIT.read(language))
    ordered = sorted(envelope.breakdown, key=lambda row: -abs(row.value or 0.0))
    for row in ordered[:ITEMS_SHOWN]:
        table.add_row(row.title.read(language), *_figure(row, language))
    if len(ordered) > ITEMS_SHOWN:
        table.add_row(f"… +{len(ordered) - ITEMS_SHOWN}")
    return table


def _figure(each: Indicator | BreakdownRow, language: str) -> tuple[str, str, str]:
    """The value, the interval and the unit of a figure, with the digits that its interval deserves."""
    voice, unit = Voice(language), each.unit
    if each.value is None:
        return NOT_EVALUATED.read(language), "", voice.unit(unit)
    if each.low is None or each.high is None:
        return voice.exact(each.value), "", voice.unit(unit)
    amount = Amount(each.value, each.low, each.high, unit)
    return voice.number(amount), voice.bounds(amount), voice.unit(unit)


def _percent(share: float, language: str) -> str:
    return f"{share * 100:.0f} %" if language == "fr" else f"{share:.0%}"
