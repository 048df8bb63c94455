"""How is an envelope read by a spreadsheet? As a workbook: what it says, then where it comes from."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from estran.assessments.envelope import Envelope
from estran.assessments.place import Place
from estran.assessments.tables import COLUMNS, feature_rows, rows_of
from estran.layers.features.encoding.workbook import Sheet, write_workbook

FACTOR_COLUMNS = (
    "id",
    "value",
    "day",
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


def to_xlsx(envelope: Envelope, place: Place | None = None) -> bytes:
    """Return an envelope as an Excel workbook; an empty value is not evaluated, it is not zero.

    Sheets: `features` (one row per feature, for a collection), `figures` (indicators, items, years and
    warnings of the whole), `factors`, `sources`, `receipt`. Texts stand in French and in English.
    """
    sheets = []
    if envelope.features is not None:
        rows = feature_rows(envelope, place)
        columns = list(dict.fromkeys(name for row in rows for name in row)) or ["feature"]
        sheets.append(_sheet("features", columns, rows))
    sheets.append(_sheet("figures", COLUMNS, rows_of(envelope, "total")))
    factors = [factor.model_dump(mode="json") for factor in envelope.factors]
    sheets.append(_sheet("factors", (*FACTOR_COLUMNS, "title_fr", "title_en"), map(_titled, factors)))
    sources = [source.model_dump(mode="json") for source in envelope.sources]
    sheets.append(_sheet("sources", (*SOURCE_COLUMNS, "title_fr", "title_en"), map(_titled, sources)))
    sheets.append(_sheet("receipt", ("name", "value"), _receipt(envelope)))
    with tempfile.TemporaryDirectory(prefix="estran-") as folder:
        path = Path(folder) / "result.xlsx"
        write_workbook(sheets, path)
        return path.read_bytes()


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


def _sheet(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Sheet:
    return Sheet(name, columns, ([row.get(column) for column in columns] for row in rows))
