import datetime as dt
import re
import warnings

import pytest

from estran.factors.documents import DATA, NAMES, LandClasses, WetlandTypes, read_document, read_tables
from estran.factors.factor import Gap
from estran.factors.registry import read_registry
from estran.factors.rows import read_rows
from estran.factors.sources import french_source

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
    assert set(read_tables()) == {path.stem for path in DATA.glob("*.csv")}


def test_every_table_says_what_its_rows_are_called() -> None:
    """A table of stocks, of places or of joins is read by its own function; any other is named."""
    own = {
        "soil_carbon_stocks_by_zone", "biomass_stocks_nonforest", "forest_carbon_ifn", "forest_litter",
        "hedges_carbon_by_department", "commune_zones_france", "region_to_inter_region", "citepa_to_class",
        "crosswalks", "clc_to_class", "clc_changes_2012_2018_communes_france",
    }  # fmt: skip
    wide = {name for name, table in read_tables().items() if table.factors}
    named = {path.stem for path in (DATA / NAMES).glob("*.csv")}
    assert set(read_tables()) == own & set(read_tables()) | wide | named


@pytest.mark.filterwarnings("default")
def test_every_table_has_a_review_date_and_a_past_one_is_named() -> None:
    today = dt.datetime.now(dt.UTC).date()
    for name, table in read_tables().items():
        assert table.review_by.year > table.year, name
        if table.review_by < today:
            warnings.warn(PastReviewDate(name), stacklevel=1)


@pytest.mark.filterwarnings("default")
def test_a_factor_past_its_date_is_named_and_its_dates_are_in_order() -> None:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for factor in read_registry().factors.values():
        assert not (factor.valid_from and factor.valid_to) or factor.valid_from <= factor.valid_to, factor.id
        if factor.review_by < today:
            warnings.warn(PastReviewDate(factor.id), stacklevel=1)


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


@pytest.mark.parametrize(
    ("title", "french"),
    [
        ("working value of the Estran method", "valeur de travail de la méthode Estran"),
        ("law of 26 November 2025 art. 8, read in x.fr", "loi du 26 novembre 2025, art. 8, lu dans x.fr"),
        ("ADEME Base Carbone V22.0, element 15321", "ADEME Base Carbone V22.0, élément 15321"),
        ("Nowak et al. 2013, Environ. Pollut. 178:229", "Nowak et al. 2013, Environ. Pollut. 178:229"),
        ("ADEME ALDO (IFN, FCBA, Solagro 2009)", "ADEME ALDO (IFN, FCBA, Solagro 2009)"),
    ],
)
def test_a_source_reads_in_french_and_a_paper_keeps_its_title(title: str, french: str) -> None:
    assert french_source(title) == french


def test_no_english_word_of_ours_is_left_in_a_french_source() -> None:
    """Names of papers and addresses stay; our own words about a source do not."""
    ours = re.compile(r"\b(working value|derived|read in|law of|decree|annex to|note of|thresholds)\b")
    entries = read_registry().entries
    factors = (entry.factor if isinstance(entry, Gap) else entry for entry in entries.values())
    titles = {factor.source.title for factor in factors if factor}
    assert [title for title in titles if ours.search(french_source(title))] == []
