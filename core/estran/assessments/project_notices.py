"""What must the reader of a project know? Doubtful units, double counts, what is left out."""

from collections.abc import Iterator
from math import fsum

from estran.assessments.envelope import Notice
from estran.assessments.notices import notice
from estran.assessments.project_land import M2_PER_HA, SEALED
from estran.assessments.project_reading import Project
from estran.assessments.trajectory_targets import YearlyCut
from estran.layers.ledger.keys import UNKNOWN

TREES = "trees"

NOTABLE = 1e-6
"""Rounding is not worth a word."""


def project_notices(project: Project, cut: YearlyCut | None) -> tuple[Notice, ...]:
    """Return what the project calls for, before what follows from its factors."""
    return (
        *_land(project),
        *project.change.notices,
        *_wetlands(project),
        *_units(project),
        *_double_counts(project),
        *_conventions(project),
        *_marks(cut),
    )


def _land(project: Project) -> Iterator[Notice]:
    areas = project.land.whole
    if areas.geometry_ha <= 0.0:
        yield notice(
            "zero-area",
            "la géométrie n'a pas de surface : aucun sol ne change",
            "the geometry has no area: no land changes",
        )
        return
    if not areas.keys:
        yield notice(
            "outside-territory",
            "la géométrie est hors du territoire : rien n'est évalué",
            "the geometry is outside the territory: nothing is evaluated",
        )
        return
    outside = 1.0 - areas.inside_ha / areas.geometry_ha
    pairs = list(zip(areas.keys, areas.areas_ha.tolist(), strict=True))
    unknown = fsum(area for key, area in pairs if key.land_class == UNKNOWN) / areas.geometry_ha
    synthetic = fsum(area for key, area in pairs if key.synthetic) / areas.geometry_ha
    if outside > NOTABLE:
        yield _share(
            "partly-outside",
            outside,
            "du contour est hors du territoire : ses sols ne sont pas comptés",
            "of the outline is outside the territory: its land does not count",
        )
    if unknown > 0.0:
        yield _share(
            "no-data",
            unknown,
            "du contour n'est décrit par aucune couche : ce que ses sols deviennent n'est pas évalué",
            "of the outline is described by no layer: what becomes of its land is not evaluated",
        )
    if synthetic > 0.0:
        yield _share(
            "synthetic",
            synthetic,
            "du contour repose sur des données de démonstration, qui ne sont pas réelles",
            "of the outline rests on demonstration data, which are not real",
        )


def _wetlands(project: Project) -> Iterator[Notice]:
    types = project.numbers.registry.wetland_types
    lost: dict[str, list[float]] = {}
    for parcel in project.change.parcels:
        if parcel.before.wetland and not parcel.after.wetland:
            lost.setdefault(parcel.before.wetland, []).append(parcel.area_ha)
    for name, areas in sorted(lost.items()):
        hectares, title = fsum(areas), types[name].title
        yield notice(
            "wetland-lost",
            f"{_fr(hectares)} ha de zone humide perdus ({title.fr}) : à éviter d'abord",
            f"{hectares:.3g} ha of wetland lost ({title.en}): to be avoided first",
        )


def _units(project: Project) -> Iterator[Notice]:
    inputs, ground_m2 = project.inputs, project.land.whole.geometry_ha * M2_PER_HA
    floors, most = project.floor_area_m2, project.numbers.value("project.check.floors")
    built_m2 = (inputs.after or {}).get("building", 0.0) * M2_PER_HA or ground_m2
    if ground_m2 > 0.0 and floors > most * built_m2:
        levels = floors / built_m2
        yield notice(
            "floor-area",
            f"surface de plancher très élevée pour cette emprise ({levels:.0f} niveaux) : vérifiez l'unité, "
            "m2 et non ha",
            f"floor area very high for this ground area ({levels:.0f} storeys): check the "
            "unit, m2 and not ha",
            "programme",
        )
    footprint_m2 = fsum(
        building.floor_area_m2_sref / building.storeys
        for building in inputs.programme
        if building.storeys is not None
    )
    roads_m2 = fsum(road.area_m2 for road in inputs.roads)
    for area_m2, where in ((footprint_m2, "programme"), (roads_m2, "roads")):
        if ground_m2 > 0.0 and area_m2 > ground_m2:
            yield notice(
                "larger-than-outline",
                f"{where} : {_fr(area_m2)} m2 au sol pour un contour de {_fr(ground_m2)} m2 ; "
                "vérifiez l'unité",
                f"{where}: {area_m2:,.0f} m2 on the ground in an outline of {ground_m2:,.0f} m2; "
                "check the unit",
                where,
            )
    shares = inputs.mobility.modal_shares if inputs.mobility else None
    whole = fsum(shares.values()) if shares else 1.0
    if whole < 1.0 - NOTABLE:
        yield notice(
            "modal-shares",
            f"les parts modales font {_fr(whole)} en somme : le reste n'est pas compté",
            f"the modal shares sum to {whole:.3g}: the rest is not counted",
            "mobility.modal_shares",
        )


def _double_counts(project: Project) -> Iterator[Notice]:
    inputs, classes = project.inputs, project.numbers.registry.land_classes
    wooded = any(
        classes[parcel.before.land_class].forest or parcel.before.land_class.endswith(TREES)
        for parcel in project.change.parcels
        if parcel.changes
    )
    if inputs.trees.felled and wooded:
        yield notice(
            "trees-twice",
            "des arbres abattus sont déclarés et des sols arborés changent : ne déclarez que "
            "les arbres hors de "
            "ces sols, leur biomasse est déjà comptée à l'hectare",
            "felled trees are declared and land with trees changes: declare only trees "
            "outside that land, its "
            "biomass is already counted by the hectare",
            "trees.felled",
        )
    if inputs.mobility and inputs.reference.mobility is None:
        yield notice(
            "mobility-of-residents",
            "tous les déplacements sont comptés : si des habitants ou des emplois viennent "
            "d'ailleurs dans le "
            "territoire, donnez « Déplacements sans le projet »",
            "all the trips are counted: if inhabitants or jobs come from elsewhere in the territory, give "
            "“Trips without the project”",
            "mobility",
        )


def _conventions(project: Project) -> Iterator[Notice]:
    inputs, registry = project.inputs, project.numbers.registry
    sealed = any(
        registry.land_class(parcel.after.land_class).soil == SEALED and parcel.changes
        for parcel in project.change.parcels
    )
    if sealed:
        yield notice(
            "sealed-soil",
            "un sol imperméabilisé garde une part de son carbone par convention (ALDO) ; la "
            "Base Carbone compte presque "
            "tout le sol perdu : sa valeur est donnée à côté",
            "sealed land keeps part of its soil carbon by convention (ALDO); Base Carbone counts nearly the "
            "whole soil as lost: its value stands beside",
        )
    left_out = []
    if inputs.programme:
        left_out.append(
            ("les usages de l'énergie hors RE2020 (appareils)", "energy uses outside RE2020 (appliances)")
        )
    if inputs.roads:
        left_out.append(("l'entretien des voiries", "the maintenance of roads"))
    if inputs.parking:
        left_out.append(("l'entretien des parcs de stationnement", "the maintenance of car parks"))
    left_out += [
        ("les haies, l'éclairage public et les réseaux", "hedges, street lighting and networks"),
        ("les terrassements", "earthworks"),
    ]
    yield notice(
        "not-counted",
        "ne sont pas comptés : " + " ; ".join(fr for fr, _ in left_out),
        "not counted: " + "; ".join(en for _, en in left_out),
    )
    if inputs.electricity_yearly_change:
        yield notice(
            "electricity-path",
            f"le facteur de l'électricité varie de {_fr(100 * inputs.electricity_yearly_change)} % par an",
            f"the factor of electricity changes by {inputs.electricity_yearly_change:.1%} a year",
        )


def _marks(cut: YearlyCut | None) -> Iterator[Notice]:
    if cut is None:
        yield notice(
            "no-target",
            "ce territoire n'a pas déclaré d'objectif : l'impact n'est pas rapporté à une baisse attendue",
            "this territory has declared no target: the impact is not related to an expected cut",
        )
    elif cut.scope == "footprint":
        yield notice(
            "footprint-scope",
            "les parts se rapportent à une empreinte (importations comprises) : elles "
            "situent le projet, sans le "
            "soustraire d'un inventaire territorial",
            "the shares relate to a footprint (imports included): they give the project a "
            "scale, without taking "
            "it off a territorial inventory",
        )


def _share(code: str, share: float, fr: str, en: str) -> Notice:
    return notice(code, f"{100 * share:.1f} % {fr}".replace(".", ",", 1), f"{share:.1%} {en}")


def _fr(number: float) -> str:
    text = f"{number:.3g}" if abs(number) < 1000.0 else f"{number:,.0f}"
    return text.replace(",", "\u202f").replace(".", ",")
