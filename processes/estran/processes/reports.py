"""How is a report asked for? An input `report` that every process takes, and that changes no figure.

It is read apart from the inputs of the computation: the receipt does not hold it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from estran.assessments.envelope import Envelope
from estran.assessments.report.file import NamedFile
from estran.assessments.report.inputs import ReportInputs
from estran.assessments.request import Request, read_request
from estran.carbon.errors import InvalidInput
from estran.layers.progress import Progress
from estran.layers.territory import Territory
from estran.processes.description import inlined, worded
from estran.processes.formats import DOCX, PDF

REPORT = "report"

ENDINGS: Mapping[str, str] = {PDF: "pdf", DOCX: "docx"}


@cache
def described_report() -> Mapping[str, Any]:
    """Return the input `report` as a process publishes it."""
    schema = inlined(ReportInputs.model_json_schema())
    return {
        REPORT: {
            "title": {"fr": "Rapport", "en": "Report"},
            "description": {
                "fr": "Noms, textes et choix du rapport PDF ou Word ; sans effet sur les chiffres ni sur le "
                "reçu, ni sur les autres formats.",
                "en": "Names, texts and choices of the PDF or Word report; without effect on the figures, on "
                "the receipt and on other formats.",
            },
            "schema": worded(REPORT, schema) | {"x-section": REPORT},
            "minOccurs": 0,
            "maxOccurs": 1,
        }
    }


def split_report(data: Any) -> tuple[Any, ReportInputs]:
    """Return the inputs of the computation, and those of the report.

    Raises:
        InvalidInput: the input `report` is wrong.
    """
    if not isinstance(data, dict) or REPORT not in data:
        return data, ReportInputs()
    rest = {name: value for name, value in data.items() if name != REPORT}
    try:
        return rest, read_request(ReportInputs, data[REPORT])
    except InvalidInput as error:
        where = f"{REPORT}.{error.where}"
        raise InvalidInput(f"{REPORT}: {error.en}", f"{REPORT} : {error.fr}", where=where) from error


def written_report(
    envelope: Envelope,
    request: Request,
    territory: Territory,
    report: ReportInputs,
    *,
    media_type: str,
    progress: Progress,
) -> NamedFile:
    """Return the report of an answer as PDF or Word."""
    # Typst and Word are loaded by the first report, not by every worker.
    from estran.assessments.report.content import compose
    from estran.assessments.report.pdf import to_pdf
    from estran.assessments.report.word import to_docx

    composed = compose(envelope, request, territory, report, progress=progress)
    content = to_pdf(composed) if media_type == PDF else to_docx(composed)
    return NamedFile.of(content, f"{composed.file_stem}.{ENDINGS[media_type]}")
