"""How is an envelope read by a spreadsheet? As a workbook: what it says, then where it comes from."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from estran.assessments.envelope import Envelope
from estran.assessments.place import Place
from estran.assessments.tables import COLUMNS, feature_rows, rows_of

FACTOR_COLUMNS = (
    "id",
    "value",
    "sd",
    "low",
    "high",
    "kind",
    "law",
    "unit",
    "version",
    "year",
    "source",
    "link",
    "licence",
    "checked",
    "overridden",
    "reason",
)

SOURCE_COLUMNS = ("id", "kind", "vintage", "licence", "attribution", "synthetic")

TEXT_ONLY = ("=", "+", "-", "@")
"""How a text starts that a spreadsheet would take for a formula."""


LONGEST_TEXT = 32_767
"""What a cell of Excel holds."""


def to_xlsx(envelope: Envelope, place: Place | None = None) -> bytes:
    """Return an envelope as an Excel workbook; an empty value is not evaluated, it is not zero.

    Sheets: `features` (one row per feature, for a collection), `figures` (indicators, items, years and
    warnings of the whole), `factors`, `sources`, `receipt`. Texts stand in French and in English.
    """
    book = Workbook(write_only=True)
    if envelope.features is not None:
        rows = feature_rows(envelope, place)
        columns = list(dict.fromkeys(name for row in rows for name in row)) or ["feature"]
        _sheet(book, "features", columns, rows)
    _sheet(book, "figures", COLUMNS, rows_of(envelope, "total"))
    factors = [factor.model_dump(mode="json") for factor in envelope.factors]
    _sheet(book, "factors", (*FACTOR_COLUMNS, "title_fr", "title_en"), map(_titled, factors))
    sources = [source.model_dump(mode="json") for source in envelope.sources]
    _sheet(book, "sources", (*SOURCE_COLUMNS, "title_fr", "title_en"), map(_titled, sources))
    _sheet(book, "receipt", ("name", "value"), _receipt(envelope))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _receipt(envelope: Envelope) -> list[dict[str, Any]]:
    receipt = envelope.receipt
    named = {
        "title_fr": envelope.title.fr,
        "title_en": envelope.title.en,
        "process": receipt.process,
        "version": receipt.version,
        "receipt": receipt.hash,
        "replay": receipt.replay,
        "factors": receipt.factors,
        "method": envelope.uncertainty.method,
        "draws": envelope.uncertainty.draws,
        "seed": envelope.uncertainty.seed,
        "confidence": envelope.uncertainty.confidence,
        "terms_fr": envelope.terms.title.fr,
        "terms_en": envelope.terms.title.en,
        "attribution": envelope.terms.attribution,
    }
    return [{"name": name, "value": value} for name, value in named.items()]


def _titled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "title_fr": row["title"]["fr"], "title_en": row["title"]["en"]}


def _sheet(book: Workbook, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    header = [WriteOnlyCell(sheet, value=column) for column in columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in rows:
        sheet.append([_cell(sheet, row.get(column)) for column in columns])


def _cell(sheet: Any, value: Any) -> Any:
    """A value as a cell; a text that looks like a formula stays a text."""
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_TEXT]
    if not text.startswith(TEXT_ONLY):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
