"""`estran config check` and the factors that a territory overrides."""

from pathlib import Path

import pytest

from estran.server.check import check_configuration
from estran.server.check_messages import Problem

TEXT = """\
estran:
  territory:
    id: essai
    name: {fr: Essai, en: Test}
  data:
    recipe: bdtopo
    sources: data
    directory: var/essai
  factors:
    overrides:
      soil.stock.cropland.4_1:
        value: 52
        reason: relevés locaux
      %s
server:
  languages: [fr, en]
resources: {}
"""


def errors(folder: Path, line: str) -> list[Problem]:
    path = folder / "pygeoapi-config.yml"
    path.write_text(TEXT % line, encoding="utf-8")
    return [problem for problem in check_configuration(path) if problem.is_error]


def test_a_right_override_passes(tmp_path: Path) -> None:
    line = "soil.stock.orchard.4_1: {value: 50, low: 40, high: 60, reason: mesures}"
    assert [problem for problem in errors(tmp_path, line) if "factors" in problem.key] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("soil.stock.crop.4_1: {value: 52, reason: x}", "soil.stock.cropland.4_1"),
        ("soil.stock.orchard.4_1: {value: 50, low: 60, high: 70, reason: x}", "low <= value <= high"),
        ("living_biomass.stock.forest_broadleaf.g5+g6: {value: 1, reason: x}", "override its parts"),
    ],
)
def test_a_wrong_override_is_told_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    (problem,) = [problem for problem in errors(tmp_path, line) if "factors" in problem.key]
    assert problem.line == 14
    assert words in problem.message_en
    assert problem.message_fr != problem.message_en


@pytest.mark.parametrize("line", ["x: {value: 52}", "x: {value: 1, reason: x, why: y}"])
def test_an_override_without_reason_or_with_an_unknown_key_is_an_error(tmp_path: Path, line: str) -> None:
    assert any(problem.line == 14 for problem in errors(tmp_path, line))
