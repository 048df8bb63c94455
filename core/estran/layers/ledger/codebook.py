"""How a commune, what a layer says there and a wetland type become one cell value, and back."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidSource
from estran.layers.ledger.keys import NODATA, LedgerKey

Codes = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Voice:
    """A land class as one layer tells it."""

    land_class: str
    layer: str
    vintage: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Codebook:
    """How a commune, a voice and a wetland type become one number, and back.

    Attributes:
        communes: INSEE code, zone and forest region, in order of the number less one.
        voices: What layers say; the first is that none speaks.
        wetlands: Wetland types; the first is none.
        wetlands_synthetic: Whether the wetlands are made up.
    """

    communes: tuple[tuple[str, str, str], ...]
    voices: tuple[Voice, ...]
    wetlands: tuple[str, ...]
    wetlands_synthetic: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many communes (and none), voices and wetland types there are."""
        return len(self.communes) + 1, len(self.voices), len(self.wetlands)

    def _key(self, number: int) -> LedgerKey:
        """Return the meaning of a number, without its code."""
        commune, voice, wetland = (int(part) for part in np.unravel_index(number, self.shape))
        code_insee, zone, forest_region = self.communes[commune - 1]
        said = self.voices[voice]
        return LedgerKey(
            code=NODATA,
            land_class=said.land_class,
            wetland=self.wetlands[wetland],
            commune=code_insee,
            zone=zone,
            forest_region=forest_region,
            layer=said.layer,
            vintage=said.vintage,
            synthetic=said.synthetic or (wetland > 0 and self.wetlands_synthetic),
        )

    def numbered(self, present: NDArray[np.int64]) -> tuple[tuple[LedgerKey, ...], Codes]:
        """Give codes, from 1, to the numbers present, in the order of what they say.

        Returns:
            The keys in ascending code, and the code of each number, `NODATA` where there is none.

        Raises:
            InvalidSource: there are more keys than cell values.
        """
        numbers = present[present > 0].tolist()
        if len(numbers) > np.iinfo(np.uint16).max:
            raise InvalidSource(
                f"the ledger would have {len(numbers):,} keys; at most 65,535 fit: "
                "merge land classes or layers",
                f"le registre aurait {len(numbers)} clés ; il en tient au plus 65 535 : "
                "regroupez des classes ou des couches",
            )
        keys = {number: self._key(number) for number in numbers}
        ordered = sorted(numbers, key=lambda number: _order(keys[number]))
        code_of: Codes = np.full(int(np.prod(self.shape)), NODATA, dtype=np.uint16)
        code_of[ordered] = np.arange(1, len(ordered) + 1)
        return tuple(
            replace(keys[number], code=code) for code, number in enumerate(ordered, start=1)
        ), code_of


def _order(key: LedgerKey) -> tuple[str | bool, ...]:
    return key.commune, key.land_class, key.wetland, key.layer, key.vintage, key.synthetic
