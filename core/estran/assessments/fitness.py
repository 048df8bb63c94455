"""Is a geometry large enough, and the data true enough, for the answer to mean something?

The support of a layer is the smallest area it can tell apart: its minimum mapping unit, its
cell, or the smallest patch that a map of its scale can draw, whichever is largest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType

from estran.assessments.envelope import Coverage, Fitness, LayerCoverage, Verdict
from estran.carbon.text import Text
from estran.factors.documents import FitnessRules, read_document
from estran.layers.geodesy import SQUARE_METRES_PER_HECTARE
from estran.layers.ledger.keys import UNKNOWN, LandAreas
from estran.layers.settings import Support
from estran.layers.territory import Territory

TITLES: Mapping[Verdict, Text] = {
    "fit": Text("Convient à cette question", "Fit for this question"),
    "order-of-magnitude": Text("Ordre de grandeur seulement", "Order of magnitude only"),
    "unfit": Text("Ne convient pas à cette question", "Not fit for this question"),
}

SIZES: Mapping[Verdict, Text] = {
    "fit": Text("c'est assez grand", "it is large enough"),
    "order-of-magnitude": Text(
        "c'est peu, gardez l'ordre de grandeur", "it is small, keep the order of magnitude"
    ),
    "unfit": Text(
        "c'est trop petit, demandez un lieu plus grand ou des données plus fines",
        "it is too small, ask for a larger place or finer data",
    ),
}
"""What the size of a geometry means for the reader."""


@dataclass(frozen=True, slots=True)
class Supports:
    """What each layer can tell apart.

    Attributes:
        rules: When a geometry is large enough.
        by_layer: Support by layer, in ha.
        ledger_ha: Area of a cell of the ledger.
        titles: Title by layer; without one, its identifier is shown.
    """

    rules: FitnessRules
    by_layer: Mapping[str, float]
    ledger_ha: float
    titles: Mapping[str, Text] = MappingProxyType({})


def read_supports(territory: Territory, resolution_m: float) -> Supports:
    """Return what each layer of a territory can tell apart.

    Args:
        territory: Whose layers.
        resolution_m: Side of a cell of its ledger, 0 where the ledger plays no part.
    """
    rules = read_document("fitness", FitnessRules)
    return Supports(
        rules=rules,
        by_layer={layer.id: support_ha(layer.settings.support, rules) for layer in territory.layers.values()},
        ledger_ha=resolution_m**2 / SQUARE_METRES_PER_HECTARE,
        titles={
            layer.id: Text(layer.title.get("fr", layer.id), layer.title.get("en", layer.id))
            for layer in territory.layers.values()
        },
    )


def support_ha(support: Support, rules: FitnessRules) -> float:
    """Return the smallest area that a layer tells apart, in hectares; 0 when it says nothing."""
    cell = (support.resolution_m or 0.0) ** 2
    drawn = ((support.source_scale or 0) * rules.legible_mm / 1000.0) ** 2
    return max(support.minimum_mapping_unit_ha or 0.0, cell / 1e4, drawn / 1e4)


def coverage(areas: LandAreas, evaluated_ha: float) -> Coverage:
    """Return how much of a geometry has data; shares are None for a geometry without area."""
    if areas.geometry_ha <= 0.0:
        return Coverage(share=None, inside=None, evaluated=None)
    by_layer = _by_layer(areas)
    return Coverage(
        share=_share(areas.described_ha, areas.geometry_ha),
        inside=_share(areas.inside_ha, areas.geometry_ha),
        evaluated=_share(evaluated_ha, areas.geometry_ha),
        layers=tuple(
            LayerCoverage(layer=layer, share=_share(area, areas.geometry_ha), area=area)
            for layer, area in sorted(by_layer.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def assess_fitness(areas: LandAreas, supports: Supports) -> Fitness:
    """Return whether a geometry is large enough for the layers that describe it, and why."""
    if areas.geometry_ha <= 0.0:
        return judged("unfit", Text("la géométrie n'a pas de surface", "the geometry has no area"))
    if not areas.keys:
        return judged(
            "unfit", Text("la géométrie est hors du territoire", "the geometry is outside the territory")
        )
    described_ha, by_layer = areas.described_ha, _by_layer(areas)
    if described_ha <= 0.0:
        return judged("unfit", Text("aucune couche ne décrit ce lieu", "no layer describes this place"))
    rules = supports.rules
    matter = {
        layer: max(supports.by_layer.get(layer, 0.0), supports.ledger_ha)
        for layer, area in by_layer.items()
        if area >= rules.matters_share * described_ha
    }
    coarsest = max(matter, key=lambda layer: (matter[layer], layer))
    count = areas.geometry_ha / matter[coarsest]
    verdict: Verdict = "unfit"
    if count >= rules.rough_supports:
        verdict = "fit" if count >= rules.fit_supports else "order-of-magnitude"
    name = supports.titles.get(coarsest, Text(coarsest, coarsest))
    meaning = SIZES[verdict]
    size = Text(
        f"le plus petit détail de la couche « {name.fr} » fait {_number(matter[coarsest], fr=True)} ha ; la "
        f"géométrie en vaut {_number(count, fr=True)} : {meaning.fr}",
        f"the smallest detail of the layer “{name.en}” is {_number(matter[coarsest])} ha; the geometry is "
        f"worth {_number(count)} of them: {meaning.en}",
    )
    synthetic = _share(
        fsum(
            area
            for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True)
            if key.synthetic and key.land_class != UNKNOWN
        ),
        described_ha,
    )
    reasons = [size]
    if synthetic > rules.synthetic_share:
        verdict = "order-of-magnitude" if verdict == "fit" else verdict
        reasons.append(
            Text(
                f"{synthetic * 100:.0f} % de la surface décrite vient de données de démonstration, qui ne "
                "sont pas réelles",
                f"{synthetic:.0%} of the described area comes from demonstration data, which are not real",
            )
        )
    described = _share(described_ha, areas.geometry_ha)
    if described < rules.described_share:
        verdict = "order-of-magnitude" if verdict == "fit" else verdict
        reasons.append(
            Text(
                f"{described * 100:.0f} % seulement de la géométrie est décrit : le total est un minimum",
                f"only {described:.0%} of the geometry is described: the total is a minimum",
            )
        )
    return judged(verdict, *reasons, supports=count, coarsest=coarsest, synthetic=synthetic)


def judged(
    verdict: Verdict,
    *reasons: Text,
    supports: float | None = None,
    coarsest: str | None = None,
    synthetic: float | None = None,
) -> Fitness:
    """Return a verdict with its title and its reasons."""
    return Fitness(
        verdict=verdict,
        title=TITLES[verdict],
        reasons=reasons,
        supports=supports,
        coarsest_layer=coarsest,
        synthetic=synthetic,
    )


def _by_layer(areas: LandAreas) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        if key.land_class != UNKNOWN:
            parts.setdefault(key.layer, []).append(area)
    return {layer: fsum(values) for layer, values in parts.items()}


def _share(part: float, whole: float) -> float:
    """A share, without the rounding that would take it past 1."""
    return min(1.0, part / whole)


def _number(value: float, *, fr: bool = False) -> str:
    """Two significant digits below 100, grouped thousands above; the comma is French."""
    text = f"{value:.2g}" if value < 100 else f"{value:,.0f}"
    return text.replace(",", "\u202f").replace(".", ",") if fr else text
