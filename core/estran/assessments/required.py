"""Which factor must exist for a process to work at all? A parameter: without it, the answer is a fault."""

from estran.carbon.errors import UnknownFactor
from estran.factors.factor import Factor
from estran.factors.registry import Registry


def required_factor(registry: Registry, identifier: str) -> Factor:
    """Return a factor that has a value.

    Raises:
        UnknownFactor: the registry does not know it, or it has no value.
    """
    found = registry.factor(identifier)
    if isinstance(found, Factor):
        return found
    raise UnknownFactor(
        f"the factor {identifier} has no value: {found.reason.en}",
        f"le facteur {identifier} n'a pas de valeur : {found.reason.fr}",
        where=identifier,
    )
