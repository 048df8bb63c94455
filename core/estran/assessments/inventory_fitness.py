"""Does an emission grid suit a geometry, how much of it does it describe, what must a reader know?"""

from collections.abc import Iterator, Sequence

from estran.assessments.envelope import Coverage, Fitness, LayerCoverage, Notice, Verdict
from estran.assessments.fitness import judged, support_ha
from estran.assessments.inventory_grid import Series
from estran.assessments.notices import notice
from estran.carbon.text import Text
from estran.factors.documents import FitnessRules, read_document
from estran.layers.territory import Layer

SLIVER = 1e-6
"""Part of an area below which what is missing is rounding."""


def grid_coverage(layer: Layer, *, area_ha: float, covered_ha: float, on_grid_ha: float) -> Coverage:
    """Return how much of a geometry the grid describes; shares are None for a geometry without area."""
    if area_ha <= 0.0:
        return Coverage(share=None, inside=None, evaluated=None)
    share = _share(covered_ha, area_ha)
    return Coverage(
        share=share,
        inside=_share(on_grid_ha, area_ha),
        evaluated=share,
        layers=(LayerCoverage(layer=layer.id, share=share, area=covered_ha),) if covered_ha > 0.0 else (),
    )


def grid_fitness(layer: Layer | None, *, area_ha: float, covered_ha: float) -> Fitness:
    """Return whether the geometry is large enough for the cells of the grid."""
    if layer is None:
        return judged("unfit", Text("aucune grille d'émissions", "no emission grid"))
    if area_ha <= 0.0:
        return judged("unfit", Text("la géométrie n'a pas de surface", "the geometry has no area"))
    if covered_ha <= 0.0:
        return judged(
            "unfit", Text("la grille ne décrit pas ce lieu", "the grid does not describe this place")
        )
    rules = read_document("fitness", FitnessRules)
    support = support_ha(layer.settings.support, rules)
    count = area_ha / support if support > 0.0 else None
    verdict: Verdict = "fit"
    reasons: list[Text] = []
    if count is not None:
        if count < rules.fit_supports:
            verdict = "order-of-magnitude" if count >= rules.rough_supports else "unfit"
        reasons.append(
            Text(
                f"la géométrie fait {_fr(count)} fois une maille de la couche « {_title(layer).fr} » "
                f"({_fr(support)} ha)",
                f"the geometry is {count:.3g} times a cell of the layer “{_title(layer).en}” "
                f"({support:.3g} ha)",
            )
        )
    if layer.settings.synthetic:
        verdict = "order-of-magnitude" if verdict == "fit" else verdict
        reasons.append(
            Text(
                "la répartition fine de la grille est une donnée de démonstration, qui n'est pas réelle",
                "the fine share-out of the grid is demonstration data, which are not real",
            )
        )
    described = _share(covered_ha, area_ha)
    if described < rules.described_share:
        verdict = "order-of-magnitude" if verdict == "fit" else verdict
        reasons.append(
            Text(
                f"{described * 100:.0f} % seulement de la géométrie est décrit : le total est un minimum",
                f"only {described:.0%} of the geometry is described: the total is a minimum",
            )
        )
    return judged(
        verdict,
        *reasons,
        supports=count,
        coarsest=layer.id,
        synthetic=1.0 if layer.settings.synthetic else 0.0,
    )


def grid_notices(
    series: Sequence[Series], layer: Layer, *, area_ha: float, covered_ha: float, on_grid_ha: float
) -> Iterator[Notice]:
    """Yield what the grid and the place call for."""
    if area_ha <= 0.0:
        yield notice(
            "zero-area",
            "la géométrie n'a pas de surface : ses émissions sont nulles",
            "the geometry has no area: its emissions are zero",
        )
        return
    if on_grid_ha <= 0.0:
        yield notice(
            "outside-grid",
            "la géométrie est hors de la grille d'émissions : rien n'est évalué",
            "the geometry is outside the emission grid: nothing is evaluated",
        )
        return
    if area_ha - on_grid_ha > SLIVER * area_ha:
        yield _area_notice(
            "partly-outside",
            area_ha - on_grid_ha,
            "de la géométrie sont hors de la grille et ne comptent pas",
            "of the geometry lie outside the grid and do not count",
        )
    if on_grid_ha - covered_ha > SLIVER * area_ha:
        yield _area_notice(
            "no-data",
            on_grid_ha - covered_ha,
            "de la géométrie n'ont pas de donnée (la mer, souvent) ; leur émission n'est pas nulle, elle est "
            "inconnue",
            "of the geometry have no data (often the sea); their emission is not zero, it is unknown",
        )
    if not any(each.sector for each in series):
        yield notice(
            "no-sectors",
            f"secteurs non disponibles dans la couche « {_title(layer).fr} » : seul le total par gaz est "
            "connu",
            f"sectors not available in the layer “{_title(layer).en}”: only the total of each gas is known",
        )
    gases = list(dict.fromkeys(each.gas for each in series))
    if len(gases) > 1:
        lead = min(series, key=lambda each: each.rank).gas
        yield notice(
            "one-gas",
            f"le total ne compte que {lead} ; les autres gaz sont à côté et ne s'y ajoutent pas",
            f"the total counts {lead} only; the other gases stand beside it and are not added to it",
        )
    yield notice(
        "territorial",
        "inventaire territorial : ce qui est émis sur place, et non l'empreinte de ce qui y est consommé",
        "territorial inventory: what is emitted on the spot, not the footprint of what is consumed there",
    )
    if layer.settings.synthetic:
        yield notice(
            "synthetic",
            f"la couche « {_title(layer).fr} » est une donnée de démonstration : sa répartition fine n'est "
            "pas réelle",
            f"the layer “{_title(layer).en}” is demonstration data: its fine share-out is not real",
        )


def _area_notice(code: str, area_ha: float, fr: str, en: str) -> Notice:
    shown = f"{area_ha:,.1f}" if area_ha >= 0.05 else "< 0.1"
    return notice(code, f"{shown.replace(',', ' ').replace('.', ',')} ha {fr}", f"{shown} ha {en}")


def _title(layer: Layer) -> Text:
    return Text(layer.title.get("fr", layer.id), layer.title.get("en", layer.id))


def _fr(number: float) -> str:
    return f"{number:.3g}".replace(".", ",")


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole)
