"""Which factors stand behind the words of a project? `project.yaml`, and the registry they are read from."""

from dataclasses import dataclass, field

from estran.carbon.text import Text
from estran.factors.documents import Document, read_document
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry


class UseChoice(Document):
    """A use of a building."""

    title: Text
    ceilings: tuple[int, ...]
    energy: str | None = None


class CarrierChoice(Document):
    """An energy carrier."""

    factor: str
    electric: bool = False


class ModeChoice(Document):
    """A mode of transport; `occupancy` where its factor is per vehicle."""

    factor: str
    occupancy: str | None = None
    default_share: str | None = None


class Choices(Document):
    """`project.yaml`."""

    uses: dict[str, UseChoice]
    carriers: dict[str, CarrierChoice]
    default_carrier: str
    parking: dict[str, str]
    modes: dict[str, ModeChoice]
    land_take: dict[str, str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The registry, and what was read of it for one answer.

    Attributes:
        registry: Where the numbers come from.
        choices: Which factor stands for which word.
        used: Factors read, by identifier.
    """

    registry: Registry
    choices: Choices
    used: dict[str, Factor] = field(default_factory=dict)

    def known(self, *identifiers: str) -> Gap | None:
        """Note that a formula reads some factors; return the first one without value, else None."""
        for identifier in identifiers:
            found = self.registry.factor(identifier)
            if isinstance(found, Gap):
                return found
            self.used[identifier] = found
        return None

    def value(self, identifier: str) -> float:
        """Return a number that has no doubt, such as a horizon by default.

        Raises:
            UnknownFactor: it is not in the registry.
            KeyError: it has no value.
        """
        if self.known(identifier):
            raise KeyError(identifier)
        return self.used[identifier].value


def read_numbers(registry: Registry) -> Numbers:
    """Return the numbers of one answer."""
    choices: Choices = read_document("project", Choices)
    return Numbers(registry, choices)
