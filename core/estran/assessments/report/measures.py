"""What is done about it, and does it fit the path to neutrality? Steps 6 and 7 of the guide, and after."""

from collections.abc import Iterator

from estran.assessments.envelope import Indicator
from estran.assessments.report.blocks import Block, Bullets, Column, Heading, Paragraph, Table
from estran.assessments.report.charts import path_chart, variants_chart
from estran.assessments.report.front import span
from estran.assessments.report.material import Material, Study, amount, figure
from estran.assessments.report.wording import SURE, Voice
from estran.carbon.text import Text

KINDS = {
    "avoid": Text("Éviter", "Avoid"),
    "reduce": Text("Réduire", "Reduce"),
    "offset": Text("Compenser", "Offset"),
}

SHARE = "first_year_share_of_yearly_cut"

SHOWN_WETLANDS = 8


def measures(material: Material) -> Iterator[Block]:
    """Yield the measures to avoid, reduce and offset, and what the variants change."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    yield Heading(material.headings["measures"])
    if study.comparison is not None:
        yield from _variants(material, study)
    else:
        yield Paragraph(
            voice.say(
                "Aucune variante n'est comparée dans ce rapport ; le processus `compare-scenarios` en "
                "compare de 2 à 5.",
                "This report compares no variant; the process `compare-scenarios` compares 2 to 5 of them.",
            )
        )
    yield from _at_stake(material, study)
    todo = voice.todo_short
    rows = [
        (
            each.title,
            voice.text(KINDS[each.kind]),
            each.effect or voice.say("non évalué", "not evaluated"),
            each.pilot or todo,
            each.indicator or todo,
            each.due or todo,
        )
        for each in material.inputs.measures
    ] or [(todo, voice.text(kind), todo, todo, todo, todo) for kind in KINDS.values()]
    yield Table(
        voice.say("Mesures éviter, réduire, compenser", "Measures to avoid, reduce, offset"),
        (
            Column(voice.say("Mesure", "Measure"), 2.2),
            Column(voice.say("Type", "Kind"), 1.1),
            Column(voice.say("Effet et intervalle", "Effect and interval"), 1.8),
            Column(voice.say("Pilote", "In charge"), 1.5),
            Column(voice.say("Indicateur", "Indicator"), 1.5),
            Column(voice.say("Échéance", "Date"), 1.4),
        ),
        rows,
    )
    yield Paragraph(
        voice.say("Solutions examinées et raisons du choix", "Solutions examined and why this one"), "strong"
    )
    yield Paragraph(material.given("solutions_examined"))
    total = figure(study.impact, "total")
    if total and total.value is not None:
        said = voice.figure(amount(total), is_signed=True)
        yield Paragraph(
            voice.say(
                f"La compensation ne porte que sur l'effet résiduel, {said} sur {study.project.years} "
                f"ans, après "
                "évitement et réduction ; elle n'est pas une réduction.",
                f"Offsetting only bears on the residual effect, {said} over {study.project.years} "
                f"years, once "
                "avoided and reduced; it is not a reduction.",
            )
        )
    yield Paragraph(material.given("residual_effect"))


def neutrality(material: Material) -> Iterator[Block]:
    """Yield how the project stands against the path of the territory."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    yield Heading(material.headings["neutrality"])
    share = figure(study.impact, SHARE)
    if share and share.value is not None:
        said = voice.number(amount(share))
        unit = "\u00a0%" if voice.is_french else "%"
        bounds = voice.between(amount(share))
        mean = figure(study.impact, "mean_annual_share_of_yearly_cut")
        later_fr = later_en = ""
        if mean and mean.value is not None:
            value, interval = voice.number(amount(mean)), voice.between(amount(mean))
            later_fr = f" ; ensuite, {value}{unit} en moyenne annuelle ({interval}{unit})"
            later_en = f"; then {value}{unit} on yearly average ({interval}{unit})"
        yield Paragraph(
            voice.say(
                f"Les émissions brutes de la première année représentent {said}{unit} ({bounds}{unit}) "
                f"de la baisse "
                f"annuelle attendue du territoire{later_fr}.",
                f"Gross emissions of the first year are {said}{unit} ({bounds}{unit}) of the yearly cut "
                f"that the "
                f"territory needs{later_en}.",
            )
        )
    if study.trajectory is not None:
        chart = path_chart(study.trajectory, voice)
        if chart:
            yield chart
        yield _figures(
            material,
            list(study.trajectory.indicators),
            voice.say("Le territoire et ses objectifs", "The territory and its targets"),
        )
        yield Bullets(
            [
                voice.sentence(each.message)
                for each in study.trajectory.warnings
                if each.code != "working-uncertainty"
            ]
        )
    else:
        yield Paragraph(
            voice.say(
                "Aucun objectif du territoire n'est connu de ce serveur : la part de la baisse attendue "
                "n'est pas "
                "évaluée.",
                "This server knows no target of the territory: the share of the cut is not evaluated.",
            )
        )
    yield Paragraph(
        voice.say(
            "Compatibilité avec la SNBC en vigueur, le PCAET et la neutralité, justifiée comme suit :",
            "Consistency with the national strategy, the local plan and neutrality, justified as follows:",
        ),
        "strong",
    )
    yield Paragraph(material.given("neutrality"))


def follow_up(material: Material) -> Iterator[Block]:
    """Yield the indicators to follow, and what is out of the tool's reach."""
    voice, todo = material.voice, material.voice.todo_short
    yield Heading(material.headings["follow_up"])
    indicators = (
        Text("Surfaces de plancher et structure réalisées", "Floor areas and structure as built"),
        Text("Énergie mesurée par usage", "Energy metered by use"),
        Text("Déplacements et parts modales", "Trips and modal shares"),
        Text("Surfaces désimperméabilisées et plantées", "Areas unsealed and planted"),
    )
    yield Table(
        voice.say("Indicateurs de suivi", "Indicators to follow"),
        (
            Column(voice.say("Indicateur", "Indicator"), 2.4),
            Column(voice.say("Fréquence", "Frequency"), 1.2),
            Column(voice.say("Source", "Source"), 1.2),
            Column(voice.say("Responsable", "In charge"), 1.2),
        ),
        [(voice.text(each), todo, todo, todo) for each in indicators],
    )
    yield Paragraph(
        voice.say(
            f"Le bilan sera recalculé au permis, à la livraison et après deux ans d'usage, avec le reçu "
            f"{material.receipt}.",
            f"The figures will be computed again at the permit, on delivery and after two years of use, "
            f"with receipt "
            f"{material.receipt}.",
        )
    )
    yield Paragraph(material.given("follow_up"))
    yield Heading(material.headings["vulnerability"])
    yield Paragraph(
        voice.say(
            "La vulnérabilité du projet au changement climatique (R.122-5) n'est pas traitée par cet outil.",
            "The vulnerability of the project to climate change (R.122-5) is not dealt with by this tool.",
        ),
        "box",
    )


def _variants(material: Material, study: Study) -> Iterator[Block]:
    voice, comparison = material.voice, study.comparison
    assert comparison is not None  # noqa: S101 - for the type checker
    letters = "abcde"
    names = dict(zip(letters, study.variants, strict=False))
    rows = []
    for letter, name in names.items():
        total, difference = figure(comparison, f"total_{letter}"), figure(comparison, f"difference_{letter}")
        chance = figure(comparison, f"probability_lower_{letter}")
        rows.append(
            (
                name + (voice.say(" (retenue)", " (kept)") if name == study.name else ""),
                voice.number(amount(total), is_signed=True) if total else "–",
                voice.bounds(amount(total)) if total else "–",
                voice.number(amount(difference), is_signed=True) if difference else "–",
                voice.bounds(amount(difference)) if difference else "–",
                _chance(chance, voice),
            )
        )
    years = study.project.years
    yield Table(
        voice.say(f"Variantes, tCO2e sur {years} ans", f"Variants, tCO2e over {years} years"),
        (
            Column(voice.say("Variante", "Variant"), 2.0),
            Column("Total", 1.0, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.5, "right"),
            Column(voice.say(f"Écart avec {study.variants[0]}", f"Minus {study.variants[0]}"), 1.1, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.5, "right"),
            Column(voice.say("Probabilité d'émettre moins", "Probability of emitting less"), 1.3, "right"),
        ),
        rows,
        note=voice.say(
            "L'écart, et non les totaux, départage : les variantes partagent les mêmes tirages.",
            "The difference, not the totals, decides: variants share the same draws.",
        ),
    )
    if not voice.is_hidden:
        differences = [
            (name, amount(each))
            for letter, name in names.items()
            if (each := figure(comparison, f"difference_{letter}")) is not None
        ]
        chart = variants_chart(differences, study.variants[0], voice, subtitle=span(voice, years))
        if chart:
            yield chart
    verdicts = [
        voice.sentence(each.message) for each in comparison.warnings if each.code.startswith("verdict-")
    ]
    if verdicts:
        yield Bullets(verdicts)


def _chance(chance: Indicator | None, voice: Voice) -> str:
    """A probability: never told as certain."""
    if chance is None or chance.value is None:
        return "–"
    if chance.value > SURE:
        return f"> {voice.share(SURE)}"
    if chance.value < 1.0 - SURE:
        return f"< {voice.share(1.0 - SURE)}"
    return voice.share(chance.value)


def _at_stake(material: Material, study: Study) -> Iterator[Block]:
    """What the wetlands of the place could become: to be avoided first."""
    voice = material.voice
    found = [each.message for each in study.impact.warnings if each.code == "wetland-lost"]
    if found:
        yield Paragraph(" ".join(voice.sentence(message) for message in found), "warning")
    if study.wetlands is None or not study.wetlands.ranking:
        return
    ranked = study.wetlands.ranking[:SHOWN_WETLANDS]
    yield Table(
        voice.say(
            "Zones humides en jeu, dans l'ordre où les regarder",
            "Wetlands at stake, in the order to look at them",
        ),
        (
            Column(voice.say("Rang", "Rank"), 0.6, "right"),
            Column(voice.say("Zone humide", "Wetland"), 3.0),
            Column(voice.say("Valeur", "Value"), 1.0, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.5, "right"),
            Column(voice.say("Unité", "Unit"), 1.0),
        ),
        [
            (
                str(each.rank),
                voice.text(each.title) if each.title else f"{each.layer} {each.id}",
                voice.number(amount(each)),
                voice.bounds(amount(each)),
                voice.unit(each.unit),
            )
            for each in ranked
        ],
    )


def _figures(material: Material, indicators: list[Indicator], caption: str) -> Table:
    voice = material.voice
    return Table(
        caption,
        (
            Column(voice.say("Grandeur", "Figure"), 3.4),
            Column(voice.say("Valeur", "Value"), 1.1, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.8, "right"),
            Column(voice.say("Unité", "Unit"), 1.0),
        ),
        [
            (
                voice.text(each.title),
                voice.number(amount(each)),
                voice.bounds(amount(each)),
                voice.unit(each.unit),
            )
            for each in indicators
        ],
    )
