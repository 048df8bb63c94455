"""`estran factors`, as a person types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from estran.cli.factors_cases import kept_cases
from estran.cli.main import estran

CASES = ("dense-quarter/carbon-stock", "dense-quarter/project-impact", "commuting/mobility-footprint")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(estran, ["factors", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_list_of_a_table() -> None:
    lines = run("list", "--table", "forest_litter").splitlines()
    assert len(lines) == 5
    assert lines[0].split()[:4] == ["litter.stock.forest_broadleaf", "9", "±", "4.5"]
    assert lines[-1].startswith("4 factors, version 1.")


def test_list_by_words_as_json() -> None:
    (row,) = json.loads(
        run("list", "--search", "cropland zone 4_1", "--table", "soil_carbon_stocks_by_zone", "--json")
    )
    assert (row["id"], row["value"]) == ("soil.stock.cropland.4_1", 48.0)


def test_show_one_factor_and_name_the_nearest_of_an_unknown_one() -> None:
    shown = run("show", "soil.stock.cropland.4_1", "--config", "none.yml")
    assert "zpc=4_1 class=cropland" in shown
    assert "soil.stock.cropland.4_1" in run("show", "soil.stock.cropland.41", "--config", "none.yml", code=1)


def test_diff_of_factors_only(copied: Callable[..., Path]) -> None:
    folder = copied("forest_litter.csv", "forest_broadleaf,litter,9,", "forest_broadleaf,litter,10,")
    said = run("diff", str(folder), "--no-cases")
    assert "~ litter.stock.forest_broadleaf value: 10.0 → 9.0" in said
    assert "0 added, 0 removed, 2 changes, 0 results moved" in said


def test_a_folder_without_factors_is_told(tmp_path: Path) -> None:
    assert "holds no factors" in run("diff", str(tmp_path), "--no-cases", code=1)


def test_diff_says_which_results_move_and_by_how_much(
    copied: Callable[..., Path], demonstration: Path, tmp_path: Path
) -> None:
    """Sealed soil from 30 to 33 tC/ha in every zone is one tenth more of it, and of nothing else.

    The project takes the seal off 1.2 ha: where the grass holds 84 tC/ha, 51 instead of 54 tC/ha are
    gained over 20 years. A commute has no soil and does not move.
    """
    cases = tmp_path / "cases.yaml"
    kept = [case.model_dump() for case in kept_cases(demonstration) if case.id in CASES]
    assert len(kept) == len(CASES)
    cases.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    folder = copied()
    table = folder / "soil_carbon_stocks_by_zone.csv"
    text = table.read_text(encoding="utf-8")
    rows = [
        line.replace(",30,tC/ha", ",33,tC/ha") if ",artificial_sealed," in line else line
        for line in text.splitlines()
    ]
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = run(
        "diff", "installed", str(folder), "--cases", str(cases), "--config", str(demonstration), "--json"
    )
    document = json.loads(said)
    changed = {change["id"] for change in document["changed"]}
    assert changed
    assert all(name.startswith("soil.stock.artificial_sealed.") for name in changed)
    moved = {(move["case"], move["indicator"]): move for move in document["results"]}
    assert document["errors"] == []
    quarter, project, commute = CASES
    total, soil = moved[quarter, "total"], moved[quarter, "soil"]
    assert 0.0 < soil["relative"] < 0.1
    assert total["after"] - total["before"] == pytest.approx(soil["after"] - soil["before"])
    assert (quarter, "living_biomass") not in moved
    impact = moved[project, "total"]
    assert impact["after"] - impact["before"] == pytest.approx(1.2 * 3.0 * 44 / 12)
    assert not any(case == commute for case, _ in moved)
