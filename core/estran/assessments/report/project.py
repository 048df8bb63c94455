"""What changes with the project, and by how much? Steps 3, 4 and 5 of the guide."""

from collections.abc import Iterator
from math import fsum

from estran.assessments.envelope import BreakdownRow
from estran.assessments.project_inputs import ProjectInputs
from estran.assessments.report.answers import answered_inputs
from estran.assessments.report.blocks import Block, Column, Heading, Paragraph, Table
from estran.assessments.report.charts import doubt_chart, timeline_chart, waterfall_chart, yearly
from estran.assessments.report.front import (
    LESS_THAN_IT_REMOVES,
    MORE_THAN_IT_REMOVES,
    span,
)
from estran.assessments.report.material import Material, Study, amount, figure
from estran.assessments.report.wording import Amount, probability_above
from estran.layers.styles.palette import read_palette

PERCENT = 100.0

NEGLIGIBLE_HA = 1e-6
"""A smaller change is a rounding."""

SOIL_YEARS = "project.soil.gain_years"

SHOWN_YEARS = (1, 2, 5, 10, 20, 30, 40, 50, 60, 80, 100)

ASIDE = ("pv_avoided", "soil_base_carbone")
"""Figures that stand beside the total."""

MARKS = (
    "total_per_floor_area",
    "total_per_inhabitant",
    "first_year_share_of_yearly_cut",
    "mean_annual_share_of_yearly_cut",
    "mean_annual_share_of_footprint",
)


def scenarios(material: Material) -> Iterator[Block]:
    """Yield what is assumed without and with the project."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    yield Heading(material.headings["scenarios"])
    yield Paragraph(
        voice.say(
            "Les deux scénarios ont le même horizon, le même mix d'énergie et les mêmes facteurs. Sans "
            "le projet, "
            "le site reste en l'état, hormis ce que la saisie retire ci-dessous.",
            "Both scenarios share the horizon, the energy mix and the factors. Without the project the "
            "site stays "
            "as it is, but for what the inputs take off below.",
        )
    )
    yield Table(
        voice.say("Ce que deviennent les terres, en ha", "What becomes of the land, in ha"),
        (
            Column(voice.say("Occupation du sol", "Land cover"), 3.0),
            Column(voice.say("Sans projet", "Without project"), 1.0, "right"),
            Column(voice.say("Avec projet", "With project"), 1.0, "right"),
            Column(voice.say("Écart", "Difference"), 1.0, "right"),
        ),
        list(_land_changes(material, study)),
        note=voice.say(
            "Une surface donnée par classe est répartie sur l'occupation actuelle en proportion.",
            "An area given by class is spread over the present land in proportion.",
        ),
    )
    yield Table(
        voice.say("Hypothèses avec projet et leur origine", "Assumptions with the project and their origin"),
        (
            Column(voice.say("Hypothèse", "Assumption"), 2.6),
            Column(voice.say("Valeur", "Value"), 3.0),
            Column(voice.say("Origine", "Origin"), 1.6),
        ),
        answered_inputs(study.project.inputs, voice, names=tuple(ProjectInputs.model_fields)),
        note=voice.say(
            "Les facteurs par défaut sont ceux de l'annexe B, avec leur source.",
            "Default factors are those of annex B, with their source.",
        ),
    )
    yield Paragraph(
        voice.say("Justification du scénario sans projet", "Why the scenario without the project is so"),
        "strong",
    )
    yield Paragraph(material.given("without_project"))
    yield Paragraph(
        voice.say("Justification du mix d'énergie commun", "Why the shared energy mix is so"), "strong"
    )
    yield Paragraph(material.given("energy_mix"))


def significant(material: Material) -> Iterator[Block]:
    """Yield which items weigh enough to be detailed, and why."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    threshold = material.inputs.threshold_percent / PERCENT
    ranked = sorted(study.impact.breakdown, key=lambda row: -abs(row.value or 0.0))
    whole = fsum(abs(row.value or 0.0) for row in ranked)
    rows, covered, kept = [], 0.0, 0
    for row in ranked:
        share = abs(row.value or 0.0) / whole if whole else 0.0
        is_kept = bool(row.value) and covered < threshold
        covered_now = covered + share
        if is_kept:
            kept, covered = kept + 1, covered_now
        rows.append(_significance(material, row, share, is_kept=is_kept, hidden=voice.is_hidden))
    yield Heading(material.headings["significant"])
    limit = voice.share(threshold)
    yield Paragraph(
        voice.say(
            f"{kept} postes représentent {voice.share(covered)} des émissions et absorptions brutes. Le "
            f"guide ne "
            f"fixe pas de seuil : sont retenus, du plus lourd au plus léger, les postes qui couvrent "
            f"ensemble {limit}.",
            f"{kept} items make up {voice.share(covered)} of gross emissions and removals. The guide sets no "
            f"threshold: items are kept from the heaviest on until they cover {limit} together.",
        )
        if kept
        else voice.say("Aucun poste n'émet ni ne capte.", "No item emits or removes.")
    )
    yield Table(
        voice.say("Tous les postes, du plus lourd au plus léger", "All items, the heaviest first"),
        (
            Column(voice.say("Poste", "Item"), 2.4),
            Column(voice.say("Part du brut", "Share of gross"), 0.9, "right"),
            Column(voice.say("Retenu", "Kept"), 0.7),
            Column(voice.say("Pourquoi", "Why"), 3.2),
        ),
        rows,
        note=voice.say(
            "Tous les postes évalués comptent dans le total, retenus ou non.",
            "All evaluated items count in the total, kept or not.",
        ),
    )


def quantities(material: Material) -> Iterator[Block]:
    """Yield the figures: without, with, difference, interval, factors; then their course and their doubt."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    years, impact = study.project.years, study.impact
    total = figure(impact, "total")
    yield Heading(material.headings["quantities"])
    chance = probability_above(amount(total), total.confidence) if total else None
    if total and total.value is not None:
        sure = (
            voice.probability(MORE_THAN_IT_REMOVES, LESS_THAN_IT_REMOVES, chance)
            if chance is not None
            else ""
        )
        said = voice.figure(amount(total), is_signed=True)
        yield Paragraph(
            voice.say(
                f"L'écart entre les deux scénarios est de {said} sur {years} ans"
                if not voice.is_hidden
                else f"L'écart entre les deux scénarios se situe {said} sur {years} ans",
                f"The difference between the scenarios is {said} over {years} years",
            )
            + (voice.say(" ; ", "; ") + sure if sure and not voice.is_hidden else "")
            + "."
        )
    yield _item_table(material, study)
    yield from _beside(material)
    if not voice.is_hidden:
        chart = waterfall_chart(impact.breakdown, impact, voice, subtitle=span(voice, years))
        if chart:
            yield chart
        balance = int(study.project.numbers.value(SOIL_YEARS))
        chart = timeline_chart(impact, years, balance, voice)
        if chart:
            yield chart
            yield _year_table(material, study)
    chart = doubt_chart(impact.uncertainty.shares, voice)
    if chart:
        yield Paragraph(voice.say("D'où vient le doute", "Where the doubt comes from"), "strong")
        yield chart
        yield Paragraph(voice.sentence(impact.uncertainty.note), "note")


def _land_changes(material: Material, study: Study) -> Iterator[tuple[str, ...]]:
    voice, language = material.voice, material.voice.language
    classes = read_palette().land_classes
    types = study.project.numbers.registry.wetland_types

    def name(land_class: str, wetland: str) -> str:
        entry = classes.get(land_class)
        said = entry.label.text(language) if entry else land_class
        return f"{said} ({voice.text(types[wetland].title)})" if wetland in types else voice.say(said, said)

    land = study.project.land.whole
    present: dict[str, list[float]] = {}
    change: dict[str, list[float]] = {}
    for key, area in zip(land.keys, land.areas_ha.tolist(), strict=True):
        present.setdefault(name(key.land_class, key.wetland), []).append(area)
    for parcel in study.project.change.parcels:
        change.setdefault(name(parcel.before.land_class, parcel.before.wetland), []).append(-parcel.area_ha)
        change.setdefault(name(parcel.after.land_class, parcel.after.wetland), []).append(parcel.area_ha)
    for title in dict.fromkeys((*present, *change)):
        first, moved = fsum(present.get(title, ())), fsum(change.get(title, ()))
        last = max(0.0, first + moved)
        sign = "+" if moved > 0 else ""
        said = f"{sign}{voice.exact(moved)}" if abs(moved) > NEGLIGIBLE_HA else "0"
        yield title, voice.exact(first), voice.exact(last if last > NEGLIGIBLE_HA else 0.0), said


def _significance(
    material: Material, row: BreakdownRow, share: float, *, is_kept: bool, hidden: bool
) -> tuple[str, ...]:
    voice = material.voice
    title = voice.text(row.title)
    if row.value is None:
        return (
            title,
            "–",
            "–",
            voice.sentence(row.reason) if row.reason else voice.say("non évalué", "not evaluated"),
        )
    if row.value == 0.0:
        return (
            title,
            voice.share(0.0),
            voice.say("non", "no"),
            voice.say("le projet n'en a pas", "the project has none"),
        )
    shown = voice.say("non donné", "not given") if hidden else voice.share(share)
    why = (
        voice.say("fait partie des postes qui couvrent le seuil", "one of those that cover the threshold")
        if is_kept
        else voice.say("au-delà du seuil", "beyond the threshold")
    )
    return title, shown, voice.say("oui", "yes") if is_kept else voice.say("non", "no"), why


def _item_table(material: Material, study: Study) -> Table:
    voice, impact = material.voice, study.impact
    whole = {row.item: amount(row) for row in study.whole.breakdown} if study.whole else {}
    rows = []
    for row in impact.breakdown:
        each = amount(row)
        item = row.item.removesuffix("_later")
        taken = study.without.get(item)
        with_project = whole.get(row.item, each) if taken else each
        rows.append(
            (
                voice.text(row.title),
                voice.number(taken) if taken else "0",
                voice.number(with_project),
                voice.number(each, is_signed=True),
                voice.bounds(each),
                material.references(row.factors) or "–",
            )
        )
    total = figure(impact, "total")
    last = amount(total) if total else Amount(None, None, None, "tCO2e")
    sums = figure(study.whole, "total") if study.whole else total
    rows.append(
        (
            voice.say(f"Total sur {study.project.years} ans", f"Total over {study.project.years} years"),
            "0" if not study.without else voice.say("voir lignes", "see rows"),
            voice.number(amount(sums)) if sums else "–",
            voice.number(last, is_signed=True),
            voice.bounds(last),
            "",
        )
    )
    unit = voice.unit(last.unit)
    return Table(
        voice.say(
            f"Quantification par poste, {unit} sur {study.project.years} ans",
            f"Quantities by item, {unit} over {study.project.years} years",
        ),
        (
            Column(voice.say("Poste", "Item"), 2.2),
            Column(voice.say("Sans", "Without"), 0.8, "right"),
            Column(voice.say("Avec", "With"), 0.9, "right"),
            Column(voice.say("Écart", "Difference"), 1.0, "right"),
            Column(voice.say("Intervalle de l'écart", "Interval of the difference"), 1.6, "right"),
            Column(voice.say("Facteurs", "Factors"), 1.8),
        ),
        rows,
        note=voice.say(
            "Émission positive, absorption négative. Sans projet, les terres restent en l'état : "
            "l'effet des sols et "
            "de la biomasse est compté comme écart. Les totaux sont calculés avant arrondi. Facteurs : "
            "numéros de "
            "l'annexe B ; † facteur à vérifier.",
            "Emission positive, removal negative. Without the project the land stays as it is: the "
            "effect of soils "
            "and biomass counts as a difference. Totals are computed before rounding. Factors: numbers "
            "of annex B; "
            "† factor to be checked.",
        ),
        strong=(len(rows) - 1,),
    )


def _year_table(material: Material, study: Study) -> Table:
    voice, years = material.voice, study.project.years
    sums = yearly(study.impact.timeline)
    shown = [year for year in SHOWN_YEARS if year < years] + [years]
    rows = []
    for year in shown:
        level = fsum(value for each, value in sums.items() if each <= year)
        alone = Amount(sums.get(year, 0.0), None, None, "tCO2e")
        rows.append(
            (
                str(year),
                voice.number(alone, is_signed=True),
                voice.number(Amount(level, None, None, "tCO2e"), is_signed=True),
            )
        )
    return Table(
        voice.say(
            "L'effet dans le temps, tCO2e (valeurs centrales)", "The effect over time, tCO2e (central values)"
        ),
        (
            Column(voice.say("Année", "Year"), 1.0),
            Column(voice.say("Dans l'année", "In the year"), 1.0, "right"),
            Column(voice.say("Cumul", "Accumulated"), 1.0, "right"),
        ),
        rows,
        note=voice.say(
            "Intervalle inconnu année par année ; celui du total en fin d'horizon est dans le tableau "
            "des postes.",
            "Interval unknown year by year; that of the total at the end stands in the table of items.",
        ),
    )


def _beside(material: Material) -> Iterator[Block]:
    voice, impact = material.voice, material.main
    for names, caption, note in (
        (
            ASIDE,
            voice.say("À côté du total, jamais soustrait", "Beside the total, never taken off"),
            voice.say(
                "Les émissions évitées hors du projet dépendent d'un scénario : elles ne sont pas "
                "soustraites du "
                "bilan.",
                "Emissions avoided outside the project depend on a scenario: they are not taken off.",
            ),
        ),
        (MARKS, voice.say("Repères", "Marks"), ""),
    ):
        found = [each for name in names if (each := figure(impact, name)) is not None]
        if found:
            yield Table(
                caption,
                (
                    Column(voice.say("Figure", "Figure") if not voice.is_french else "Grandeur", 3.6),
                    Column(voice.say("Valeur", "Value"), 1.0, "right"),
                    Column(voice.say("Intervalle", "Interval"), 1.4, "right"),
                    Column(voice.say("Unité", "Unit"), 1.4),
                ),
                [
                    (
                        voice.text(each.title),
                        voice.number(amount(each)),
                        voice.bounds(amount(each)),
                        voice.unit(each.unit),
                    )
                    for each in found
                ],
                note=note,
            )
