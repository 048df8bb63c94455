"""The Word document of a project, opened again."""

import io
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn

from estran.assessments.report.blocks import Chart, Heading, Map, Report, Table
from estran.assessments.report.word import to_docx


@pytest.fixture(scope="module")
def word(whole: Report) -> Any:
    return Document(io.BytesIO(to_docx(whole)))


def test_headings_have_the_style_of_headings(word: Any, whole: Report) -> None:
    expected = [block.text for block in whole.blocks if isinstance(block, Heading)]
    assert [each.text for each in word.paragraphs if each.style.name == "Heading 1"] == expected
    assert word.core_properties.title == whole.title


def test_tables_have_a_caption_and_a_header_that_repeats(word: Any, whole: Report) -> None:
    captions = {each.text.partition(". ")[2] for each in word.paragraphs if each.style.name == "Caption"}
    tables = [block for block in whole.blocks if isinstance(block, Table)]
    assert captions >= {table.caption for table in tables}
    headed = [each for each in word.tables if each.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None]
    assert len(headed) >= len(tables)
    first = next(each for each in headed if each.rows[0].cells[0].text == tables[0].columns[0].title)
    assert [cell.text for cell in first.rows[1].cells] == list(tables[0].rows[0])


def test_drawings_are_pictures_with_words(word: Any, whole: Report) -> None:
    drawn = [block for block in whole.blocks if isinstance(block, Chart | Map)]
    described = [each.get("descr") for each in word.element.body.iter(qn("wp:docPr"))]
    assert described == [block.alt for block in drawn]
    assert len(word.inline_shapes) == len(drawn)


def test_what_is_left_to_the_author_is_highlighted(word: Any) -> None:
    marked = [
        run.text
        for paragraph in word.paragraphs
        for run in paragraph.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]
    assert "[À compléter par le maître d’ouvrage]" in marked


def test_contents_and_pages_are_fields(word: Any) -> None:
    fields = "".join(each.text for each in word.element.body.iter(qn("w:instrText")))
    assert "TOC" in fields
    assert "SEQ Tableau" in fields
    footer = word.sections[0].footer._element
    assert [each.text.strip() for each in footer.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    language = next(iter(word.styles.element.iter(qn("w:rPrDefault")))).find(f".//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "fr-FR"
