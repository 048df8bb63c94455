"""Are there enough objects, and real ones, for the answer to mean something?"""

from estran.assessments.envelope import Fitness, Verdict
from estran.assessments.fitness import judged
from estran.assessments.notices import counted
from estran.carbon.text import Text
from estran.factors.documents import FitnessRules, read_document
from estran.layers.territory import Layer


def counted_fitness(
    layer: Layer,
    *,
    count: int,
    synthetic: float,
    evaluated: float | None = None,
    worst: Verdict = "unfit",
    reason: Text | None = None,
) -> Fitness:
    """Return whether a place holds enough objects: one object is a poor sample of a national ratio.

    Args:
        layer: What holds them.
        count: How many are evaluated.
        synthetic: Share of them that is not real, by area.
        evaluated: Share of the area that has a figure, None when every object has one.
        worst: Verdict when there are too few.
        reason: What else limits the answer, to no more than an order of magnitude.
    """
    rules = read_document("fitness", FitnessRules)
    fr, en = layer.title.get("fr", layer.id), layer.title.get("en", layer.id)
    if not count:
        return judged(
            "unfit",
            Text(
                f"aucun objet de la couche « {fr} » à évaluer ici", f"no object of the layer “{en}” to assess"
            ),
        )
    verdict: Verdict = worst
    if count >= rules.rough_supports:
        verdict = "order-of-magnitude" if count < rules.fit_supports or reason else "fit"
    one = Text(f"objet de la couche « {fr} » évalué", f"object of the layer “{en}” assessed")
    several = Text(f"objets de la couche « {fr} » évalués", f"objects of the layer “{en}” assessed")
    reasons = [counted(count, one, several)]
    if reason:
        reasons.append(reason)
    if synthetic > rules.synthetic_share:
        verdict = "order-of-magnitude" if verdict == "fit" else verdict
        reasons.append(
            Text(
                f"{synthetic * 100:.0f} % de la surface évaluée vient de données de démonstration, qui ne "
                "sont pas réelles",
                f"{synthetic:.0%} of the assessed area comes from demonstration data, which are not real",
            )
        )
    if evaluated is not None and evaluated < rules.described_share:
        verdict = "order-of-magnitude" if verdict == "fit" else verdict
        reasons.append(
            Text(
                f"{evaluated * 100:.0f} % seulement de la surface a un chiffre : le total est un minimum",
                f"only {evaluated:.0%} of the area has a figure: the total is a minimum",
            )
        )
    return judged(verdict, *reasons, supports=float(count), coarsest=layer.id, synthetic=synthetic)
