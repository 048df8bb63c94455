"""What do our processes share? Everything but the question, that each one brings with its request."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pygeoapi.process.base import BaseProcessor

from estran.assessments.envelope import Envelope
from estran.assessments.inputs import PlaceRequest
from estran.assessments.place import read_place
from estran.assessments.request import near, read_request
from estran.assessments.tables import to_csv, to_geojson
from estran.carbon.errors import InvalidConfiguration, InvalidInput
from estran.carbon.text import Text
from estran.layers.territory import Territory, read_territory
from estran.processes.description import described_inputs, inlined

JSON, GEOJSON, CSV = "application/json", "application/geo+json", "text/csv"

MEDIA_TYPES = (JSON, GEOJSON, CSV)

OUTPUT = "result"

METHOD = "https://github.com/incubateur-ademe/aldo"


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
        examples: Inputs that really run, the first one published as the example.
        keywords: Words to find it by.
    """

    identifier: ClassVar[str]
    version: ClassVar[str]
    title: ClassVar[Text]
    description: ClassVar[Text]
    request: ClassVar[type[PlaceRequest]]
    assess: ClassVar["staticmethod[[Any, Territory], Envelope]"]
    examples: ClassVar[tuple[dict[str, Any], ...]]
    keywords: ClassVar[tuple[Text, ...]] = ()

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, deepcopy(type(self).described()))
        self.supports_outputs = True
        self._config: str | None = processor_def.get("config")

    @classmethod
    @cache
    def described(cls) -> dict[str, Any]:
        """Return the OGC description, derived from the model of the inputs and of the envelope."""
        return {
            "version": cls.version,
            "id": cls.identifier,
            "title": {"fr": cls.title.fr, "en": cls.title.en},
            "description": {"fr": cls.description.fr, "en": cls.description.en},
            "keywords": {
                "fr": [word.fr for word in cls.keywords],
                "en": [word.en for word in cls.keywords],
            },
            "jobControlOptions": ["sync-execute", "async-execute"],
            "outputTransmission": ["value"],
            "links": [
                {
                    "type": "text/html",
                    "rel": "about",
                    "title": {"fr": "Méthode ALDO de l'ADEME", "en": "ALDO method of ADEME"},
                    "href": METHOD,
                }
            ],
            "inputs": described_inputs(cls.request),
            "outputs": {
                OUTPUT: {
                    "title": {"fr": "Réponse", "en": "Answer"},
                    "description": {
                        "fr": "L'enveloppe de réponse : indicateurs avec unité et intervalle, "
                        "ventilation, couverture, "
                        "aptitude, facteurs, sources et reçu ; en JSON, en GeoJSON (la géométrie, avec les "
                        "indicateurs en propriétés) ou en CSV.",
                        "en": "The answer envelope: indicators with unit and interval, breakdown, coverage, "
                        "fitness, factors, sources and receipt; as JSON, as GeoJSON (the geometry, with the "
                        "indicators as properties) or as CSV.",
                    },
                    "schema": {
                        "oneOf": [
                            {**inlined(Envelope.model_json_schema()), "contentMediaType": JSON},
                            {
                                "type": "object",
                                "contentMediaType": GEOJSON,
                                "format": "geojson-feature-collection",
                            },
                            {"type": "string", "contentMediaType": CSV},
                        ]
                    },
                }
            },
            "example": {"inputs": cls.examples[0]},
            "examples": [{"inputs": inputs} for inputs in cls.examples],
        }

    def execute(self, data: Any, outputs: Any = None) -> tuple[str, Any]:
        """Answer one request.

        Args:
            data: The inputs.
            outputs: Which outputs, and `outputs.result.format.mediaType`.

        Returns:
            The media type and the content: a dictionary, or text for CSV.

        Raises:
            EstranError: as it is; the server decides what it means over HTTP.
        """
        media_type = requested_media_type(outputs)
        request = read_request(self.request, data)
        territory = self._territory()
        envelope = self.assess(request, territory)
        if media_type == CSV:
            return CSV, to_csv(envelope)
        if media_type == GEOJSON:
            return GEOJSON, to_geojson(envelope, read_place(request, territory))
        return JSON, envelope.model_dump(mode="json")

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


def requested_media_type(outputs: Any) -> str:
    """Return the media type of the only output, JSON unless the request says otherwise.

    Args:
        outputs: A list of names, or a dictionary of names to `{"format": {"mediaType": …}}`.

    Raises:
        InvalidInput: an unknown output or media type.
    """
    if not outputs:
        return JSON
    for name in outputs:
        if name != OUTPUT:
            en, fr = near(str(name), [OUTPUT])
            raise InvalidInput(
                f"unknown output {name!r}{en}", f"sortie inconnue : {name!r}{fr}", where=f"outputs.{name}"
            )
    wanted = outputs[OUTPUT] if isinstance(outputs, dict) else None
    form = wanted.get("format") if isinstance(wanted, dict) else None
    if form is None:
        return JSON
    media_type = form.get("mediaType") if isinstance(form, dict) else form
    if media_type not in MEDIA_TYPES:
        en, fr = near(str(media_type), MEDIA_TYPES)
        raise InvalidInput(
            f"unknown media type {media_type!r}{en}",
            f"type de média inconnu : {media_type!r}{fr}",
            where=f"outputs.{OUTPUT}.format.mediaType",
        )
    return str(media_type)
