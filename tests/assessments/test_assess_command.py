"""`estran assess`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from estran.carbon.errors import InvalidInput, NotFound
from estran.cli.assess import assess
from estran.processes.catalogue import process_classes

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
    for words in ("Stock de carbone", "tC/ha", "Couverture 100 %", "Convient à cette question", "À savoir"):
        assert words in french
    for words in ("Carbon stock", "tC/ha", "Coverage 100%", "Fit for this question", "To know"):
        assert words in english


def test_a_figure_has_the_digits_that_its_interval_deserves(run: Callable[..., Result], project: str) -> None:
    """48 tC/ha, unsure by tens: neither 48.00 nor a bound with decimals."""
    text = run("--geometry", project, "--crs", "2154", "--lang", "en").stdout
    (line,) = [line for line in text.splitlines() if "tC/ha" in line]
    _, _, value, interval, unit, _ = (cell.strip() for cell in line.split("│"))
    assert float(value) in (48.0, 50.0)
    assert "." not in value + interval
    assert unit == "tC/ha"


def test_standard_input_and_csv(run: Callable[..., Result], project: str) -> None:
    text = Path(project).read_text(encoding="utf-8")
    result = run("--geometry", "-", "--crs", "2154", "--format", "csv", input=text)
    assert result.stdout.splitlines()[1].startswith('"total","indicator","total",')


def test_communes_as_geojson_and_as_text(run: Callable[..., Result]) -> None:
    named = ("--collection", "communes", "--ids", "17300, 17391")
    mapped = json.loads(run(*named, "--format", "geojson").stdout)
    assert [feature["id"] for feature in mapped["features"]] == ["17300", "17391"]
    assert "17391" in run(*named, "--lang", "en").stdout


@pytest.mark.parametrize("arguments", [(), ("--collection", "communes", "--geometry", "-")])
def test_one_place_is_needed(run: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    result = run(*arguments, input="{}")
    assert isinstance(result.exception, InvalidInput)
    assert "--collection with --ids or --filter" in result.exception.en


def test_a_filter_chooses_the_features(run: Callable[..., Result]) -> None:
    named = ("--collection", "communes", "--filter", "code_insee = '17391'", "--format", "geojson")
    mapped = json.loads(run(*named).stdout)
    assert [feature["id"] for feature in mapped["features"]] == ["17391"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--collection", "communes"), "`ids`, or a `filter`"),
        (("--collection", "communes", "--ids", "1", "--filter", "true"), "keep one"),
        (("--filter", "code_insee = '17391'"), "--collection with --ids or --filter"),
    ],
)
def test_a_collection_says_which_features(
    run: Callable[..., Result], arguments: tuple[str, ...], words: str
) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, InvalidInput)
    assert words in result.exception.en


def test_a_file_that_is_no_json(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "latin.geojson"
    path.write_bytes('{"é": 1}'.encode("latin-1"))
    result = run("--geometry", str(path))
    assert isinstance(result.exception, InvalidInput)
    assert "n'est pas du JSON en UTF-8" in result.exception.fr


def test_every_process_has_a_command() -> None:
    result = CliRunner().invoke(assess, ["--help"], env={"COLUMNS": "200"})
    for identifier in process_classes():
        assert identifier in result.output
        options = CliRunner().invoke(assess, [identifier, "--help"], env={"COLUMNS": "200"})
        assert options.exit_code == 0, options.output
        assert "--inputs" in options.output


def test_an_unknown_process_gives_the_nearest() -> None:
    result = CliRunner().invoke(assess, ["carbon-stok"])
    assert isinstance(result.exception, NotFound)
    assert "'carbon-stock'" in result.exception.fr


def test_inputs_as_the_server_takes_them(run: Callable[..., Result], kilometres: Box) -> None:
    """From standard input, with and without the `inputs` around, an option replacing one of them."""
    inputs = {"geometry": kilometres(0, 0), "crs": 2154, "confidence": 0.8}
    bare = run("--inputs", "-", "--format", "json", input=json.dumps(inputs))
    whole = run(
        "--inputs",
        "-",
        "--confidence",
        "0.8",
        "--format",
        "json",
        input=json.dumps({"inputs": {**inputs, "confidence": 0.5}}),
    )
    answers = [json.loads(result.stdout) for result in (bare, whole)]
    for answer in answers:
        del answer["cost"]
    assert answers[0] == answers[1]
    assert answers[0]["uncertainty"]["confidence"] == 0.8


def test_monte_carlo_and_flags_are_options(run: Callable[..., Result], project: str) -> None:
    drawn = ("--method", "monte-carlo", "--draws", "2000", "--seed", "3", "--deep-salt-marsh", "--lang", "en")
    result = run("--geometry", project, "--crs", "2154", *drawn)
    assert "Monte-Carlo, 2000 draws, seed 3" in result.stdout
    assert "Salt-marsh soil, 30–100 cm" in result.stdout


def test_a_workbook_needs_a_file(run: Callable[..., Result], project: str, tmp_path: Path) -> None:
    given = ("--geometry", project, "--crs", "2154", "--format", "xlsx")
    refused = run(*given)
    assert isinstance(refused.exception, InvalidInput)
    assert "--output" in refused.exception.fr
    path = tmp_path / "answer.xlsx"
    assert run(*given, "--output", str(path)).exit_code == 0
    assert path.read_bytes()[:2] == b"PK"


def test_inputs_must_be_an_object(run: Callable[..., Result]) -> None:
    result = run("--inputs", "-", input="[]")
    assert isinstance(result.exception, InvalidInput)
    assert result.exception.where == "--inputs"
