"""Do the factors that a territory overrides exist, with bounds that enclose their value?"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from estran.carbon.errors import InvalidInput
from estran.factors.factor import Override
from estran.factors.registry import read_registry
from estran.layers.settings import FactorSettings
from estran.server.check_messages import Problem
from estran.server.yaml_lines import Lines


def check_factors(section: Any, lines: Lines) -> Iterator[Problem]:
    """Return what is wrong with `estran.factors.overrides`, once its model is right."""
    given = section.get("factors") if isinstance(section, dict) else None
    if given is None:
        return
    try:
        overrides = FactorSettings.model_validate(given).overrides
    except ValidationError:
        return
    registry = read_registry()
    for identifier, found in overrides.items():
        path = ("estran", "factors", "overrides", identifier)
        try:
            override = Override(found.value, found.reason, found.low, found.high)
            registry.with_overrides({identifier: override}, by="territory")
        except InvalidInput as error:
            yield Problem(line=lines.line(path), key=".".join(path), message_en=error.en, message_fr=error.fr)
