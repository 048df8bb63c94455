"""How does a report become pages? Typst sets its blocks: a tagged PDF, the same bytes for the same report."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

import typst

from estran.assessments.report.blocks import Chart, Map, Report

TEMPLATES = ("style.typ", "charts.typ", "report.typ", "picture.typ")

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: tagged, with a title, a language, bookmarks and texts for what is drawn."""

PRINT_PPI, DRAFT_PPI = 300.0, 36.0


def to_pdf(report: Report) -> bytes:
    """Return a report as a PDF/UA-1; a sheet leaves its map, then its chart, to hold on one page."""
    report = _fitted(report)
    return _whole(
        report,
        lambda pages: pages.compile(format="pdf", pdf_standards=[STANDARD], timestamp=_moment(report.date)),
    )[0]


def to_pngs(report: Report, *, ppi: float = 96.0) -> list[bytes]:
    """Return the pages of a report as pictures."""
    return _whole(report, lambda pages: pages.compile(format="png", ppi=ppi))


def _fitted(report: Report) -> Report:
    for kind in ("map", "chart"):
        if not report.is_sheet or len(to_pngs(report, ppi=DRAFT_PPI)) == 1:
            return report
        report = replace(report, blocks=[block for block in report.blocks if block.kind != kind])
    return report


def picture_of(block: Chart | Map, report: Report) -> bytes:
    """Return one chart or map as PNG, at the fineness of print."""
    data = {"picture.json": _json(asdict(block) | {"language": report.language})}
    if isinstance(block, Map):
        data[f"{block.picture}.png"] = report.pictures[block.picture]
    return _made("picture.typ", data, lambda pages: pages.compile(format="png", ppi=PRINT_PPI))[0]


def _whole(report: Report, make: Callable[[typst.Compiler], object]) -> list[bytes]:
    pictures = {f"{name}.png": content for name, content in report.pictures.items()}
    return _made("report.typ", {"report.json": _json(report.document()), **pictures}, make)


def _made(main: str, data: Mapping[str, bytes], make: Callable[[typst.Compiler], object]) -> list[bytes]:
    """What Typst makes in a folder that holds the templates and these files, and where it sees no other."""
    with tempfile.TemporaryDirectory(prefix="estran-report-") as folder:
        for name, content in {**_templates(), **data}.items():
            (Path(folder) / name).write_bytes(content)
        pages = typst.Compiler(
            Path(folder) / main, root=folder, font_paths=_fonts(), ignore_system_fonts=True
        )
        made = make(pages)
    return [bytes(each) for each in made] if isinstance(made, list) else [bytes(made)]  # type: ignore[call-overload]


@cache
def _templates() -> Mapping[str, bytes]:
    folder = files("estran.assessments.report").joinpath("typst")
    return {name: folder.joinpath(name).read_bytes() for name in TEMPLATES}


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the package alone, so that every machine sets the same pages."""
    with as_file(files("estran.assessments.report").joinpath("fonts")) as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _moment(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)
