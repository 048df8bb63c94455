"""The changes of CORINE Land Cover: the table as published, its classes, a commune without row."""

from math import fsum

import pytest

from estran.factors.changes import TABLE, commune_changes, read_change_rules
from estran.factors.documents import LandClasses, WetlandTypes, read_document
from estran.factors.rows import read_rows


def test_the_table_is_that_of_the_source() -> None:
    """20,729 changes in 12,185 communes, 472,192.6367 ha in six years."""
    rows = read_rows(TABLE)
    assert len(rows) == 20_729
    assert len({row["insee"] for row in rows}) == 12_185
    assert fsum(float(row["area_ha_over_6_years"]) for row in rows) == pytest.approx(472_192.6367, abs=1e-4)
    assert read_change_rules().years == 6


def test_a_commune_has_the_rows_of_the_table() -> None:
    """Saint-Xandre: arable land to built-up (22.0532 ha) and to building sites (7.6597 ha)."""
    found = commune_changes("17414")
    assert found is not None
    assert [change.area_ha for change in found] == [22.0532, 7.6597]
    for change in found:
        assert [part.land_class for part in change.before] == ["cropland"]
        assert [(part.land_class, part.share) for part in change.after] == [
            ("artificial_sealed", "sealed"),
            ("artificial_grass_shrubs", "open"),
        ]


def test_no_row_is_no_change_and_an_unknown_commune_is_no_zero() -> None:
    """Aytré is in the table of communes and has no change; no commune is numbered 99999."""
    assert commune_changes("17028") == ()
    assert commune_changes("99999") is None


def test_every_class_of_the_table_leads_to_land_of_the_ledger() -> None:
    land = read_document("land_classes", LandClasses).root
    wetlands = read_document("wetland_types", WetlandTypes).root
    rules = read_change_rules()
    assert {row["recommended_class"] for row in read_rows("clc_to_class")} <= set(rules.classes)
    for name, parts in rules.classes.items():
        assert {part.land_class for part in parts} <= set(land), name
        assert {part.wetland for part in parts} <= {"", *wetlands}, name
        assert [part.share for part in parts] in (["whole"], ["sealed", "open"]), name
