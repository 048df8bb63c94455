"""What is assessed, and what is there today? Steps 1 and 2 of the guide."""

from collections.abc import Iterator, Sequence
from math import fsum

from estran.assessments.envelope import BreakdownRow, Envelope
from estran.assessments.project_case import ITEMS, LATER
from estran.assessments.report.blocks import Block, Bullets, Column, Heading, Map, Paragraph, Table
from estran.assessments.report.front import not_counted
from estran.assessments.report.material import Material, Study, amount, figure
from estran.assessments.report.typography import lowered
from estran.assessments.report.wording import Amount
from estran.carbon.text import Text

GASES: tuple[tuple[str, Text], ...] = (
    (
        "CO2",
        Text(
            "oui : énergie, matériaux, déplacements, sols, biomasse",
            "yes: energy, materials, trips, soils, biomass",
        ),
    ),
    (
        "CH4",
        Text(
            "oui, compris dans les facteurs en équivalent CO2 et dans les zones humides",
            "yes, within factors in CO2 equivalent and in wetlands",
        ),
    ),
    (
        "N2O",
        Text(
            "oui : sols perdus, et dans les facteurs en équivalent CO2",
            "yes: lost soils, and within factors in CO2 equivalent",
        ),
    ),
    (
        "HFC, PFC, SF6, NF3",
        Text(
            "seulement ce que contiennent les facteurs de construction et d'énergie "
            "; les fuites du site ne sont pas évaluées",
            "only what the factors of construction and energy hold; leaks on site are not evaluated",
        ),
    ),
)

STAGES: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        Text("Travaux", "Works"),
        ("demolition", "soil", "n2o", "biomass", "construction", "parking", "road", "trees"),
    ),
    (Text("Exploitation", "Operation"), ("operation", "mobility", "renewal")),
    (Text("Fin de vie", "End of life"), ()),
)


def perimeter(material: Material, situation: Map | None) -> Iterator[Block]:
    """Yield the scope: gases, stages of life, area, horizon."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    years = study.project.years
    yield Heading(material.headings["perimeter"])
    area = voice.exact(study.project.land.whole.geometry_ha, "ha")
    confidence = f"{100 * material.main.uncertainty.confidence:.0f}"
    yield Paragraph(
        voice.say(
            f"Le site couvre {area} à {material.communes}. L'évaluation porte sur {years} ans, des travaux à "
            "l'exploitation. Les gaz sont ramenés à l'équivalent CO2 par leur pouvoir de réchauffement à "
            f"100 ans (PRG à 100 ans, GIEC). Les intervalles sont donnés à {confidence} %.",
            f"The site covers {area} in {material.communes}. The assessment spans {years} years, from "
            f"works to "
            "operation. Gases are brought to CO2 equivalent by their warming potential over 100 years "
            "(GWP100, "
            f"IPCC). Intervals are given at {confidence}%.",
        )
    )
    yield Table(
        voice.say("Gaz à effet de serre couverts", "Greenhouse gases covered"),
        (Column(voice.say("Gaz", "Gas"), 1.0), Column(voice.say("Couvert", "Covered"), 4.0)),
        [(voice.say(gas, gas), voice.text(said)) for gas, said in GASES],
    )
    yield Table(
        voice.say("Postes évalués, par étape de vie", "Items evaluated, by stage of life"),
        (
            Column(voice.say("Étape", "Stage"), 1.0),
            Column(voice.say("Postes évalués", "Items evaluated"), 2.6),
            Column(voice.say("Sans objet ou non évalués", "None or not evaluated"), 2.4),
        ),
        [_stage(material, title, items) for title, items in STAGES],
        note=voice.say(
            "La fin de vie des bâtiments est comprise dans les seuils de la RE2020 pris pour facteurs de "
            "construction ; elle n'est pas donnée à part. La démolition de l'existant compte dans les "
            "travaux.",
            "The end of life of buildings is within the RE2020 ceilings taken as construction factors; "
            "it is not "
            "given apart. Demolition of existing buildings counts in the works.",
        ),
    )
    yield Paragraph(
        voice.say("Les éléments suivants ne sont pas comptés :", "The following does not count:"), "strong"
    )
    yield Bullets(not_counted(material))
    if situation:
        yield situation
    yield Paragraph(
        voice.say(
            "Aire d'influence : les déplacements, les matériaux et l'énergie sont comptés où qu'ils "
            "émettent ; "
            "les sols, la biomasse et les zones humides le sont dans le contour.",
            "Area of influence: trips, materials and energy count wherever they emit; soils, biomass "
            "and wetlands "
            "count within the outline.",
        )
    )


def present(
    material: Material, land_cover: Map | None, wetlands: Map | None, failures: Sequence[str]
) -> Iterator[Block]:
    """Yield what the site holds and exchanges today."""
    study, voice = material.study, material.voice
    assert study is not None  # noqa: S101 - for the type checker
    yield Heading(material.headings["present"])
    yield Paragraph(_stock_sentence(material, study))
    if land_cover:
        yield land_cover
    yield from _land_tables(material, study)
    if wetlands:
        yield wetlands
    else:
        yield Paragraph(
            voice.say(
                "Zones humides : aucune n'est décrite par les couches dans l'emprise de la carte. Cela "
                "ne vaut pas "
                "inventaire de terrain.",
                "Wetlands: the layers describe none within the map. This is not a field survey.",
            )
        )
    yield from _wetland_table(material, study)
    for failure in failures:
        yield Paragraph(voice.say(f"Carte non dessinée : {failure}.", f"Map not drawn: {failure}."), "note")
    yield Paragraph(voice.say("Émissions actuelles sur le site", "Present emissions on the site"), "strong")
    yield Paragraph(material.given("present_emissions"))
    yield Paragraph(
        voice.say(
            "Contexte de planification (SNBC, SRADDET, SCoT, PCAET)",
            "Planning context (SNBC, SRADDET, SCoT, PCAET)",
        ),
        "strong",
    )
    yield Paragraph(material.given("planning_context"))


def _stage(material: Material, title: Text, items: Sequence[str]) -> tuple[str, str, str]:
    voice = material.voice
    rows = [row for row in material.main.breakdown if row.item.partition(".")[0].partition("_")[0] in items]
    weighed = list(dict.fromkeys(_base_title(material, row) for row in rows if row.value))
    others = dict.fromkeys(
        _base_title(material, row)
        + (voice.say(" (non évalué)", " (not evaluated)") if row.value is None else "")
        for row in rows
        if not row.value
    )
    nothing = voice.say("non donnée à part", "not given apart") if not items else "–"
    left = [name for name in others if name not in weighed]
    return voice.text(title), ", ".join(weighed) or nothing, ", ".join(left) or "–"


def _base_title(material: Material, row: BreakdownRow) -> str:
    """The title of an item, whichever of its rows it is."""
    item = row.item.partition(".")[0].removesuffix(LATER)
    return lowered(material.voice.text(ITEMS.get(item, row.title)))


def _stock_sentence(material: Material, study: Study) -> str:
    voice = material.voice
    total, soil = figure(study.stock, "total"), figure(study.stock, "soil")
    if total is None or total.value is None:
        return voice.say(
            "Le stock de carbone du site n'est pas évalué.", "The carbon stock of the site is not evaluated."
        )
    said = voice.figure(amount(total))
    share = (soil.value or 0.0) / total.value if soil and total.value else 0.0
    net = figure(study.flux, "total")
    flux = voice.figure(amount(net), is_signed=True) if net else ""
    fr = f"Le site stocke aujourd'hui {said}, dont {voice.share(share)} dans les sols (0–30 cm)."
    en = f"The site stores {said} today, {voice.share(share)} of it in soils (0–30 cm)."
    if flux:
        fr += f" Ses terres échangent chaque année {flux}, émissions moins absorptions."
        en += f" Each year its land exchanges {flux}, emissions minus removals."
    return voice.say(fr, en)


def _land_tables(material: Material, study: Study) -> Iterator[Block]:
    """The stock by class and pool, then the flux by class and cause; what is zero is named below."""
    voice = material.voice
    for answer, caption, column, is_signed in (
        (
            study.stock,
            voice.say(
                "Stocks actuels, par occupation du sol et réservoir", "Present stocks, by land cover and pool"
            ),
            "Stock, tC",
            False,
        ),
        (
            study.flux,
            voice.say("Flux annuels actuels, par occupation du sol", "Present yearly fluxes, by land cover"),
            voice.say("Flux, tCO2e/an", "Flux, tCO2e/yr"),
            True,
        ),
    ):
        own = [row for row in answer.breakdown if "total" in row.indicators]
        shown = [row for row in own if row.value or row.value is None]
        zero = dict.fromkeys(voice.text(row.title) for row in own if row.value == 0.0 and row.low == row.high)
        rows = [
            (
                voice.text(row.title),
                voice.exact(row.area) if row.area else "–",
                voice.number(amount(row), is_signed=is_signed),
                voice.bounds(amount(row)),
            )
            for row in shown
        ]
        total, area = figure(answer, "total"), figure(answer, "area")
        last = amount(total) if total else Amount(None, None, None, "")
        rows.append(
            (
                "Total",
                voice.exact(area.value) if area else "–",
                voice.number(last, is_signed=is_signed),
                voice.bounds(last),
            )
        )
        none = voice.say(" ; ", "; ").join(zero)
        yield Table(
            caption,
            (
                Column(voice.say("Occupation du sol", "Land cover"), 4.0),
                Column("ha", 0.9, "right"),
                Column(column, 1.2, "right"),
                Column(voice.say("Intervalle", "Interval"), 1.6, "right"),
            ),
            rows,
            note=voice.say(
                f"Nul, par convention ou par nature : {none}.", f"Zero, by convention or by nature: {none}."
            )
            if none
            else "",
            strong=(len(rows) - 1,),
        )
    yield Paragraph(
        voice.say(
            "Émission positive, absorption négative. Un stock est une quantité en place, un flux ce qui "
            "entre ou sort "
            "chaque année : ils ne s'additionnent pas. L'intervalle du total tient compte de l'erreur "
            "de classement "
            "de la carte.",
            "Emission positive, removal negative. A stock is a quantity in place, a flux what comes in "
            "or out each "
            "year: they do not add up. The interval of the total holds the classification error of the map.",
        ),
        "note",
    )


def _by_class(envelope: Envelope) -> dict[tuple[str | None, str | None], list[BreakdownRow]]:
    found: dict[tuple[str | None, str | None], list[BreakdownRow]] = {}
    for row in envelope.breakdown:
        if "total" in row.indicators and not row.item.startswith("land_cover_error"):
            found.setdefault((row.land_class, row.wetland), []).append(row)
    return found


def _summed(rows: Sequence[BreakdownRow]) -> Amount:
    """The rows of a class as one; the interval only where a single row is in doubt."""
    known = [row for row in rows if row.value is not None]
    if not known:
        return Amount(None, None, None, "tC")
    value = fsum(row.value or 0.0 for row in known)
    doubtful = [row for row in known if row.low != row.high]
    unit = known[0].unit
    if not doubtful:
        return Amount(value, value, value, unit)
    if len(doubtful) == 1 and doubtful[0].low is not None and doubtful[0].high is not None:
        rest = value - (doubtful[0].value or 0.0)
        return Amount(value, rest + doubtful[0].low, rest + doubtful[0].high, unit)
    return Amount(value, None, None, unit)


def _wetland_table(material: Material, study: Study) -> Iterator[Block]:
    voice = material.voice
    rows = {key: found for key, found in _by_class(study.stock).items() if key[1]}
    if not rows:
        return
    lost = _lost(study)
    wetland_types = study.project.numbers.registry.wetland_types
    listed = []
    for (_, wetland), found in rows.items():
        stock = _summed(found)
        area = next((row.area for row in found if row.area is not None), None)
        name = str(wetland)
        listed.append(
            (
                voice.text(wetland_types[name].title) if name in wetland_types else name,
                voice.exact(area) if area is not None else "–",
                voice.exact(lost.get(name, 0.0)),
                voice.number(stock),
                voice.bounds(stock),
            )
        )
    yield Table(
        voice.say("Zones humides dans le contour", "Wetlands within the outline"),
        (
            Column(voice.say("Type", "Kind"), 2.4),
            Column("ha", 0.8, "right"),
            Column(voice.say("dont touchés, ha", "of which touched, ha"), 1.2, "right"),
            Column(voice.say("Stock, tC", "Stock, tC"), 1.0, "right"),
            Column(voice.say("Intervalle", "Interval"), 1.5, "right"),
        ),
        listed,
    )


def _lost(study: Study) -> dict[str, float]:
    """Hectares of each wetland type that the project changes."""
    areas: dict[str, list[float]] = {}
    for parcel in study.project.change.parcels:
        if parcel.before.wetland and parcel.changes:
            areas.setdefault(parcel.before.wetland, []).append(parcel.area_ha)
    return {name: fsum(found) for name, found in areas.items()}
