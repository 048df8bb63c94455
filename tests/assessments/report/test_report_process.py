"""A report asked of a process: formats, name of the file, wrong inputs, receipt."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assessments.report.reading import DATE, PROJECT, opened, squashed, words
from docx import Document

from estran.assessments.report.file import NamedFile
from estran.carbon.errors import EstranError
from estran.jobs.answer import encode
from estran.processes.carbon_stock import CarbonStock
from estran.processes.compare_scenarios import CompareScenarios
from estran.processes.formats import DOCX, PDF
from estran.processes.project_impact import ProjectImpact

Box = Callable[..., dict[str, Any]]


def wanted(media_type: str) -> dict[str, Any]:
    return {"result": {"format": {"mediaType": media_type}}}


@pytest.fixture(scope="module")
def config(tiny_directory: Path) -> str:
    return str(tiny_directory / "pygeoapi-config.yml")


@pytest.fixture
def inputs(kilometres: Box) -> dict[str, Any]:
    return {**PROJECT, "geometry": kilometres(1, 1)}


def test_a_process_writes_its_report_and_names_it(config: str, inputs: dict[str, Any]) -> None:
    process = ProjectImpact({"name": "x", "config": config})
    steps: list[tuple[str, float]] = []
    process.set_progress(lambda step, fraction: steps.append((step, fraction)))
    asked = {**inputs, "report": {"title": "ZAC du Port", "date": DATE, "kind": "sheet"}}
    media_type, content = process.execute(asked, wanted(PDF))
    _, plain = process.execute(inputs)
    receipt = plain["receipt"]["hash"]
    assert media_type == PDF
    assert isinstance(content, NamedFile)
    assert content.file_name == f"estran_fiche-ges_zac-du-port_{DATE}_{receipt[:8]}.pdf"
    assert [fraction for _, fraction in steps] == sorted(fraction for _, fraction in steps)
    assert "mise en page" in [step for step, _ in steps]
    sent = encode(media_type, content, outputs=["result"], as_document=False)
    assert sent.media_type == f'application/pdf; name="{content.file_name}"'
    assert sent.body == content


def test_a_report_changes_no_figure_and_no_receipt(config: str, inputs: dict[str, Any]) -> None:
    process = ProjectImpact({"name": "x", "config": config})
    _, without = process.execute(inputs)
    _, beside = process.execute({**inputs, "report": {"title": "ZAC"}})
    assert without["receipt"] == beside["receipt"]
    assert without["indicators"] == beside["indicators"]


@pytest.mark.parametrize(
    ("report", "where", "french", "english"),
    [
        (
            {"threshold_percent": 20},
            "report.threshold_percent",
            "doit valoir au moins 50",
            "must be at least 50",
        ),
        ({"titre": "ZAC"}, "report.titre", "vouliez-vous dire 'title'", "did you mean 'title'"),
        ({"language": "de"}, "report.language", "report", "report"),
        ({"measures": [{"title": "Haie"}]}, "report.measures[0].kind", "manque", "is missing"),
        ("ZAC", "report.inputs", "doivent être un objet", "must be an object"),
    ],
)
def test_wrong_inputs_of_a_report_are_refused_in_two_languages(
    config: str, inputs: dict[str, Any], report: object, where: str, french: str, english: str
) -> None:
    process = ProjectImpact({"name": "x", "config": config})
    with pytest.raises(EstranError) as refused:
        process.execute({**inputs, "report": report}, wanted(PDF))
    assert refused.value.where == where
    assert french in refused.value.fr
    assert english in refused.value.en


@pytest.fixture
def variants(kilometres: Box) -> dict[str, Any]:
    floor = {"use": "collective_housing", "floor_area_m2_sref": 7800}
    first = {"name": "Initial", "after": {"building": 2.0}, "programme": [floor]}
    timber = {"name": "Bois", "after": {"building": 2.0}, "programme": [{**floor, "structure": "timber"}]}
    return {"geometry": kilometres(1, 1), "crs": 2154, "variants": [first, timber], "draws": 2_000}


def test_variants_stand_in_the_measures(config: str, variants: dict[str, Any]) -> None:
    process = CompareScenarios({"name": "x", "config": config})
    report = {"date": DATE, "variant": "Bois", "measures": [{"title": "Structure bois", "kind": "reduce"}]}
    _, content = process.execute({**variants, "report": report}, wanted(PDF))
    text = words(content)
    measures = text[text.rindex(squashed("6. Éviter, réduire, compenser")) :]
    for said in (
        "Bois (retenue)",
        "Écart avec Initial",
        "Bois émet moins que Initial",
        "Structure bois Réduire",
    ):
        assert squashed(said) in measures
    with pytest.raises(EstranError) as refused:
        process.execute({**variants, "report": {"variant": "Boys"}}, wanted(PDF))
    assert refused.value.where == "report.variant"
    assert "vouliez-vous dire 'Bois'" in refused.value.fr


def test_any_process_has_a_shorter_report(config: str, kilometres: Box) -> None:
    process = CarbonStock({"name": "x", "config": config})
    asked = {"geometry": kilometres(0, 0), "crs": 2154, "report": {"date": DATE}}
    _, content = process.execute(asked, wanted(PDF))
    # Soil of 100 ha of cropland in zone 4_1, 48 tC/ha; its biomass is zero by convention.
    text = words(content)
    assert squashed("Stock de carbone des terres") in text
    assert squashed("Annexe F. Reçu et reproductibilité") in text
    assert "soil.stock.cropland.4_1" in text
    titles = [mark.title for mark in opened(content).outline if not isinstance(mark, list)]
    assert titles[:2] == ["Résumé non technique", "Chiffres"]
    assert process.execute(asked, wanted(PDF))[1] == content
    sheet = {**asked, "report": {"date": DATE, "kind": "sheet"}}
    _, word = process.execute(sheet, wanted(DOCX))
    assert word.file_name.endswith(".docx")
    assert Document(io.BytesIO(word)).core_properties.title.startswith("Stock de carbone des terres")


def test_the_report_is_described_in_two_languages() -> None:
    given = ProjectImpact.described()["inputs"]["report"]
    assert given["minOccurs"] == 0
    assert given["schema"]["x-section"] == "report"
    for name, each in given["schema"]["properties"].items():
        assert each["x-title-fr"], name
        assert each["title"], name
