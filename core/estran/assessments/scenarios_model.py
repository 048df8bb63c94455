"""What separates each variant from the reference? One joint model, so that common factors cancel."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt
from string import ascii_lowercase

import numpy as np

from estran.assessments.case import Figure, Row
from estran.assessments.laws import factor_input
from estran.assessments.project_case import ITEMS, TONNES, item_totals
from estran.assessments.project_choices import Numbers
from estran.assessments.project_reading import Project
from estran.carbon.land_use_change import Number
from estran.carbon.propagation import Method, Model, Results, Values, propagate
from estran.carbon.text import Text
from estran.factors.factor import Factor

LETTERS = ascii_lowercase

REFERENCE = LETTERS[0]

SURE = 0.99
"""Beyond it a probability is told as more than 99 in 100."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One variant among the others.

    Attributes:
        letter: `a` for the reference, then `b`…
        name: As given.
        project: The variant on its land.
        shared: Items that are evaluated alike in it and in the reference, hence compared.
        reasons: Why an item, or a part of it, is not compared.
    """

    letter: str
    name: str
    project: Project
    shared: tuple[str, ...]
    reasons: Mapping[str, Text]

    @property
    def sum(self) -> str:
        """Result of the model that holds its difference with the reference."""
        return f"difference.{self.letter}"


def contenders(names: Sequence[str], projects: Sequence[Project]) -> tuple[Contender, ...]:
    """Return the variants, the reference first."""
    reference = _lacking(projects[0])
    found = []
    for letter, name, project in zip(LETTERS, names, projects, strict=False):
        own = _lacking(project)
        # An item that lacks the same thing on both sides is still compared on the rest.
        unlike = {key.partition(".")[0] for key in own.keys() ^ reference.keys()}
        shared = [
            item
            for item in ITEMS
            if item not in unlike and any(item in _items(each) for each in (project, projects[0]))
        ]
        found.append(Contender(letter, name, project, tuple(shared), reference | own))
    return tuple(found)


def comparison_model(listed: Sequence[Contender]) -> Model:
    """Return the totals of every variant, and its difference with the reference, item by item."""

    def model(values: Values) -> Results:
        results: dict[str, Number] = {}
        items = [item_totals(each.project.lines, each.project.lines.model(values)) for each in listed]
        for each, own in zip(listed, items, strict=True):
            results[f"total.{each.letter}"] = sum(own.values(), start=0.0)
            if each.letter == REFERENCE:
                continue
            differences = {item: own.get(item, 0.0) - items[0].get(item, 0.0) for item in each.shared}
            results |= {f"{each.sum}.{item}": value for item, value in differences.items()}
            results[each.sum] = sum(differences.values(), start=0.0)
        return results

    return model


def comparison_rows(listed: Sequence[Contender], best: str) -> Iterator[Row]:
    """Yield the difference of each variant with the reference, item by item."""
    for each in listed[1:]:
        indicators = (f"difference_{each.letter}", *(("total",) if each.letter == best else ()))
        for item, title in ITEMS.items():
            reasons = [
                reason for key, reason in each.reasons.items() if key == item or key.startswith(f"{item}.")
            ]
            if item not in each.shared and not reasons:
                continue
            yield Row(
                f"{each.letter}.{item}",
                Text(
                    f"{title.fr}, {each.name} moins {listed[0].name}",
                    f"{title.en}, {each.name} minus {listed[0].name}",
                ),
                TONNES,
                indicators=indicators,
                output=f"{each.sum}.{item}",
                factors=_factors_of((each.project, listed[0].project), item),
                reason=reasons[0] if reasons else None,
                source=each.name,
                scope="difference",
            )


def comparison_figures(
    listed: Sequence[Contender], best: str, probabilities: Mapping[str, float], years: int
) -> Iterator[Figure]:
    """Yield the difference that decides, the totals, the differences and their probabilities."""
    horizon, first = f"{years} yr", listed[0].name
    decisive = next(each for each in listed if each.letter == best)
    yield Figure("total", _minus(decisive.name, first), TONNES, scope="difference", horizon=horizon)
    for each in listed:
        yield Figure(
            f"total_{each.letter}",
            Text(f"{each.name} : impact total", f"{each.name}: total impact"),
            TONNES,
            output=f"total.{each.letter}",
            scope="project",
            horizon=horizon,
        )
    for each in listed[1:]:
        yield Figure(
            f"difference_{each.letter}", _minus(each.name, first), TONNES, scope="difference", horizon=horizon
        )
        yield Figure(
            f"probability_lower_{each.letter}",
            Text(
                f"Probabilité que {each.name} émette moins que {first}",
                f"Probability that {each.name} emits less than {first}",
            ),
            "-",
            output="" if each.letter in probabilities else "no probability",
            exact=probabilities.get(each.letter),
            scope="difference",
            horizon=horizon,
        )


def probabilities_lower(
    listed: Sequence[Contender],
    factors: Iterable[Factor],
    *,
    method: Method,
    draws: int,
    seed: int,
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the central difference of each variant with the reference, and the probability that it is lower.

    On draws: the part of them where the difference is below zero, half of those where it is zero.
    Otherwise that of a normal law.
    """
    found = propagate(
        comparison_model(listed),
        [factor_input(factor) for factor in factors],
        method=method,
        draws=draws,
        seed=seed,
    )
    centres, chances = {}, {}
    for each in listed[1:]:
        spread = found.outputs[each.sum]
        centres[each.letter] = spread.value
        if found.samples is not None:
            drawn = found.samples[each.sum]
            chances[each.letter] = float(np.mean(drawn < 0.0) + np.mean(drawn == 0.0) / 2.0)
        elif spread.sd == 0.0:
            chances[each.letter] = 0.5 if spread.value == 0.0 else float(spread.value < 0.0)
        else:
            chances[each.letter] = 0.5 * (1.0 + erf(-spread.value / spread.sd / sqrt(2.0)))
    return centres, chances


def verdict(name: str, reference: str, probability: float, numbers: Numbers) -> tuple[str, Text]:
    """Return what the probability that a variant is lower than the reference means, in words."""
    certain = numbers.value("project.verdict.almost_certain")
    likely = numbers.value("project.verdict.likely")
    lower = probability >= 0.5
    chance = max(probability, 1.0 - probability)
    if chance < likely:
        return "undetermined", Text(
            f"les données ne permettent pas de départager {name} et {reference} "
            f"({100 * probability:.0f} chances sur 100 que {name} émette moins)",
            f"the data cannot tell {name} and {reference} apart ({100 * probability:.0f} chances in 100 that "
            f"{name} emits less)",
        )
    shown = "plus de 99" if chance > SURE else f"{100 * chance:.0f}"
    shown_en = "more than 99" if chance > SURE else f"{100 * chance:.0f}"
    sure = chance >= certain
    return ("almost-certain" if sure else "likely"), Text(
        f"{name} émet {'moins' if lower else 'davantage'} que {reference} : "
        f"{'quasi certain' if sure else 'probable'} ({shown} chances sur 100)",
        f"{name} emits {'less' if lower else 'more'} than {reference}: "
        f"{'almost certain' if sure else 'likely'} ({shown_en} chances in 100)",
    )


def _items(project: Project) -> set[str]:
    return set(item_totals(project.lines, dict.fromkeys(project.lines.formulas, 0.0)))


def _lacking(project: Project) -> dict[str, Text]:
    return {
        row.item: row.reason
        for row in project.lines.rows
        if row.reason is not None and row.item not in project.lines.formulas
    }


def _factors_of(projects: Iterable[Project], item: str) -> tuple[str, ...]:
    rows = [row for each in projects for row in each.lines.rows if row.item.partition("_later")[0] == item]
    return tuple(dict.fromkeys(name for row in rows for name in row.factors))


def _minus(name: str, reference: str) -> Text:
    return Text(
        f"{name} moins {reference} (négatif : {name} émet moins)",
        f"{name} minus {reference} (negative: {name} emits less)",
    )
