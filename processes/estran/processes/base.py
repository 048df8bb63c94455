"""What do our processes share? Everything but the question, that each one brings with its request."""

from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import orjson
from pygeoapi.process.base import BaseProcessor

from estran.assessments.envelope import Envelope
from estran.assessments.example_sites import Sites
from estran.assessments.inputs import PlaceRequest
from estran.assessments.place import read_place
from estran.assessments.request import Request, read_request
from estran.carbon.errors import InvalidConfiguration
from estran.carbon.text import Text
from estran.layers.progress import Progress, silent
from estran.layers.territory import Territory, read_territory
from estran.processes.description import described_inputs, inlined
from estran.processes.examples import Examples, published_examples
from estran.processes.formats import GEOJSON as GEOJSON
from estran.processes.formats import (
    JSON,
    OUTPUT,
    REPORTS,
    described_formats,
    media_types_of,
    written,
)
from estran.processes.formats import requested_media_type as requested_media_type
from estran.processes.reports import described_report, split_report, written_report

ENVELOPE = Text(
    "L'enveloppe de réponse : indicateurs avec unité et intervalle, ventilation, couverture, aptitude, "
    "facteurs, sources et reçu, en JSON. Pour une collection, CSV, XLSX et les formats géographiques "
    "ont une ligne par objet, l'erreur d'un objet illisible comprise ; pour un lieu, le CSV et le XLSX ont "
    "une ligne par indicateur et par poste. Une valeur vide n'est pas évaluée et n'est pas nulle.",
    "The answer envelope: indicators with unit and interval, breakdown, coverage, fitness, factors, sources "
    "and receipt, as JSON. For a collection, CSV, XLSX and the geographic formats have one row per "
    "feature, with the error of a feature that cannot be read; for one place, CSV and XLSX have one row per "
    "indicator and item. An empty value is not evaluated and is not zero.",
)


class AssessmentProcessor(BaseProcessor):  # type: ignore[misc]
    """An OGC process around one assessment.

    A subclass sets the class attributes; `docs` and the server read `metadata`.

    Attributes:
        identifier: Id of the process, kebab-case, stable for ever.
        version: Version of its result.
        title: What it is called.
        description: What it answers, with units.
        request: Model of its inputs.
        assess: Answers a request on a territory.
        examples: Makes inputs that really run on the places of a territory, the first to be shown first.
        keywords: Words to find it by.
        method: Title and address of a page about the method.
        media_types: Formats of the answer, those of `media_types_of(request)` when empty.
    """

    identifier: ClassVar[str]
    version: ClassVar[str]
    title: ClassVar[Text]
    description: ClassVar[Text]
    request: ClassVar[type[Request]]
    assess: ClassVar["staticmethod[[Any, Territory], Envelope]"]
    examples: ClassVar["staticmethod[[Sites], Examples]"]
    keywords: ClassVar[tuple[Text, ...]] = ()
    method: ClassVar[tuple[Text, str] | None] = None
    media_types: ClassVar[tuple[str, ...]] = ()

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, orjson.loads(type(self)._written()))
        self.supports_outputs = True
        self._config: str | None = processor_def.get("config")
        self._base_url = str(processor_def.get("base_url", ""))
        self._progress: Progress = silent
        if self._config:
            made = published_examples(self.identifier, self.examples, self._territory())
            self.metadata["examples"] = [{"inputs": inputs} for inputs in made]
            if made:
                self.metadata["example"] = self.metadata["examples"][0]

    @classmethod
    def offered(cls) -> tuple[str, ...]:
        """Return the formats of the answer, JSON first."""
        return (*(cls.media_types or media_types_of(cls.request)), *REPORTS)

    @classmethod
    @cache
    def described(cls) -> dict[str, Any]:
        """Return the OGC description, derived from the model of the inputs and of the envelope.

        Its examples are those of a territory, which the class does not know.
        """
        return {
            "version": cls.version,
            "id": cls.identifier,
            "title": _said(cls.title),
            "description": _said(cls.description),
            "keywords": {
                "fr": [word.fr for word in cls.keywords],
                "en": [word.en for word in cls.keywords],
            },
            "jobControlOptions": ["sync-execute", "async-execute"],
            "outputTransmission": ["value"],
            "links": _links(cls.method),
            "inputs": {**described_inputs(cls.request), **described_report()},
            "outputs": {
                OUTPUT: {
                    "title": {"fr": "Réponse", "en": "Answer"},
                    "description": _said(ENVELOPE),
                    "schema": {"oneOf": described_formats(cls.offered(), _envelope_schema())},
                }
            },
        }

    @classmethod
    @cache
    def _written(cls) -> bytes:
        """The description, of which each instance has a copy of its own."""
        return orjson.dumps(cls.described())

    def execute(self, data: Any, outputs: Any = None) -> tuple[str, Any]:
        """Answer one request.

        Args:
            data: The inputs.
            outputs: Which outputs, and `outputs.result.format.mediaType`.

        Returns:
            The media type and the content: a dictionary, text for CSV, bytes for a file.

        Raises:
            EstranError: as it is; the server decides what it means over HTTP.
        """
        media_type = requested_media_type(outputs, self.offered())
        inputs, report = split_report(data)
        request = read_request(self.request, inputs)
        territory = self._territory()
        envelope = self._linked(self.assess(request, territory))
        if media_type in REPORTS:
            progress = self._progress
            content = written_report(
                envelope, request, territory, report, media_type=media_type, progress=progress
            )
            return media_type, content
        needs_place = media_type != JSON
        place = read_place(request, territory) if needs_place and isinstance(request, PlaceRequest) else None
        return media_type, written(envelope, media_type, place)

    def set_progress(self, progress: Progress) -> None:
        """Tell a long report where it stands."""
        self._progress = progress

    def _linked(self, envelope: Envelope) -> Envelope:
        """The answer, with the whole address that replays it where the server is known."""
        replay = envelope.receipt.replay
        if not self._base_url or replay is None:
            return envelope
        receipt = envelope.receipt.model_copy(update={"replay": f"{self._base_url}/{replay}"})
        return envelope.model_copy(update={"receipt": receipt})

    def _territory(self) -> Territory:
        if not self._config:
            raise InvalidConfiguration(
                f"the process {self.identifier} was not told where its configuration is",
                f"le processus {self.identifier} ne sait pas où est sa configuration",
                where="config",
            )
        return read_territory(Path(self._config))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}> {self.identifier}"


@cache
def _envelope_schema() -> dict[str, Any]:
    return inlined(Envelope.model_json_schema())


def _said(text: Text) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}


def _links(method: tuple[Text, str] | None) -> list[dict[str, Any]]:
    if method is None:
        return []
    title, address = method
    return [{"type": "text/html", "rel": "about", "title": _said(title), "href": address}]
