"""Are the declared uses of factors those of real answers? Every process runs the examples it publishes."""

from pathlib import Path

import pytest

from estran.cli.factors_cases import CaseAnswer, answers, kept_cases, published_cases, read_processors
from estran.factors.documents import DATA
from estran.factors.registry import read_registry
from estran.factors.uses import is_used, processes_using, read_uses, write_uses

ELSEWHERE = {"wetland.burial.mudflat.world", "wetland.burial.seagrass"}
"""Factors of land that lies under the tide, beyond the communes of the demonstration."""


@pytest.fixture(scope="module")
def answered(demonstration: Path) -> list[CaseAnswer]:
    processors = read_processors(demonstration)
    return list(answers([*published_cases(processors), *kept_cases(demonstration)], processors, DATA))


def test_every_process_has_a_case_of_its_own(demonstration: Path) -> None:
    assert {case.process for case in kept_cases(demonstration)} == set(read_processors(demonstration))


def test_every_case_has_an_answer(answered: list[CaseAnswer]) -> None:
    assert {answer.case.id: answer.error for answer in answered if answer.error} == {}


def test_every_factor_of_an_answer_is_declared(answered: list[CaseAnswer]) -> None:
    declared = read_uses()
    lacking = {
        (answer.case.process, factor)
        for answer in answered
        for factor in answer.factors
        if not is_used(factor, declared.get(answer.case.process, ()))
    }
    assert lacking == set()


def test_every_declared_use_is_met_by_an_answer(answered: list[CaseAnswer]) -> None:
    for process in {answer.case.process for answer in answered}:
        used = {name for answer in answered if answer.case.process == process for name in answer.factors}
        idle = {start for start in read_uses()[process] if not any(is_used(name, [start]) for name in used)}
        assert idle <= ELSEWHERE, process


@pytest.mark.parametrize("process", sorted(read_uses()))
def test_every_declared_start_leads_to_a_factor(process: str) -> None:
    known = list(read_registry().entries)
    for start in read_uses()[process]:
        assert any(is_used(name, [start]) for name in known), start


def test_a_declaration_of_one_identifier_does_not_go_on(tmp_path: Path) -> None:
    """The burial kept for salt marshes is used; the world means that start alike are not."""
    assert "carbon-flux" in processes_using("wetland.burial.salt_marsh")
    assert processes_using("wetland.burial.salt_marsh.world_2003") == ()
    path = write_uses(tmp_path, "trial", ["=b.c", "b.d"])
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["- '=b.c'", "- b.d"]


def test_a_factor_names_its_processes() -> None:
    assert "carbon-stock" in processes_using("soil.stock.cropland.4_1")
    assert "carbon-stock" not in processes_using("mobility.car.average")
    assert "carbon-stock" in processes_using("living_biomass.stock.forest_broadleaf.g5+g6")


def test_uses_are_written_once_each_in_order(tmp_path: Path) -> None:
    path = write_uses(tmp_path, "trial", ["soil.stock", "energy", "soil.stock"])
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["- energy", "- soil.stock"]
