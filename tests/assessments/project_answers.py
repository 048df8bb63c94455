"""How the tests of projects read an answer."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

from estran.assessments.envelope import Envelope

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]

slow = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])

REACH = 1.6448536
"""Standard deviations on each side of a 90 % interval."""


def row(answer: Envelope, item: str) -> Any:
    return next(each for each in answer.breakdown if each.item == item)


def value(answer: Any, name: str = "total") -> float | None:
    return answer.indicator(name).value


def codes(answer: Any) -> set[str]:
    return {notice.code for notice in answer.warnings}


FULL: dict[str, Any] = {
    "after": {"building": 2.0, "road": 1.0, "artificial_grass_shrubs": 4.0},
    "programme": [
        {"use": "collective_housing", "floor_area_m2_sref": 7800, "structure": "mixed"},
        {"use": "retail", "floor_area_m2_sref": 600},
    ],
    "inhabitants": 230.0,
    "parking": [{"spaces": 200}, {"spaces": 100, "kind": "structure_concrete"}],
    "roads": [{"area_m2": 3500}],
    "trees": {"planted": 150, "felled": 20},
    "mobility": {},
    "demolition_m2": 400,
    "reference": {"operation_tco2e_per_year": 3.0},
}
