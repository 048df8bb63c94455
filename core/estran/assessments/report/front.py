"""What does a report open with? The cover, and the summary for who reads nothing else."""

from collections.abc import Iterator

from estran.assessments.envelope import Indicator
from estran.assessments.report.blocks import Block, Bullets, Cover, Figures, Heading, Map, Paragraph
from estran.assessments.report.charts import counted, gross_emissions, items_chart
from estran.assessments.report.material import Material, amount, figure
from estran.assessments.report.typography import lowered
from estran.assessments.report.wording import Amount, Voice, probability_above
from estran.carbon.text import Text

DISCLAIMER = Text(
    "Estran estime, il ne mesure pas. Les chiffres s'appuient sur des données publiques et sur vos saisies, "
    "avec leur marge de doute. Ils aident à comparer et à décider tôt ; ils ne remplacent ni un relevé de "
    "terrain, ni l'avis de l'autorité environnementale.",
    "Estran estimates, it does not measure. The figures rest on public data and on what you entered, with "
    "their margin of doubt. They help to compare and to decide early; they replace neither a field survey "
    "nor the opinion of the environmental authority.",
)

CARDS = {
    "total": (
        Text("En tout, sur {years} ans", "In all, over {years} years"),
        Text("chantier, usage et sols", "works, use and soils"),
    ),
    "pulse": (
        Text("Dont ponctuel", "Of which one-off"),
        Text("chantier, sols, arbres", "works, soils, trees"),
    ),
    "mean_annual": (
        Text("Puis chaque année", "Then each year"),
        Text("énergie, déplacements, croissance", "energy, trips, growth"),
    ),
}
"""The three figures of a project: label and what they hold."""

FIRST_ITEMS = 2
"""Items that the opening sentence names."""

MORE_THAN_IT_REMOVES = Text("le projet émet plus qu'il ne capte", "the project emits more than it removes")
LESS_THAN_IT_REMOVES = Text("le projet capte plus qu'il n'émet", "the project removes more than it emits")


def cover(material: Material) -> Iterator[Block]:
    """Yield the first page."""
    voice, inputs = material.voice, material.inputs
    receipt = material.envelope.receipt
    study = material.study
    kind = (
        voice.say(
            f"Volet « émissions de gaz à effet de serre » : {material.name}, {material.communes}",
            f"Greenhouse gas part: {material.name}, {material.communes}",
        )
        if study
        else f"{material.name}, {material.communes}"
    )
    rows = [
        (voice.say("Maître d'ouvrage", "Project owner"), inputs.owner or voice.todo),
        (voice.say("Auteur", "Author"), inputs.author or voice.todo),
        (voice.say("Commune", "Commune"), material.communes),
        (voice.say("Date", "Date"), day(material)),
        (voice.say("Version du document", "Version of the document"), inputs.version or voice.todo),
        (voice.say("Reçu du calcul", "Receipt"), f"{receipt.hash[:8]} ({receipt.process} {receipt.version})"),
    ]
    if study and study.name:
        rows.insert(3, (voice.say("Variante retenue", "Variant kept"), study.name))
    if receipt.replay and len(receipt.replay) < 100:
        rows.append((voice.say("Rejouer le calcul", "Replay"), receipt.replay))
    heading = voice.say(
        "Prise en compte des émissions de gaz à effet de serre", "Account of greenhouse gas emissions"
    )
    yield Cover(
        title=heading
        if study
        else voice.say(
            "Réponse d'Estran, avec sources et limites", "Answer of Estran, with sources and limits"
        ),
        subtitle=kind,
        rows=rows,
        verdict=voice.fitness(material.main.fitness.verdict),
        disclaimer=voice.text(DISCLAIMER),
    )


def summary(material: Material, site: Map | None) -> Iterator[Block]:
    """Yield the summary of a project: sentence, three figures, verdict, items, what is not counted."""
    study, voice = material.study, material.voice
    if study is None:
        return
    impact, years = study.impact, study.project.years
    yield Heading(material.headings["summary"])
    yield Paragraph(opening(material), "lead")
    yield Figures([_card(voice, impact_figure, years) for impact_figure in _three(material)])
    yield Paragraph(verdict(material), "box")
    if not voice.is_hidden:
        chart = items_chart(
            impact.breakdown,
            voice,
            subtitle=span(voice, years),
            confidence=impact.uncertainty.confidence,
        )
        if chart:
            yield chart
    yield Paragraph(voice.say("Ce qui n'est pas compté", "What is not counted"), "strong")
    yield Bullets(not_counted(material))
    if site:
        yield site


def opening(material: Material) -> str:
    """Return the sentence that says it all."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    total, years = figure(study.impact, "total"), study.project.years
    if total is None or total.value is None:
        reason = voice.text(total.reason) if total and total.reason else ""
        return voice.say(
            f"L'effet du projet n'est pas évalué : {reason}.",
            f"The effect of the project is not evaluated: {reason}.",
        )
    if voice.is_hidden:
        return voice.say(
            f"Sur {years} ans, l'effet du projet se situerait {voice.figure(amount(total))} : les données ne "
            "sont pas faites pour cette échelle, aucune valeur centrale n'est donnée.",
            f"Over {years} years, the effect of the project would lie {voice.figure(amount(total))}: "
            f"the data "
            "are not made for this scale, no central value is given.",
        )
    adds = total.value >= 0.0
    size = amount(total) if adds else _opposite(total)
    said = voice.figure(size)
    heavy = [row for row in counted(study.impact.breakdown) if (row.value or 0.0) > 0.0]
    whole = gross_emissions(heavy)
    parts = [
        f"{lowered(voice.text(row.title))} ({voice.share((row.value or 0.0) / whole)})"
        for row in heavy[:FIRST_ITEMS]
    ]
    named = voice.say(" et ", " and ").join(parts)
    fr = f"Sur {years} ans, le projet {'ajouterait' if adds else 'retirerait'} environ {said}"
    en = f"Over {years} years, the project would {'add' if adds else 'remove'} about {said}"
    fr += f". Principales émissions brutes : {named}." if parts else "."
    en += f". Main gross emissions: {named}." if parts else "."
    return voice.say(fr, en)


def verdict(material: Material) -> str:
    """Return how far the figures may be trusted, and how sure their sign is."""
    voice, main = material.voice, material.main
    said = [voice.fitness(main.fitness.verdict) + "."]
    said += [voice.sentence(reason) for reason in main.fitness.reasons]
    total = figure(main, "total")
    chance = probability_above(amount(total), total.confidence) if total and material.study else None
    if chance is not None and not voice.is_hidden:
        words = voice.probability(MORE_THAN_IT_REMOVES, LESS_THAN_IT_REMOVES, chance)
        said.append(f"{words[:1].upper()}{words[1:]}.")
    return " ".join(said)


def not_counted(material: Material) -> list[str]:
    """Return what the figures leave out, and why."""
    voice, main = material.voice, material.main
    codes = {"not-counted", "partial-total", "no-data", "partly-outside", "outside-territory"}
    found = [voice.sentence(each.message) for each in main.warnings if each.code in codes]
    found += [
        f"{voice.text(row.title)} : {voice.sentence(row.reason)}"
        if voice.is_french
        else f"{voice.text(row.title)}: {voice.sentence(row.reason)}"
        for row in main.breakdown
        if row.value is None and row.reason
    ]
    found += [
        f"{voice.text(each.title)} : {voice.sentence(each.reason)}"
        for each in main.indicators
        if each.value is None and each.reason and each.id != "total"
    ]
    return list(dict.fromkeys(found)) or [
        voice.say(
            "Rien de ce que le calcul devait compter ne manque.", "Nothing that should count is missing."
        )
    ]


def span(voice: Voice, years: int, unit: str = "tCO2e") -> str:
    """Return the quantity, the unit and the horizon of what is shown."""
    return voice.say(
        f"Écart avec la situation sans projet, {unit}, sur {years} ans",
        f"Difference with the situation without the project, {unit}, over {years} years",
    )


def day(material: Material) -> str:
    """Return the date of the document."""
    date = material.date
    return f"{date:%d/%m/%Y}" if material.voice.is_french else f"{date.day} {date:%B %Y}"


def _three(material: Material) -> list[Indicator]:
    return [each for name in CARDS if (each := figure(material.main, name)) is not None]


def _card(voice: Voice, indicator: Indicator, years: int) -> dict[str, str]:
    label, holds = CARDS[indicator.id]
    each = amount(indicator)
    label = Text(label.fr.format(years=years), label.en.format(years=years))
    shown = voice.number(each, is_signed=True)
    hidden = voice.is_hidden or each.value is None
    return {
        "label": voice.text(label),
        "value": shown if hidden else f"{shown}\u00a0{voice.unit(each.unit)}",
        "interval": "" if each.value is None else f"{voice.between(each)}\u00a0{voice.unit(each.unit)}",
        "holds": voice.text(holds),
    }


def _opposite(indicator: Indicator) -> Amount:
    low = None if indicator.high is None else -indicator.high
    high = None if indicator.low is None else -indicator.low
    return Amount(-(indicator.value or 0.0), low, high, indicator.unit)
