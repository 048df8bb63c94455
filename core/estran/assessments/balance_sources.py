"""Who answers each block of a balance? The processes themselves, asked once each for the same place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from estran.assessments.balance_blocks import Process
from estran.assessments.envelope import Answer, Envelope, Indicator
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.place import Place
from estran.carbon.errors import InvalidConfiguration, NotFound, Unavailable
from estran.carbon.text import Text
from estran.layers.territory import Territory

ASSESSMENTS: Mapping[Process, tuple[str, str, str]] = {
    "carbon-stock": ("carbon_stock", "CarbonStockRequest", "assess_carbon_stock"),
    "carbon-flux": ("flux", "CarbonFluxRequest", "assess_carbon_flux"),
    "building-emissions": ("buildings", "BuildingEmissionsRequest", "assess_building_emissions"),
    "parking-potential": ("parking", "ParkingPotentialRequest", "assess_parking_potential"),
    "emissions-inventory": ("inventory", "EmissionsInventoryRequest", "assess_emissions_inventory"),
}
"""Module of `estran.assessments`, request and function of each process; imported when asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a process answered, or why it did not."""

    envelope: Envelope | None
    reason: Text | None = None

    def rows(self) -> tuple[Answer, ...]:
        """Return the answer of each feature, none without features."""
        return tuple(self.envelope.features or ()) if self.envelope else ()


def asked(process: Process, request: AssessmentRequest, territory: Territory, place: Place) -> Asked:
    """Return the answer of a process on the place of a balance; a missing layer is a reason, not an error.

    Raises:
        InvalidInput: the geometry or a factor to override is wrong.
        TooLarge: a limit of the territory is exceeded.
    """
    module, model, function = ASSESSMENTS[process]
    room = import_module(f"estran.assessments.{module}")
    assess: Callable[[Any, Territory, Place], Envelope] = getattr(room, function)
    try:
        return Asked(assess(_request(getattr(room, model), request), territory, place))
    except (NotFound, Unavailable, InvalidConfiguration) as error:
        return Asked(None, Text(error.fr, error.en))


def indicator(answer: Answer, name: str) -> Indicator | None:
    """Return an indicator of an answer, None when it has none of that name."""
    return next((each for each in answer.indicators if each.id == name), None)


def _request(model: type[AssessmentRequest], request: AssessmentRequest) -> AssessmentRequest:
    """The inputs that all processes share; the place is read already, so its outlines are not given again."""
    given = request.model_fields_set & set(AssessmentRequest.model_fields)
    return model.model_validate({name: getattr(request, name) for name in given} | {"geometry": {}})
