"""Where does every figure come from? Method, factors, layers, limits, inputs, receipt."""

import json
from collections.abc import Iterator

from estran.assessments.envelope import FactorUse
from estran.assessments.report.answers import answered_inputs
from estran.assessments.report.blocks import Block, Bullets, Column, Heading, Paragraph, Table
from estran.assessments.report.material import Material
from estran.assessments.report.wording import Amount
from estran.carbon.text import Text

METHOD: tuple[Text, ...] = (
    Text(
        "Chaque poste est une quantité d'activité multipliée par un facteur ; la somme des postes est "
        "l'écart entre la situation avec projet et la situation sans projet.",
        "Each item is an amount of activity times a factor; the sum of the items is the difference "
        "between the situation with the project and the one without it.",
    ),
    Text(
        "Sols et biomasse : surface vraie de chaque classe × (densité avant − densité après) × 44/12. "
        "Une perte compte la première année, un gain s'étale sur des années ; le N2O suit le carbone "
        "perdu par le sol.",
        "Soils and biomass: true area of each class × (density before − density after) × 44/12. A loss "
        "counts in the first year, a gain is spread over years; N2O follows the carbon that the soil loses.",
    ),
    Text(
        "Construction, voirie, stationnement, démolition : surface ou places × facteur, comptés la "
        "première année. Énergie et déplacements : chaque année de l'horizon.",
        "Construction, roads, parking, demolition: area or spaces × factor, counted in the first year. "
        "Energy and trips: every year of the horizon.",
    ),
    Text(
        "Double compte : chaque mètre carré du contour compte une fois ; l'électricité solaire évitée "
        "ailleurs n'est pas soustraite ; les déplacements qui auraient lieu de toute façon sont retirés "
        "quand ils sont déclarés ; empreinte et inventaire ne s'additionnent jamais.",
        "Double counting: each square metre counts once; solar electricity avoided elsewhere is not "
        "taken off; trips that would be made anyway are taken off when declared; footprint and "
        "inventory never add up.",
    ),
    Text(
        "Arrondi : une valeur et ses bornes sont arrondies au cinquième de la largeur de l'intervalle, "
        "ramené à une puissance de dix ; sans intervalle, deux chiffres significatifs.",
        "Rounding: a value and its bounds are rounded to a fifth of the width of the interval, brought "
        "to a power of ten; without interval, two significant digits.",
    ),
)

LONGEST_JSON = 6_000
"""Characters of the raw inputs, at most; the whole stands in the link of the receipt."""

BYTES_PER_MB = 1e6

REPEATED = frozenset({"synthetic", "working-uncertainty", "wide-uncertainty", "partial-total"})
"""Warnings of which those of the main answer are enough."""


def annexes(material: Material) -> Iterator[Block]:
    """Yield the annexes A to F."""
    voice = material.voice
    yield Heading(material.headings["method"])
    if material.study:
        yield Bullets([voice.text(each) for each in METHOD])
    yield Paragraph(voice.sentence(material.main.uncertainty.note))
    if material.study:
        yield Paragraph(
            voice.say(
                "Le plan suit les étapes du guide « Prise en compte des émissions de gaz à effet de "
                "serre dans les "
                "études d'impact » (CGDD et Citepa, 2022) ; les titres sont de ce rapport.",
                "The outline follows the steps of the guide on greenhouse gases in impact studies (CGDD "
                "and Citepa, "
                "2022); the headings are of this report.",
            ),
            "note",
        )
    yield from _factors(material)
    yield from _layers(material)
    yield from _limits(material)
    yield from _inputs(material)
    yield from _receipt(material)


def _factors(material: Material) -> Iterator[Block]:
    voice = material.voice
    yield Heading(material.headings["factors"])
    unchecked = sum(not factor.checked for factor in material.factors)
    replaced = sum(factor.overridden for factor in material.factors)
    yield Paragraph(
        voice.say(
            f"{len(material.factors)} facteurs ; {unchecked} à vérifier dans leur source (†) ; "
            f"{replaced} remplacés "
            "par le territoire ou la requête (‡).",
            f"{len(material.factors)} factors; {unchecked} to be checked in their source (†); "
            f"{replaced} replaced by "
            "the territory or the request (‡).",
        )
    )
    yield Table(
        voice.say("Facteurs", "Factors"),
        (
            Column(voice.say("N°", "No."), 0.62),
            Column(voice.say("Facteur et identifiant", "Factor and identifier"), 3.0),
            Column(voice.say("Valeur", "Value"), 1.0, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.3, "right"),
            Column(voice.say("Unité", "Unit"), 1.2),
            Column(voice.say("Source, année, licence", "Source, year, licence"), 3.2),
        ),
        [_factor(material, rank, factor) for rank, factor in enumerate(material.factors, start=1)],
    )


def _factor(material: Material, rank: int, factor: FactorUse) -> tuple[str, ...]:
    voice = material.voice
    marks = ("" if factor.checked else "†") + ("‡" if factor.overridden else "")
    known = Amount(factor.value, factor.low, factor.high, factor.unit)
    value = factor.day or voice.exact(factor.value)
    bounds = "–"
    if factor.low is not None and factor.high is not None and factor.low != factor.high:
        bounds = f"[{voice.exact(known.low)}{voice.say(' ; ', '; ')}{voice.exact(known.high)}]"
    elif factor.sd:
        bounds = f"σ = {voice.exact(factor.sd)}"
    source = f"{voice.say(factor.source_fr, factor.source)}, {factor.year}, {factor.licence}"
    if factor.overridden and factor.reason:
        source += voice.say(f" ; remplacé : {factor.reason}", f"; replaced: {factor.reason}")
    return (
        f"F{rank}{marks}",
        f"{voice.text(factor.title)}\n{factor.id}",
        value,
        bounds,
        voice.unit(factor.unit),
        source,
    )


def _layers(material: Material) -> Iterator[Block]:
    voice, terms = material.voice, material.envelope.terms
    yield Heading(material.headings["layers"])
    yield Table(
        voice.say("Couches et tables lues", "Layers and tables read"),
        (
            Column(voice.say("Donnée", "Data"), 2.6),
            Column(voice.say("Millésime", "Vintage"), 0.9),
            Column(voice.say("Licence", "Licence"), 0.9),
            Column(voice.say("Attribution", "Attribution"), 3.2),
        ),
        [
            (
                voice.text(source.title)
                + (voice.say(" ■ démonstration", " ■ demonstration") if source.synthetic else ""),
                source.vintage,
                source.licence,
                source.attribution,
            )
            for source in material.sources
        ],
    )
    yield Paragraph(
        voice.say(
            f"Conditions qui en découlent : {terms.title.fr} ({', '.join(terms.licences)}).",
            f"Terms that follow: {terms.title.en} ({', '.join(terms.licences)}).",
        )
    )


def _limits(material: Material) -> Iterator[Block]:
    voice, main = material.voice, material.main
    yield Heading(material.headings["limits"])
    coverage = main.coverage
    if coverage.share is not None:
        missing = max(0.0, 1.0 - coverage.share)
        said = voice.say(
            f"{voice.share(coverage.share)} de la surface est décrite par une couche",
            f"{voice.share(coverage.share)} of the area is described by a layer",
        )
        if missing > 1e-6:
            said += voice.say(
                f" ; {voice.share(missing)} de la surface sans donnée, non comptés",
                f"; {voice.share(missing)} of the area without data, not counted",
            )
        yield Paragraph(f"{said}.")
    yield Paragraph(voice.fitness(main.fitness.verdict), "strong")
    yield Bullets([voice.sentence(reason) for reason in main.fitness.reasons])
    yield Paragraph(voice.say("Avertissements", "Warnings"), "strong")
    found = dict.fromkeys(
        voice.sentence(each.message)
        for answer in material.answers
        for each in answer.warnings
        if answer is material.main or each.code not in REPEATED
    )
    yield Bullets(list(found) or [voice.say("Aucun.", "None.")])


def _inputs(material: Material) -> Iterator[Block]:
    voice = material.voice
    yield Heading(material.headings["inputs"])
    if material.request.is_private:
        yield Paragraph(
            voice.say(
                "Les saisies sont privées : elles ne sont pas reprises.",
                "The inputs are private: not repeated.",
            )
        )
        return
    yield Table(
        voice.say("Saisies et valeurs par défaut", "Inputs and defaults"),
        (
            Column(voice.say("Entrée", "Input"), 2.4),
            Column(voice.say("Valeur", "Value"), 3.2),
            Column(voice.say("Origine", "Origin"), 1.5),
        ),
        answered_inputs(material.request, voice),
    )
    raw = json.dumps(
        material.request.model_dump(mode="json", exclude_defaults=True, exclude={"geometry"}),
        ensure_ascii=False,
    )
    if len(raw) > LONGEST_JSON:
        raw = raw[:LONGEST_JSON] + "…"
    yield Paragraph(
        voice.say(
            "Saisies telles que reçues, sans la géométrie :", "Inputs as received, without the geometry:"
        ),
        "note",
    )
    yield Paragraph(raw, "code")


def _receipt(material: Material) -> Iterator[Block]:
    voice, envelope = material.voice, material.envelope
    receipt = envelope.receipt
    yield Heading(material.headings["receipt"])
    yield Paragraph(
        voice.say(
            "Le reçu résume les données, les facteurs et la méthode. Le même reçu redonne le même résultat.",
            "The receipt sums up data, factors and method. The same receipt gives the same result again.",
        )
    )
    rows = [
        (voice.say("Reçu", "Receipt"), receipt.hash),
        (voice.say("Processus", "Process"), f"{receipt.process} {receipt.version}"),
        (voice.say("Saisies (SHA-256)", "Inputs (SHA-256)"), receipt.inputs),
        (voice.say("Facteurs", "Factors"), receipt.factors),
        *((f"{voice.say('Couche', 'Layer')} {name}", version) for name, version in receipt.layers.items()),
        (
            voice.say("Données lues", "Data read"),
            voice.exact(envelope.cost.bytes_read / BYTES_PER_MB, voice.say("Mo", "MB")),
        ),
    ]
    yield Table(
        voice.say("Reçu et versions", "Receipt and versions"),
        (Column(voice.say("Quoi", "What"), 1.4), Column(voice.say("Valeur", "Value"), 4.0)),
        rows,
    )
    if receipt.replay:
        yield Paragraph(
            voice.say("Calcul reproductible : ", "Computation to replay: ") + receipt.replay, "link"
        )
    else:
        yield Paragraph(
            voice.say(
                "Ce calcul n'a pas de lien : ses saisies sont privées, ou trop longues pour un lien.",
                "This computation has no link: its inputs are private, or too long for a link.",
            )
        )
