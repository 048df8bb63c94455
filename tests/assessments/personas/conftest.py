"""The answers of the personas, on the real land of both territories, each asked once."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from territories import LA_ROCHELLE, OLEMPS, built

from estran.cli.factors_cases import ReferenceCase, kept_cases, read_processors

PERSONAS = {
    "dense-quarter": LA_ROCHELLE,
    "farm-commune": LA_ROCHELLE,
    "salt-marsh": LA_ROCHELLE,
    "harbour": LA_ROCHELLE,
    "olemps": OLEMPS,
}
"""Territory of each persona: its cases are those of the territory whose identifier starts with its name."""

KEPT = {"carbon-stock", "carbon-flux", "carbon-balance", "project-impact", "sequestration-potential"}
"""Processes whose whole answers are kept."""


class Persona:
    """The answers of one persona, by process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.answers = _answers(name)

    def __getitem__(self, process: str) -> dict[str, Any]:
        return self.answers[process]

    def value(self, process: str, indicator: str = "total") -> float:
        return next(each["value"] for each in self[process]["indicators"] if each["id"] == indicator)

    def row(self, process: str, item: str, pool: str | None = None) -> dict[str, Any]:
        (found,) = [
            each
            for each in self[process]["breakdown"]
            if each["item"] == item and (pool is None or each["pool"] == pool)
        ]
        return found

    def area(self, land: str) -> float:
        """Hectares of a land class, or of a class and wetland type, as the stock shows them."""
        return self.row("carbon-stock", land, "soil")["area"]


@pytest.fixture(scope="session", params=list(PERSONAS))
def persona(request: pytest.FixtureRequest) -> Persona:
    return Persona(request.param)


@pytest.fixture(scope="session")
def quarter() -> Persona:
    return Persona("dense-quarter")


@pytest.fixture(scope="session")
def farm() -> Persona:
    return Persona("farm-commune")


@pytest.fixture(scope="session")
def marsh_persona() -> Persona:
    return Persona("salt-marsh")


@pytest.fixture(scope="session")
def harbour() -> Persona:
    return Persona("harbour")


@pytest.fixture(scope="session")
def olemps() -> Persona:
    return Persona("olemps")


@cache
def _territory(config: Path) -> tuple[tuple[ReferenceCase, ...], dict[str, Any]]:
    ready = built(config)
    return kept_cases(ready), read_processors(ready)


@cache
def _answers(name: str) -> dict[str, dict[str, Any]]:
    cases, processors = _territory(PERSONAS[name])
    return {
        case.process: processors[case.process].execute(dict(case.inputs))[1]
        for case in cases
        if case.id == f"{name}/{case.process}" and case.process in KEPT
    }
