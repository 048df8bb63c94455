"""What a cell of the land ledger means, and what reading the ledger gives back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NODATA = 0
"""Cell value outside the territory."""

UNKNOWN = "unknown"
"""Land class of the cells that no layer describes."""


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """The meaning of one cell value.

    Attributes:
        code: Cell value, 1 to 65535; 0 is outside the territory.
        land_class: Identifier of the land class, `unknown` where no layer describes the land.
        wetland: Identifier of the wetland type, empty where the land is not a wetland.
        commune: INSEE code.
        zone: Soil-climate zone of the commune (`4_1`), empty when the zone table lacks it.
        forest_region: Forest region groups of the commune (`F1` or `G5,G6`), empty when unknown.
        layer: Identifier of the layer that decided the land class, empty for `unknown`.
        vintage: Vintage of that layer.
        synthetic: Whether that layer, or the wetland layer where `wetland` is set, is synthetic.
    """

    code: int
    land_class: str
    wetland: str
    commune: str
    zone: str
    forest_region: str
    layer: str
    vintage: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class LandAreas:
    """True areas per ledger key inside one geometry.

    Attributes:
        keys: The keys present, in ascending code, without those of zero area.
        areas_ha: float64 of shape `(len(keys),)`, ellipsoidal hectares.
        geometry_ha: Ellipsoidal area of the whole geometry, in hectares.
        bytes_read: Bytes decoded from the ledger and its index to answer.
    """

    keys: tuple[LedgerKey, ...]
    areas_ha: NDArray[np.float64]
    geometry_ha: float
    bytes_read: int

    @property
    def inside_ha(self) -> float:
        """Area inside the territory, in hectares."""
        return float(self.areas_ha.sum())

    @property
    def described_ha(self) -> float:
        """Area that some layer describes, in hectares: inside the territory and not `unknown`."""
        described = [key.land_class != UNKNOWN for key in self.keys]
        return float(self.areas_ha[described].sum()) if described else 0.0
