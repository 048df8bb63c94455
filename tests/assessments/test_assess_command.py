"""`estran assess carbon-stock`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from estran.carbon.errors import InvalidInput
from estran.cli.assess import assess

Box = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tiny_directory: Path) -> Callable[..., Result]:
    def command(*arguments: str, **options: Any) -> Result:
        config = str(tiny_directory / "pygeoapi-config.yml")
        line = ["carbon-stock", "--config", config, *arguments]
        return CliRunner().invoke(assess, line, env={"COLUMNS": "200"}, **options)

    return command


@pytest.fixture
def project(tmp_path: Path, kilometres: Box) -> str:
    path = tmp_path / "project.geojson"
    path.write_text(json.dumps(kilometres(0, 0)), encoding="utf-8")
    return str(path)


def test_json_from_a_file(run: Callable[..., Result], project: str) -> None:
    result = run("--geometry", project, "--crs", "2154", "--format", "json")
    assert result.exit_code == 0, result.output
    indicators = {indicator["id"]: indicator for indicator in json.loads(result.stdout)["indicators"]}
    assert indicators["mean_density"]["value"] == pytest.approx(48.0)


def test_text_in_french_and_in_english(run: Callable[..., Result], project: str) -> None:
    french = run("--geometry", project, "--crs", "2154", "--lang", "fr").stdout
    english = run("--geometry", project, "--crs", "2154", "--lang", "en").stdout
    for words in ("Stock de carbone", "48,00", "Couverture 100 %", "Convient à cette question", "À savoir"):
        assert words in french
    for words in ("Carbon stock", "48.00", "Coverage 100%", "Fit for this question", "To know"):
        assert words in english


def test_standard_input_and_csv(run: Callable[..., Result], project: str) -> None:
    text = Path(project).read_text(encoding="utf-8")
    result = run("--geometry", "-", "--crs", "2154", "--format", "csv", input=text)
    assert result.stdout.splitlines()[1].startswith("total,indicator,total,")


def test_communes_as_geojson_and_as_text(run: Callable[..., Result]) -> None:
    named = ("--collection", "communes", "--ids", "17300, 17391")
    mapped = json.loads(run(*named, "--format", "geojson").stdout)
    assert [feature["id"] for feature in mapped["features"]] == ["17300", "17391"]
    assert "17391" in run(*named, "--lang", "en").stdout


@pytest.mark.parametrize("arguments", [(), ("--collection", "communes", "--geometry", "-")])
def test_one_place_is_needed(run: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    result = run(*arguments, input="{}")
    assert isinstance(result.exception, InvalidInput)
    assert "--collection and --ids" in result.exception.en


def test_a_file_that_is_no_json(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "latin.geojson"
    path.write_bytes('{"é": 1}'.encode("latin-1"))
    result = run("--geometry", str(path))
    assert isinstance(result.exception, InvalidInput)
    assert "n'est pas du JSON en UTF-8" in result.exception.fr
