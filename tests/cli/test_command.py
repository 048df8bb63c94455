"""The `estran` command as a person types it: exit codes, words, both languages."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from estran.cli.main import estran

ROOT = Path(__file__).resolve().parents[2]
OLEMPS = ROOT / "data" / "olemps"
SOURCE = str(OLEMPS / "source")
NEW = ("new", "--bdtopo", SOURCE, "--id", "rodez", "--name", "Rodez", "--vintage", "2022")


def run(*words: str, lang: str = "en_GB.UTF-8") -> Result:
    environment = {"LC_ALL": lang, "LC_MESSAGES": None, "LANG": None}
    return CliRunner().invoke(estran, words, env=environment)


def test_new_writes_a_configuration_that_is_valid(tmp_path: Path) -> None:
    target = tmp_path / "rodez.yml"
    done = run(*NEW, "--out", str(target))
    assert done.exit_code == 0, done.output
    assert f"make serve CONFIG={target}" in done.output
    document = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert document["estran"]["data"]["directory"] == "var/rodez"
    assert "roads" not in document["resources"]
    checked = run("config", "check", "--config", str(target))
    assert checked.exit_code == 0, checked.output


def test_new_keeps_a_file_that_exists(tmp_path: Path) -> None:
    target = tmp_path / "rodez.yml"
    target.write_text("mine", encoding="utf-8")
    done = run(*NEW, "--out", str(target), lang="fr_FR.UTF-8")
    assert done.exit_code == 1
    assert "existe déjà" in done.output
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("lang", "words"), [("fr_FR.UTF-8", "n'existe pas"), ("C", "does not exist")])
def test_an_error_is_a_sentence_in_the_reader_s_language(lang: str, words: str, tmp_path: Path) -> None:
    done = run(
        "new", "--bdtopo", str(tmp_path / "x"), "--id", "x", "--name", "X", "--vintage", "1", lang=lang
    )
    assert done.exit_code == 1
    assert words in done.output
    assert "Traceback" not in done.output


def test_check_names_the_line_and_the_nearest_key(tmp_path: Path) -> None:
    text = (ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8")
    lines = text.splitlines()
    number = next(index for index, line in enumerate(lines) if "resolution_m: 5" in line)
    lines[number] = lines[number].replace("resolution_m", "resolution")
    target = tmp_path / "pygeoapi-config.yml"
    target.write_text("\n".join(lines), encoding="utf-8")
    done = run("config", "check", "--config", str(target))
    assert done.exit_code == 1
    assert f":{number + 1}:" in done.output
    assert "resolution_m" in done.output


@pytest.mark.parametrize("config", [ROOT / "pygeoapi-config.yml", OLEMPS / "pygeoapi-config.yml"])
def test_the_configurations_delivered_are_valid(config: Path) -> None:
    done = run("config", "check", "--config", str(config))
    assert done.exit_code == 0, done.output


def test_the_configuration_of_olemps_is_what_new_writes(tmp_path: Path) -> None:
    """But for its paths, which lead from its own folder to the common `var`."""
    target = tmp_path / "olemps.yml"
    words = ("new", "--bdtopo", str(OLEMPS / "source" / "bdtopo_v3_2022_olemps.gpkg"), "--id", "olemps")
    run(*words, "--name", "Olemps", "--vintage", "2022", "--out", str(target))
    written = yaml.safe_load(target.read_text(encoding="utf-8"))
    delivered = yaml.safe_load((OLEMPS / "pygeoapi-config.yml").read_text(encoding="utf-8"))
    assert written["resources"].keys() == delivered["resources"].keys()
    assert written["metadata"] == delivered["metadata"]


def test_status_without_data_says_what_to_run(tmp_path: Path) -> None:
    target = tmp_path / "x.yml"
    run(*NEW, "--out", str(target))
    done = run("data", "status", "--config", str(target))
    assert done.exit_code == 1
    assert "estran data build" in done.output
