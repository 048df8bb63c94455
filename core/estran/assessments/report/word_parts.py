"""The parts of a Word document that python-docx has no words for: fields, alternative texts, watermark."""

import re
from collections.abc import Iterator

from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}

_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'


def add_text(paragraph: Paragraph, text: str, todo: str, *, is_bold: bool = False) -> None:
    """Add a text, the marks of what is to be completed in yellow."""
    for part in _pieces(text, todo):
        run = paragraph.add_run(part)
        run.bold = is_bold or None
        if part.startswith(todo):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _pieces(text: str, todo: str) -> Iterator[str]:
    yield from (part for part in re.split(f"({re.escape(todo)}[^\\]]*\\])", text) if part)


def add_field(paragraph: Paragraph, instruction: str, shown: str = "1") -> Run:
    """Add a field that Word computes, and what it shows until then; return the run of what is shown."""
    _mark(paragraph.add_run(), "begin", is_dirty=instruction.startswith("TOC"))
    code = parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> {instruction} </w:instrText>')
    paragraph.add_run()._r.append(code)
    _mark(paragraph.add_run(), "separate")
    run = paragraph.add_run(shown)
    _mark(paragraph.add_run(), "end")
    return run


def _mark(run: Run, kind: str, *, is_dirty: bool = False) -> None:
    dirty = ' w:dirty="true"' if is_dirty else ""
    run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"{dirty}/>'))


def describe(run: Run, alt: str, number: int) -> None:
    """Give the picture of a run its alternative text."""
    for properties in run._r.iter(qn("wp:docPr")):
        properties.set("descr", alt)
        properties.set("id", str(number))
        properties.set("name", f"Figure {number}")


def repeat(row: _Row) -> None:
    """Make a row a header that each page repeats."""
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def keep_whole(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))


def shade(cell: _Cell, colour: str) -> None:
    """Fill a cell."""
    properties: BaseOxmlElement = cell._tc.get_or_add_tcPr()
    properties.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>'))


def set_widths(table: Table, weights: list[float], whole: int) -> None:
    """Give the columns of a table widths in these proportions."""
    table.autofit = False
    for index, weight in enumerate(weights):
        width = Emu(int(whole * weight / sum(weights)))
        table.columns[index].width = width
        for cell in table.columns[index].cells:
            cell.width = width


def set_language(document: Document, language: str) -> None:
    """Say in which language the whole document is."""
    tag = LANGUAGES.get(language, "en-GB")
    for properties in document.styles.element.iter(qn("w:rPrDefault")):
        for each in properties.iter(qn("w:lang")):
            each.set(qn("w:val"), tag)


def add_watermark(paragraph: Paragraph, text: str) -> None:
    """Lay a text across each page, from its header."""
    shape = parse_xml(
        f'<w:pict {nsdecls("w")} {_VML}><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:textpath on="t" fitshape="t"/></v:shapetype>'
        '<v:shape id="demonstration" type="#_x0000_t136" alt="" style="position:absolute;width:460pt;'
        "height:80pt;rotation:315;z-index:-1;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" fillcolor="#d9d9d9" stroked="f">'
        f'<v:textpath style="font-family:Arial;font-size:1pt" string="{text}"/></v:shape></w:pict>'
    )
    paragraph.add_run()._r.append(shape)
