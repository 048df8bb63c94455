"""The PDF of a project: tagged, in order, with its numbers as computed."""

from collections.abc import Callable
from math import floor, log10
from typing import Any

import pytest
from assessments.report.reading import DATE, PROJECT, Write, elements, opened, said, squashed, words

from estran.assessments.envelope import Envelope
from estran.assessments.project_impact import assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.assessments.report.blocks import Chart, Heading, Map, Report, Table
from estran.assessments.report.content import compose
from estran.assessments.report.inputs import ReportInputs
from estran.assessments.report.pdf import to_pdf
from estran.assessments.request import read_request
from estran.layers.territory import Territory

OUTLINE = [
    "Résumé non technique",
    "1. Périmètre de l’évaluation",
    "2. État actuel du site",
    "3. Scénarios sans et avec projet",
    "4. Postes significatifs",
    "5. Quantification",
    "6. Éviter, réduire, compenser",
    "7. Cohérence avec la neutralité",
    "Suivi",
    "Vulnérabilité",
    "Annexe A. Méthode",
    "Annexe B. Facteurs",
    "Annexe C. Couches et licences",
    "Annexe D. Limites et couverture",
    "Annexe E. Saisies",
    "Annexe F. Reçu et reproductibilité",
]


@pytest.fixture(scope="module")
def pdf(whole: Report) -> bytes:
    return to_pdf(whole)


@pytest.fixture(scope="module")
def envelope(tiny: Territory, kilometres: Callable[..., dict[str, Any]]) -> Envelope:
    request = read_request(ProjectImpactRequest, {**PROJECT, "geometry": kilometres(1, 1)})
    return assess_project_impact(request, tiny)


def test_the_pdf_is_tagged_and_says_what_it_is(pdf: bytes) -> None:
    reader = opened(pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Volet gaz à effet de serre\u00a0: Îlot des Salines"
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    # A4 is 210 x 297 mm, a point 25.4 / 72 mm.
    assert (float(width), float(height)) == pytest.approx((210 * 72 / 25.4, 297 * 72 / 25.4), abs=0.1)


def test_sections_come_in_the_order_of_the_guide_with_bookmarks(pdf: bytes) -> None:
    reader = opened(pdf)
    marks = [mark for mark in reader.outline if not isinstance(mark, list)]
    assert [mark.title for mark in marks] == OUTLINE
    places = [reader.get_destination_page_number(mark) for mark in marks]
    assert places == sorted(places)
    for title, place in zip(OUTLINE, places, strict=True):
        assert squashed(title) in squashed(reader.pages[place].extract_text()), title


def test_every_drawing_has_words_and_every_table_headers(pdf: bytes, whole: Report) -> None:
    found = list(elements(opened(pdf)))
    drawn = [block for block in whole.blocks if isinstance(block, Chart | Map)]
    assert len(drawn) >= 6
    figures = [each for each in found if each.get("/S") == "/Figure"]
    assert len(figures) >= len(drawn)
    assert all(each.get("/Alt") for each in figures)
    tables = sum(isinstance(block, Table) for block in whole.blocks)
    assert sum(each.get("/S") == "/THead" for each in found) >= tables


def test_the_total_is_rounded_as_its_interval_deserves(pdf: bytes, envelope: Envelope) -> None:
    total = envelope.indicator("total")
    assert total.value is not None
    assert total.low is not None
    assert total.high is not None
    # The rule, apart from the code: a step of 10^floor(log10(width / 5)).
    step = 10 ** floor(log10((total.high - total.low) / 5))
    low, value, high = (f"{round(each / step) * step:.0f}" for each in (total.low, total.value, total.high))
    assert squashed(f"le projet ajouterait environ {value} tCO₂e (entre {low} et {high})") in words(pdf)


def test_what_would_happen_anyway_stands_in_its_column(whole: Report) -> None:
    table = next(b for b in whole.blocks if isinstance(b, Table) and b.caption.startswith("Quantification"))
    operation = next(row for row in table.rows if row[0] == "Énergie en usage")
    # 3 tCO2e a year over 50 years.
    assert operation[1] == "150"
    assert float(squashed(operation[2])) - float(squashed(operation[3])) == pytest.approx(150, abs=100)


def test_what_the_author_left_out_is_marked_and_what_he_wrote_stands(pdf: bytes) -> None:
    text = words(pdf)
    assert text.count(squashed("[À compléter par le maître d’ouvrage]")) >= 8
    assert squashed("Le projet suit le PCAET.") in text


def test_the_footer_says_the_project_the_receipt_the_date_and_the_page(
    pdf: bytes, envelope: Envelope
) -> None:
    pages = opened(pdf).pages
    said = f"Îlot des Salines · reçu {envelope.receipt.hash[:8]} · 12/03/2027"
    last = squashed(pages[-1].extract_text())
    assert squashed(said) in last
    assert f"page{len(pages)}/{len(pages)}" in last


def test_the_same_report_has_the_same_bytes(whole: Report, pdf: bytes) -> None:
    assert to_pdf(whole) == pdf


def test_the_name_of_the_file_says_what_it_is(whole: Report, envelope: Envelope) -> None:
    assert whole.file_stem == f"estran_volet-ges_ilot-des-salines_{DATE}_{envelope.receipt.hash[:8]}"


def test_an_english_report(write: Write) -> None:
    report = write(report={"language": "en"})
    text = said(report)
    assert squashed("Non-technical summary") in text
    assert squashed("[To be completed by the project owner]") in text
    assert squashed("the project would add about") in text
    for french in ("Résumé", "Périmètre", "compléter", "entre "):
        assert squashed(french) not in text


def test_headings_can_be_replaced(write: Write) -> None:
    report = write(report={"headings": {"measures": "6. Séquence ERC"}})
    titles = [block.text for block in report.blocks if isinstance(block, Heading)]
    assert "6. Séquence ERC" in titles
    assert OUTLINE[6] not in titles


def test_what_has_no_data_is_written_and_is_not_zero(write: Write) -> None:
    # The square (3, 0) is described by nothing: half of this place has no data.
    report = write((2.5, 1))
    text = said(report)
    assert squashed("50 % de la surface sans donnée, non comptés") in text
    table = next(b for b in report.blocks if isinstance(b, Table) and b.caption.startswith("Stocks"))
    assert any("non évalué" in row for row in table.rows)


def test_a_place_too_small_has_no_central_value(write: Write) -> None:
    report = write((0.5, 0.5, 0.01, 0.01), after={"building": 0.004}, sealed_m2=0.0)
    text = said(report)
    assert squashed("▲ Échelle inadaptée") in text
    assert squashed("aucune valeur centrale n’est donnée") in text
    assert squashed("le projet ajouterait environ") not in text
    assert not [block for block in report.blocks if isinstance(block, Chart) and block.name != "path"
                and block.name != "doubt"]  # fmt: skip


def test_data_that_are_not_real_are_told_on_every_page(
    envelope: Envelope, tiny: Territory, kilometres: Callable[..., dict[str, Any]]
) -> None:
    request = read_request(ProjectImpactRequest, {**PROJECT, "geometry": kilometres(1, 1)})
    invented = tuple(source.model_copy(update={"synthetic": True}) for source in envelope.sources)
    report = compose(
        envelope.model_copy(update={"sources": invented}), request, tiny, ReportInputs(kind="sheet")
    )
    (page,) = opened(to_pdf(report)).pages
    assert squashed("Données de démonstration : ne pas utiliser pour décider") in squashed(
        page.extract_text()
    )
    assert "DÉMONSTRATION" in squashed(page.extract_text())


def test_a_sheet_holds_on_one_page(write: Write) -> None:
    report = write(report={"kind": "sheet", "author": "Association du Marais"})
    (page,) = opened(to_pdf(report)).pages
    text = squashed(page.extract_text())
    assert squashed("Auteur : Association du Marais") in text
    assert squashed("Ce qui n’est pas compté") in text
