import datetime as dt
import warnings

import pytest

from estran.factors.documents import DATA, LandClasses, Tables, WetlandTypes, read_document
from estran.factors.tables import read_rows

LEDGER_CLASSES = {
    "building", "parking", "road", "artificial_sealed", "artificial_grass_shrubs", "artificial_trees",
    "cropland", "orchard", "vineyard", "grassland_herbaceous", "grassland_shrubs", "grassland_trees",
    "forest_broadleaf", "forest_conifer", "forest_mixed", "forest_poplar", "forest", "hedge", "wetland",
    "other", "water", "unknown",
}  # fmt: skip

WETLANDS = {
    "dyked_fresh_marsh", "dyked_brackish_marsh", "dyked_salt_marsh", "salt_meadow", "mudflat", "seagrass",
    "sea",
}  # fmt: skip


class PastReviewDate(UserWarning):
    """A table should be compared with a newer edition."""


def test_every_table_says_where_it_comes_from() -> None:
    described = set(read_document("tables", Tables).tables)
    assert described == {path.stem for path in DATA.glob("*.csv")}


@pytest.mark.filterwarnings("default")
def test_every_table_has_a_review_date_and_a_past_one_is_named() -> None:
    today = dt.datetime.now(dt.UTC).date()
    for name, table in read_document("tables", Tables).tables.items():
        assert table.review_by.year > table.year, name
        if table.review_by < today:
            warnings.warn(PastReviewDate(name), stacklevel=1)


def test_every_class_of_the_ledger_is_known() -> None:
    assert set(read_document("land_classes", LandClasses).root) == LEDGER_CLASSES
    assert set(read_document("wetland_types", WetlandTypes).root) == WETLANDS


def test_soil_classes_follow_the_crosswalk() -> None:
    classes = read_document("land_classes", LandClasses).root
    rows = [row for row in read_rows("crosswalks") if row["table"] == "class_to_soil_class"]
    for row in rows:
        if row["from_code"] in classes:
            assert classes[row["from_code"]].soil == (row["to_code"] or None)
    compositions = [row for row in read_rows("crosswalks") if row["table"] == "class_to_composition"]
    assert len(compositions) == 4
    for row in compositions:
        assert classes[row["from_code"]].forest == row["to_code"]


def test_regions_of_the_zone_table_agree_with_their_inter_region() -> None:
    inter_regions = {row["insee_region"]: row["inter_region"] for row in read_rows("region_to_inter_region")}
    rows = read_rows("commune_zones_france")
    assert len(rows) == 35_111
    assert all(inter_regions[row["insee_region"]] == row["inter_region"] for row in rows)
