import datetime as dt
from collections.abc import Callable
from math import isnan, sqrt
from pathlib import Path

import pytest

from estran.carbon.errors import EstranError, UnknownFactor
from estran.factors.documents import DATA, NAMES, reading
from estran.factors.factor import Factor, Gap
from estran.factors.names import read_index, read_names, read_table
from estran.factors.registry import Registry, read_registry
from estran.factors.rows import read_rows

Write = Callable[..., Path]

NAMES_HEADER = "row,id,title_fr,kind,error\n"


def registry_of(folder: Path) -> Registry:
    with reading(folder):
        return read_registry()


def named(folder: Path, identifier: str) -> Factor:
    entry = registry_of(folder).factor(identifier)
    assert isinstance(entry, Factor)
    return entry


@pytest.mark.parametrize("table", sorted(read_index().tables))
def test_every_table_with_names_is_read_whole(table: str) -> None:
    """An absent row, a repeated identifier, an unknown unit or bounds astray would raise here."""
    entries = read_table(table)
    assert entries
    for identifier, entry in entries.items():
        factor = entry.factor if isinstance(entry, Gap) else entry
        assert factor is not None
        assert factor.id == identifier
        assert factor.title.fr
        assert factor.title.en
        assert factor.source.link.startswith("https://")
        assert factor.source.licence
        assert isnan(factor.value) == isinstance(entry, Gap)


def test_every_file_of_names_has_its_table_and_names_a_row_once() -> None:
    for path in (DATA / NAMES).glob("*.csv"):
        rows = [name.row for name in read_names(path.stem)]
        assert len(rows) == len(set(rows)), path.name
        assert {row["id"] for row in read_rows(path.stem)} >= set(rows), path.name


def test_no_identifier_is_given_by_two_tables() -> None:
    listed = list(read_registry().entries)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("kind", "sd"),
    [
        ("p5_p95", 6 / 3.29),
        ("sd1", 3.0),
        ("p2.5_p97.5", 6 / 3.92),
        ("min_max", 6 / sqrt(12)),
    ],
)
def test_a_range_gives_the_standard_deviation_of_its_kind(trial: Write, kind: str, sd: float) -> None:
    folder = trial("t1,any,ten,8,10,14,tC/ha,,,,yes,\n", f"{NAMES_HEADER}t1,trial.ten,dix,{kind},\n")
    factor = named(folder, "trial.ten")
    assert factor.sd == pytest.approx(sd, rel=1e-12)
    assert (factor.low, factor.high, factor.doubt_checked) == (8.0, 14.0, True)


def test_without_range_the_doubt_is_that_of_the_category_then_of_the_table(trial: Write) -> None:
    rows = "t1,precise,a,,10,,ha,,,,yes,\nt2,rough,b,,-10,,ha,,,,no,\n"
    folder = trial(rows, f"{NAMES_HEADER}t1,trial.a,a,relative,\nt2,trial.b,b,relative,trial.a\n")
    first, second = named(folder, "trial.a"), named(folder, "trial.b")
    assert (first.sd, second.sd) == pytest.approx((0.1, 2.0))
    assert (first.checked, second.checked) == (True, False)
    assert not first.doubt_checked
    assert (first.error, second.error) == ("trial.a", "trial.a")


def test_a_legal_threshold_and_a_day_have_no_doubt(trial: Write) -> None:
    rows = "t1,any,area,,1500,,m2,,,,yes,\nt2,any,deadline,,2028-07-01,,date,,,,yes,\n"
    folder = trial(rows, f"{NAMES_HEADER}t1,trial.area,surface,none,\nt2,trial.deadline,échéance,none,\n")
    assert named(folder, "trial.area").sd == 0.0
    assert named(folder, "trial.deadline").day == dt.date(2028, 7, 1)
    assert named(folder, "trial.deadline").sd == 0.0


def test_an_empty_value_is_a_gap_and_not_zero(trial: Write) -> None:
    folder = trial("t1,any,unknown,2,,4,tC/ha,,,,yes,\n", f"{NAMES_HEADER}t1,trial.unknown,inconnu,p5_p95,\n")
    gap = registry_of(folder).factor("trial.unknown")
    assert isinstance(gap, Gap)
    assert "trial.unknown" in gap.reason.fr
    assert "trial.unknown" in gap.reason.en
    assert "trial.unknown" not in registry_of(folder).factors


def test_a_row_is_converted_to_the_unit_that_its_name_asks(trial: Write) -> None:
    """123 kg of carbon in methane are 123 x 16/12 = 164 kg of methane."""
    folder = trial(
        "t1,any,methane,99,123,147,kgCH4-C/ha/yr,,,,yes,\n",
        "row,id,title_fr,kind,error,unit\nt1,trial.methane,méthane,min_max,,kgCH4/ha/yr\n",
    )
    factor = named(folder, "trial.methane")
    assert (factor.value, factor.low, factor.high) == pytest.approx((164.0, 132.0, 196.0))
    assert factor.unit == "kgCH4/ha/yr"


def test_optional_columns_of_the_names(trial: Write) -> None:
    header = (
        "row,id,title_fr,kind,error,title_en,relative_sd,convention_fr,convention_en,territory,valid_from,"
        "valid_to,review_by,link,licence\n"
    )
    line = (
        "t1,trial.a,un,relative,,one,0.5,attention,beware,17300,2020-01-01,2025-12-31,2026-05-01,"
        "https://example.com,ODbL-1.0\n"
    )
    factor = named(trial("t1,any,a,,10,,ha,3 sites,who,2019,yes,why\n", header + line), "trial.a")
    assert (factor.title.fr, factor.title.en, factor.sd) == ("un", "one", 5.0)
    assert factor.convention is not None
    assert (factor.convention.fr, factor.convention.en) == ("attention", "beware")
    assert (factor.territory, factor.valid_from, factor.valid_to) == ("17300", "2020-01-01", "2025-12-31")
    assert (factor.review_by, factor.sample, factor.note) == ("2026-05-01", "3 sites", "why")
    source = factor.source
    assert (source.title, source.year, source.link, source.licence, source.row) == (
        "who",
        2019,
        "https://example.com",
        "ODbL-1.0",
        "t1",
    )


WIDE = """\
title: {fr: Essai, en: Trial}
source: une source
link: https://example.org
licence: etalab-2.0
attribution: Essai
year: 2024
checked: true
review_by: 2030-01-01
factors:
  - id: "trial.flux.{from}.{to}.{zone}"
    column: flux
    unit: tC/ha/yr
    title: {fr: "de {from} à {to}", en: "{from} to {to}"}
    row: "from={from} to={to}"
    sign: -1
    where: {edition: new}
  - id: "trial.years.{from}.{to}.{zone}"
    column: years
    unit: yr
    title: {fr: durée, en: duration}
    row: "from={from} to={to}"
    kind: none
labels:
  to: {"a (b)": {fr: lettre, en: letter}}
"""


def test_a_wide_table_gives_a_factor_per_row_and_column(trial: Write) -> None:
    header, rows = "from,to,zone,edition,flux,years\n", "cropland,a (b),SUD,new,0.5,20\nwater,z,SUD,old,9,\n"
    folder = trial(rows, "", WIDE, header)
    factor = named(folder, "trial.flux.cropland.a_b.sud")
    assert (factor.value, factor.unit, factor.sd) == (-0.5, "tC/ha/yr", pytest.approx(0.15))
    assert (factor.title.fr, factor.title.en) == ("de Culture à lettre", "Cropland to letter")
    assert factor.source.row == "from=cropland to=a (b)"
    assert named(folder, "trial.years.cropland.a_b.sud").sd == 0.0
    registry = registry_of(folder)
    assert isinstance(registry.factor("trial.years.water.z.sud"), Gap)
    with pytest.raises(UnknownFactor, match="unknown factor"):
        registry.factor("trial.flux.water.z.sud")


@pytest.mark.parametrize(
    ("rows", "names", "wrong"),
    [
        ("t1,a,b,,1,,ha,,,,yes,\n", "t2,trial.a,a,relative,\n", "absent from trial.csv"),
        ("t1,a,b,,1,,ha,,,,yes,\n", "t1,trial.a,a,relative,\nt1,trial.a,a,relative,\n", "two rows"),
        ("t1,a,b,,1,,furlong,,,,yes,\n", "t1,trial.a,a,relative,\n", "furlong"),
        ("t1,a,b,,1,,ha,,,,yes,\n", "t1,trial.a,a,often,\n", "kind"),
        ("t1,a,b,,1,,ha,,,,yes,\n", "t1,trial.a,,relative,\n", "title_fr"),
        ("t1,a,b,,1,,ha,,,,yes,\n", "t1,Trial a,a,relative,\n", "identifier"),
        ("t1,a,b,,1,,ha,,,,yes,\n", "t1,trial.a,a,min_max,\n", "both low and high"),
        ("t1,a,b,2,1,3,ha,,,,yes,\n", "t1,trial.a,a,min_max,\n", "not between"),
        ("t1,a,b,,one,,ha,,,,yes,\n", "t1,trial.a,a,relative,\n", "not a number"),
        ("t1,a,b,,nan,,ha,,,,yes,\n", "t1,trial.a,a,relative,\n", "not a number"),
    ],
)
def test_a_wrong_name_or_row_is_told(trial: Write, rows: str, names: str, wrong: str) -> None:
    folder = trial(rows, NAMES_HEADER + names)
    with reading(folder), pytest.raises(EstranError, match=wrong) as caught:
        read_registry().factor("trial.a")
    assert caught.value.fr


def test_a_table_described_twice_or_never_is_refused(trial: Write, copied: Write) -> None:
    folder = trial("t1,a,b,,1,,ha,,,,yes,\n", f"{NAMES_HEADER}t1,trial.a,a,relative,\n")
    (folder / NAMES / "trial.yaml").rename(folder / NAMES / "forest_litter.yaml")
    with reading(folder), pytest.raises(UnknownFactor, match="both describe"):
        read_table("trial")
    (folder / NAMES / "forest_litter.yaml").unlink()
    with reading(copied()), pytest.raises(UnknownFactor, match="described neither"):
        read_table("never")
