"""Which processes exist? The classes of this room, by identifier."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

import estran.processes
from estran.assessments.request import near
from estran.carbon.errors import NotFound
from estran.processes.base import AssessmentProcessor


@cache
def process_classes() -> Mapping[str, type[AssessmentProcessor]]:
    """Return the classes of all processes, by identifier, in alphabetical order."""
    found: dict[str, type[AssessmentProcessor]] = {}
    for module in pkgutil.iter_modules(estran.processes.__path__):
        for value in vars(import_module(f"{estran.processes.__name__}.{module.name}")).values():
            if (
                isinstance(value, type)
                and issubclass(value, AssessmentProcessor)
                and "identifier" in vars(value)
            ):
                found[value.identifier] = value
    return MappingProxyType(dict(sorted(found.items())))


def process_class(identifier: str) -> type[AssessmentProcessor]:
    """Return the class of a process.

    Raises:
        NotFound: no process has this identifier; the message gives the nearest one.
    """
    known = process_classes()
    if identifier not in known:
        en, fr = near(identifier, known)
        raise NotFound(
            f"unknown process {identifier!r}{en}", f"processus inconnu : {identifier!r}{fr}", where=identifier
        )
    return known[identifier]
