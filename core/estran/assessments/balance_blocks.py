"""Which blocks does a balance have, and which of them may be added up? A declared matrix, and its guard."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

from pydantic import Field

from estran.carbon.errors import UnitMismatch
from estran.carbon.text import Text
from estran.factors.documents import Document, read_document

Kind = Literal["stock", "flow", "one_off", "avoided"]

Process = Literal[
    "carbon-stock", "carbon-flux", "building-emissions", "parking-potential", "emissions-inventory"
]


class DoubleCount(UnitMismatch):
    """Two figures that count the same thing, or that are not of one kind, met in one sum."""


class Block(Document):
    """One block of `balance_blocks.yaml`."""

    title: Text
    scope: Text
    process: Process
    kind: Kind
    headline: tuple[str, ...]
    figures: dict[str, str] = Field({})
    contains: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()


class Blocks(Document):
    """`balance_blocks.yaml`."""

    blocks: dict[str, Block]
    total: tuple[str, ...]

    def asked(self, process: Process) -> frozenset[str]:
        """Return the indicators of a process that the blocks show."""
        own = [block for block in self.blocks.values() if block.process == process]
        return frozenset(name for block in own for name in (*block.headline, *block.figures.values()))


def read_blocks() -> Blocks:
    """Return the blocks of a balance."""
    return read_document("balance_blocks", Blocks)


def shared(blocks: Mapping[str, Block], first: str, second: str) -> bool:
    """Whether two blocks count some of the same emissions, directly or through what they contain.

    Example:
        >>> blocks = read_blocks().blocks
        >>> shared(blocks, "grid", "buildings_operation"), shared(blocks, "grid", "land_flux")
        (True, False)
    """
    ours, theirs = _family(blocks, first), _family(blocks, second)
    if ours & theirs:
        return True
    return any(b in blocks[a].overlaps or a in blocks[b].overlaps for a in ours for b in theirs)


def check_sum(blocks: Mapping[str, Block], names: Sequence[str]) -> None:
    """Refuse to add up blocks that are not yearly flows, or that share emissions.

    Raises:
        DoubleCount: two of them share emissions, one comes twice, or one is not a yearly flow.
    """
    for name in names:
        if blocks[name].kind != "flow":
            raise DoubleCount(
                f"{name} is not a yearly flow and cannot be added to others",
                f"{name} n'est pas un flux annuel et ne s'ajoute pas à d'autres",
                where=name,
            )
    for first, second in combinations(names, 2):
        if first == second or shared(blocks, first, second):
            raise DoubleCount(
                f"{first} and {second} count some of the same emissions and cannot be added up",
                f"{first} et {second} comptent en partie les mêmes émissions et ne s'additionnent pas",
                where=second,
            )


def _family(blocks: Mapping[str, Block], name: str) -> frozenset[str]:
    """A block and all that it contains."""
    found = {name}
    for part in blocks[name].contains:
        found |= _family(blocks, part)
    return frozenset(found)
