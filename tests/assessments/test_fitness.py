"""When may a reader trust an answer? The rules of `factors/data/fitness.yaml`, one by one."""

import numpy as np
import pytest

from estran.assessments.fitness import Supports, assess_fitness
from estran.factors.documents import FitnessRules, read_document
from estran.layers.ledger.keys import UNKNOWN, LandAreas, LedgerKey


def key(code: int, land_class: str, *, synthetic: bool = False) -> LedgerKey:
    layer = "" if land_class == UNKNOWN else "vegetation"
    return LedgerKey(code, land_class, "", "12174", "2_1", "G5,G6", layer, "2022", synthetic)


def land(described_ha: float, *, of_ha: float, synthetic_ha: float = 0.0) -> LandAreas:
    keys = (key(1, "forest"), key(2, "forest_mixed", synthetic=True), key(3, UNKNOWN))
    areas = np.array([described_ha - synthetic_ha, synthetic_ha, of_ha - described_ha])
    present = areas > 0
    return LandAreas(
        keys=tuple(k for k, there in zip(keys, present, strict=True) if there),
        areas_ha=areas[present],
        geometry_ha=of_ha,
        bytes_read=0,
    )


@pytest.fixture
def supports() -> Supports:
    """One layer that tells 0.5 ha apart, on a ledger of 5 m cells."""
    return Supports(read_document("fitness", FitnessRules), {"vegetation": 0.5}, 0.0025)


@pytest.mark.parametrize(
    ("areas", "verdict"),
    [
        (land(10.0, of_ha=10.0), "fit"),  # 10 / 0.5 = 20 supports
        (land(9.99, of_ha=9.99), "order-of-magnitude"),  # 19.98 supports
        (land(1.0, of_ha=1.0), "order-of-magnitude"),  # 2 supports
        (land(0.99, of_ha=0.99), "unfit"),
        (land(100.0, of_ha=100.0, synthetic_ha=5.0), "fit"),  # 5 % synthetic is not more than 5 %
        (land(100.0, of_ha=100.0, synthetic_ha=5.1), "order-of-magnitude"),
        (land(50.0, of_ha=100.0), "fit"),  # half described is not less than half
        (land(49.9, of_ha=100.0), "order-of-magnitude"),
        (land(0.9, of_ha=0.99, synthetic_ha=0.9), "unfit"),  # a rule never improves a verdict
    ],
)
def test_each_threshold(areas: LandAreas, verdict: str, supports: Supports) -> None:
    assert assess_fitness(areas, supports).verdict == verdict


def test_a_partly_described_place_says_that_its_total_is_a_minimum(supports: Supports) -> None:
    reasons = assess_fitness(land(27.0, of_ha=100.0), supports).reasons
    assert "27 % seulement de la géométrie est décrit : le total est un minimum" in [r.fr for r in reasons]
    assert "only 27% of the geometry is described: the total is a minimum" in [r.en for r in reasons]
