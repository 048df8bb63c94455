"""How the tests of reports ask for one and read it back."""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pypdf import PdfReader

from estran.assessments.report.blocks import Report

DATE = "2027-03-12"

PROJECT: dict[str, Any] = {
    "crs": 2154,
    "after": {"building": 2.0, "artificial_grass_shrubs": 4.0},
    "programme": [{"use": "collective_housing", "floor_area_m2_sref": 7800}],
    "parking": [{"spaces": 200}],
    "mobility": {"trips_per_day": 700},
    "demolition_m2": 400,
    "reference": {"operation_tco2e_per_year": 3.0},
}

Write = Callable[..., Report]


def squashed(text: str) -> str:
    """A text without any space: lines are broken where the page wants."""
    return re.sub(r"\s", "", text)


def said(report: Report) -> str:
    """Every text of a report, before it is set in pages."""
    return squashed(json.dumps(report.document(), ensure_ascii=False))


def opened(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    return squashed("".join(page.extract_text() for page in opened(pdf).pages))


def elements(reader: PdfReader) -> Iterator[Any]:
    """Every element of the structure of a tagged PDF."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        found = waiting.pop().get_object()
        if isinstance(found, list):
            waiting.extend(found)
        elif hasattr(found, "get"):
            yield found
            if "/K" in found:
                waiting.append(found["/K"])
