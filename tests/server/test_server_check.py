"""`estran config check`: each mistake is told with its line and the way out."""

from pathlib import Path
from typing import Any

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
  limits:
    body_mb: 1
  jobs:
    workers: 1
server:
  languages: [fr, en]
  limits:
    max_items: 100
logging:
  level: WARNING
resources:
  heights:
    type: collection
    title: Altitudes
    estran:
      licence: {id: etalab-2.0, title: Licence Ouverte 2.0, url: https://example.org}
      attribution: Essai
      vintage: "2024"
    providers:
      - type: coverage
        name: estran.providers.coverage.CoverageProvider
        data: heights.tif
        format: {name: GTiff, mimetype: image/tiff}
"""


def problems(folder: Path, text: str) -> list[Problem]:
    path = folder / "pygeoapi-config.yml"
    path.write_text(text, encoding="utf-8")
    return check_configuration(path)


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_right_file_has_only_the_warning_about_data(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, TEXT)
    assert not problem.is_error
    assert problem.line == line_of(TEXT, "data: heights.tif")
    assert "estran data build" in problem.message_fr
    (tmp_path / "heights.tif").touch()
    assert problems(tmp_path, TEXT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "key", "suggestion"),
    [
        ("body_mb: 1", "body_md: 1", "estran.limits.body_md", "body_mb"),
        ("workers: 1", "worker: 1", "estran.jobs.worker", "workers"),
        ("    recipe:", "    recepe:", "estran.data.recepe", "recipe"),
        ("  territory:", "  teritory:", "estran.teritory", "territory"),
        ("      vintage:", "      vintige:", "resources.heights.estran.vintige", "vintage"),
        ("        data: heights", "        date: heights", "resources.heights.providers[0].date", "data"),
        ("    providers:", "    provider:", "resources.heights.provider", "providers"),
        ("resources:", "resource:", "resource", "resources"),
        ("server:", "serveur:", "serveur", "server"),
        ("    max_items", "    max_item", "server.limits.max_item", "max_items"),
        ("  level:", "  levle:", "logging.levle", "level"),
        (
            "coverage.CoverageProvider",
            "coverage.CoverageProvidr",
            "resources.heights.providers[0].name",
            "CoverageProvider",
        ),
    ],
)
def test_a_misspelt_key_names_its_line_and_the_nearest_key(
    tmp_path: Path, right: str, wrong: str, key: str, suggestion: str
) -> None:
    text = TEXT.replace(right, wrong, 1)
    assert text != TEXT
    found = [problem for problem in problems(tmp_path, text) if problem.key == key and problem.suggestion]
    assert len(found) == 1
    assert found[0].is_error
    assert found[0].suggestion == suggestion
    assert found[0].line == line_of(text, wrong.strip())
    assert repr(suggestion) in found[0].message_fr


@pytest.mark.parametrize(
    ("right", "wrong", "key", "words"),
    [
        ("body_mb: 1", "body_mb: lots", "estran.limits.body_mb", "nombre"),
        ("body_mb: 1", "body_mb: -1", "estran.limits.body_mb", "supérieur à 0"),
        ("workers: 1", "workers: 65", "estran.jobs.workers", "au plus 64"),
        ("workers: 1", "workers: [1]", "estran.jobs.workers", "entier"),
        ("recipe: bdtopo", "recipe: osm", "estran.data.recipe", "'la-rochelle' ou 'bdtopo'"),
        ("id: essai", "id: Mon Essai", "estran.territory.id", "motif"),
        ("  level: WARNING", "  level: LOUD", "logging.level", "LOUD"),
        ("type: collection", "type: colection", "resources.heights.type", "collection"),
        ("- type: coverage", "- type: grid", "resources.heights.providers[0].type", "feature, coverage"),
        (
            "estran.providers.coverage.",
            "estran.providers.covrage.",
            "resources.heights.providers[0].name",
            "chargé",
        ),
    ],
)
def test_a_wrong_value_names_its_line(tmp_path: Path, right: str, wrong: str, key: str, words: str) -> None:
    text = TEXT.replace(right, wrong, 1)
    assert text != TEXT
    (found,) = [problem for problem in problems(tmp_path, text) if problem.is_error]
    assert found.key == key
    assert words in found.message_fr
    assert found.line == line_of(text, wrong)


def test_a_missing_key_names_the_section_it_lacks_from(tmp_path: Path) -> None:
    text = TEXT.replace("      attribution: Essai\n", "")
    (found,) = [problem for problem in problems(tmp_path, text) if problem.is_error]
    assert found.key == "resources.heights.estran.attribution"
    assert found.message_fr == "cette clé manque"
    assert found.line == line_of(text, "    estran:")


def test_a_collection_given_twice(tmp_path: Path) -> None:
    text = TEXT + TEXT[TEXT.index("  heights:") :]
    (found,) = [problem for problem in problems(tmp_path, text) if problem.is_error]
    assert found.key == "resources.heights"
    assert found.line == len(TEXT.splitlines()) + 1
    assert found.message_fr == "l'identifiant 'heights' est donné deux fois"


def test_a_key_given_twice(tmp_path: Path) -> None:
    text = TEXT.replace("    body_mb: 1\n", "    body_mb: 1\n    body_mb: 2\n")
    (found,) = [problem for problem in problems(tmp_path, text) if problem.is_error]
    assert (found.key, found.line) == ("estran.limits.body_mb", line_of(text, "body_mb: 2"))


@pytest.mark.parametrize("text", ["a: [1,\nb: 2\n", "- 1\n- 2\n", "a: ${ABSENT_D_ESTRAN}\n", ""])
def test_a_file_that_is_not_a_configuration(tmp_path: Path, text: str) -> None:
    found = problems(tmp_path, text)
    assert found
    assert found[0].is_error


def test_a_missing_section_is_told(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("resources:")]
    assert [problem.key for problem in problems(tmp_path, text)] == ["resources"]


def test_anchors_and_merges_are_understood(tmp_path: Path) -> None:
    text = TEXT.replace("    estran:\n", "    estran: &terms\n") + (
        "  other:\n"
        "    type: collection\n"
        "    title: Autre\n"
        "    estran:\n"
        "      <<: *terms\n"
        '      vintage: "2025"\n'
        "    providers:\n"
        "      - {type: feature, name: GeoJSON, data: x.geojson, id_field: id}\n"
    )
    assert not [problem for problem in problems(tmp_path, text) if problem.is_error]


def test_a_problem_is_one_line_that_an_editor_can_follow(tmp_path: Path) -> None:
    problem = Problem(line=12, key="estran.x", message_en="wrong", message_fr="faux", suggestion="y")
    path = tmp_path / "c.yml"
    assert problem.line_of_text(path, "fr") == f"{path}:12: erreur: estran.x: faux"
    assert problem.line_of_text(path, "en") == f"{path}:12: error: estran.x: wrong"


def test_the_small_test_territory_is_right(configuration: dict[str, Any], territory) -> None:
    assert [problem for problem in check_configuration(territory(configuration)) if problem.is_error] == []


def test_the_files_of_each_instant_are_looked_for(tmp_path: Path) -> None:
    text = TEXT.replace(
        '      vintage: "2024"\n', '      vintage: "2024"\n      times: {"2023": a.tif, "2024": b.tif}\n'
    )
    (tmp_path / "heights.tif").touch()
    (tmp_path / "a.tif").touch()
    (problem,) = problems(tmp_path, text)
    assert not problem.is_error
    assert problem.line == line_of(text, "times:")
    assert problem.key == "resources.heights.estran.times.2024"
    assert "b.tif" in problem.message_fr
