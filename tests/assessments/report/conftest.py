"""Reports of a project on the tiny territory."""

from collections.abc import Callable
from typing import Any

import pytest
from assessments.report.reading import DATE, PROJECT, Write

from estran.assessments.project_impact import assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.assessments.report.blocks import Report
from estran.assessments.report.content import compose
from estran.assessments.report.inputs import ReportInputs
from estran.assessments.request import read_request
from estran.layers.territory import Territory


@pytest.fixture(scope="session")
def write(tiny: Territory, kilometres: Callable[..., dict[str, Any]]) -> Write:
    """Compose the report of a project on a place of the tiny territory."""

    def made(
        place: tuple[float, ...] = (1, 1), report: dict[str, Any] | None = None, **inputs: Any
    ) -> Report:
        asked = {**PROJECT, "geometry": kilometres(*place), **inputs}
        request = read_request(ProjectImpactRequest, asked)
        said = read_request(ReportInputs, {"date": DATE, **(report or {})})
        return compose(assess_project_impact(request, tiny), request, tiny, said)

    return made


@pytest.fixture(scope="session")
def whole(write: Write) -> Report:
    """The whole report, in French."""
    return write(report={"title": "Îlot des Salines", "texts": {"neutrality": "Le projet suit le PCAET."}})
