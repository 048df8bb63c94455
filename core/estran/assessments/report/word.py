"""How does a report become a Word document? Real styles, captions and fields; charts as pictures."""

import datetime as dt
import io

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor

from estran.assessments.report.blocks import (
    Block,
    Break,
    Bullets,
    Chart,
    Column,
    Cover,
    Figures,
    Heading,
    Map,
    Paragraph,
    Report,
    Table,
)
from estran.assessments.report.pdf import picture_of
from estran.assessments.report.word_parts import (
    add_field,
    add_text,
    add_watermark,
    describe,
    keep_whole,
    repeat,
    set_language,
    set_widths,
    shade,
)

FACE = "Arial"
"""A face that every machine has: a Word document does not carry its own."""

INK, ACCENT, MUTED = RGBColor(0x1B, 0x27, 0x30), RGBColor(0x1B, 0x4B, 0x7A), RGBColor(0x52, 0x60, 0x6B)

BODY_PT, TABLE_PT, NOTE_PT = 10, 8.5, 8

BAND, WARNING = "F6F4EF", "FFF4DC"

WIDTH = Mm(170)


def to_docx(report: Report) -> bytes:
    """Return a report as a Word document."""
    return _Writer(report).written()


class _Writer:
    """Writes one document, block after block."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._word: Word = Document()
        self._pictures = self._tables = 0
        self._todo = report.todo

    def written(self) -> bytes:
        """Return the bytes of the document."""
        self._set_up()
        for block in self._report.blocks:
            self._add(block)
        file = io.BytesIO()
        self._word.save(file)
        return file.getvalue()

    def _set_up(self) -> None:
        report, styles = self._report, self._word.styles
        for name, size in (("Normal", BODY_PT), ("Caption", 9), ("List Bullet", BODY_PT)):
            styles[name].font.name, styles[name].font.size = FACE, Pt(size)
            styles[name].font.color.rgb = INK
        styles["Caption"].font.italic, styles["Caption"].font.bold = False, True
        for name, size in (("Title", 22), ("Heading 1", 15), ("Heading 2", 12)):
            style = styles[name]
            style.font.name, style.font.size = FACE, Pt(size)
            style.font.color.rgb = INK if name == "Title" else ACCENT
            fonts = style.element.rPr.rFonts
            for key in list(fonts.attrib):
                if key.endswith("Theme"):
                    del fonts.attrib[key]
        set_language(self._word, report.language)
        core = self._word.core_properties
        core.title, core.author, core.language = report.title, report.author, report.language
        core.comments = ""
        core.created = core.modified = dt.datetime.fromisoformat(report.date)
        section = self._word.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(20)
        section.left_margin, section.right_margin = Mm(22), Mm(18)
        header = section.header.paragraphs[0]
        header.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if report.band:
            add_text(header, f"■ {report.band} ■", self._todo, is_bold=True)
            add_watermark(header, report.watermark)
        footer = section.footer.paragraphs[0]
        footer.add_run(f"{report.footer} · {report.page_word} ")
        add_field(footer, "PAGE")
        footer.add_run("/")
        add_field(footer, "NUMPAGES")
        for run in footer.runs:
            run.font.size, run.font.color.rgb = Pt(NOTE_PT), MUTED

    def _add(self, block: Block) -> None:
        match block:
            case Heading():
                self._word.add_heading(block.text, level=block.level)
            case Paragraph():
                self._paragraph(block)
            case Bullets():
                for item in block.items:
                    add_text(self._word.add_paragraph(style="List Bullet"), item, self._todo)
            case Table():
                self._table(block)
            case Chart() | Map():
                self._picture(block)
            case _:
                self._page_part(block)

    def _page_part(self, block: Cover | Figures | Break) -> None:
        if isinstance(block, Cover):
            self._cover(block)
        elif isinstance(block, Figures):
            self._figures(block)
        else:
            self._word.add_page_break()  # type: ignore[no-untyped-call]

    def _cover(self, block: Cover) -> None:
        first = self._word.add_paragraph()
        first.paragraph_format.space_before = Mm(20)
        first.add_run(block.title).font.color.rgb = MUTED
        self._word.add_paragraph(block.subtitle, style="Title")
        table = self._word.add_table(rows=0, cols=2)
        for name, value in block.rows:
            cells = table.add_row().cells
            cells[0].paragraphs[0].add_run(name).font.color.rgb = MUTED
            add_text(cells[1].paragraphs[0], value, self._todo)
        set_widths(table, [1.0, 2.6], WIDTH)
        self._boxed(block.verdict, BAND, is_bold=True)
        self._boxed(block.disclaimer, BAND)
        if self._report.contents:
            title = self._word.add_paragraph()
            title.add_run(self._report.contents).bold = True
            names = [
                each.text for each in self._report.blocks if isinstance(each, Heading) and each.level == 1
            ]
            shown = add_field(self._word.add_paragraph(), 'TOC \\o "1-1" \\h \\z \\u', "")
            for rank, name in enumerate(names):
                if rank:
                    shown.add_break()
                shown.add_text(name)

    def _paragraph(self, block: Paragraph) -> None:
        if block.style in {"box", "warning", "code"}:
            fill = WARNING if block.style == "warning" else BAND
            self._boxed(block.text, fill, size=7.5 if block.style == "code" else BODY_PT)
            return
        paragraph = self._word.add_paragraph()
        add_text(paragraph, block.text, self._todo, is_bold=block.style in {"lead", "strong"})
        size = {"lead": 12.5, "note": NOTE_PT}.get(block.style)
        for run in paragraph.runs:
            if size:
                run.font.size = Pt(size)
        paragraph.paragraph_format.keep_with_next = block.style == "strong"

    def _boxed(self, text: str, fill: str, *, is_bold: bool = False, size: float = BODY_PT) -> None:
        table = self._word.add_table(rows=1, cols=1, style="Table Grid")
        cell = table.rows[0].cells[0]
        shade(cell, fill)
        add_text(cell.paragraphs[0], text, self._todo, is_bold=is_bold)
        for run in cell.paragraphs[0].runs:
            run.font.size = Pt(size)
        self._word.add_paragraph().paragraph_format.space_after = Pt(2)

    def _caption(self, text: str, kind: str, number: int) -> None:
        paragraph = self._word.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ")
        add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
        paragraph.add_run(f". {text}")
        paragraph.paragraph_format.keep_with_next = True

    def _table(self, block: Table) -> None:
        self._tables += 1
        self._caption(block.caption, "Tableau" if self._report.language == "fr" else "Table", self._tables)
        table = self._word.add_table(rows=1, cols=len(block.columns), style="Table Grid")
        for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
            shade(cell, BAND)
            self._cell(cell, column.title, column, is_bold=True)
        repeat(table.rows[0])
        for rank, row in enumerate(block.rows):
            added = table.add_row()
            keep_whole(added)
            for cell, text, column in zip(added.cells, row, block.columns, strict=True):
                self._cell(cell, text, column, is_bold=rank in block.strong)
        set_widths(table, [column.width for column in block.columns], WIDTH)
        note = self._word.add_paragraph()
        note.add_run(block.note).font.size = Pt(NOTE_PT)

    def _cell(self, cell: object, text: str, column: Column, *, is_bold: bool) -> None:
        paragraph = cell.paragraphs[0]  # type: ignore[attr-defined]
        add_text(paragraph, text, self._todo, is_bold=is_bold)
        paragraph.paragraph_format.space_after = Pt(0)
        if column.align == "right":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for run in paragraph.runs:
            run.font.size = Pt(TABLE_PT)

    def _picture(self, block: Chart | Map) -> None:
        self._pictures += 1
        self._caption(block.title, "Figure", self._pictures)
        run = self._word.add_paragraph().add_run()
        run.add_picture(io.BytesIO(picture_of(block, self._report)), width=WIDTH)
        describe(run, block.alt, self._pictures)
        subtitle = block.subtitle if isinstance(block, Chart) else ""
        said = ". ".join(part.rstrip(".") for part in (subtitle, block.caption) if part)
        if said:
            note = self._word.add_paragraph()
            note.add_run(f"{said}.").font.size = Pt(NOTE_PT)
        if isinstance(block, Chart):
            self._data(block)

    def _data(self, block: Chart) -> None:
        """The numbers of a chart that no table of the report gives."""
        is_french = self._report.language == "fr"
        rows = [(bar["label"], f"{bar['text']} {bar['bounds']}") for bar in block.data.get("bars", ())]
        rows += [(part["label"], part["text"]) for part in block.data.get("segments", ())]
        if rows:
            columns = (
                Column("Poste" if is_french else "Item", 3.0),
                Column("Valeur" if is_french else "Value", 1.6, "right"),
            )
            title = f"Données\u00a0: {block.title}" if is_french else f"Data: {block.title}"
            self._table(Table(title, columns, rows, note=block.subtitle))

    def _figures(self, block: Figures) -> None:
        table = self._word.add_table(rows=1, cols=len(block.cards), style="Table Grid")
        for cell, card in zip(table.rows[0].cells, block.cards, strict=True):
            cell.paragraphs[0].add_run(card["label"]).font.color.rgb = MUTED
            value = cell.add_paragraph().add_run(card["value"])
            value.bold, value.font.size = True, Pt(15)
            cell.add_paragraph(card["interval"])
            cell.add_paragraph().add_run(card["holds"]).font.color.rgb = MUTED
        self._word.add_paragraph()
