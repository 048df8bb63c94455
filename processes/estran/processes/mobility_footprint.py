"""The OGC process `mobility-footprint`: what does a trace or a trip diary emit, without keeping it?"""

from typing import Any

from estran.assessments.example_sites import Sites
from estran.assessments.mobility import (
    PROCESS,
    TITLE,
    VERSION,
    assess_mobility_footprint,
    masked_stretches,
)
from estran.assessments.mobility_inputs import MobilityFootprintRequest
from estran.assessments.mobility_legs import to_features
from estran.assessments.request import read_request
from estran.assessments.tables import properties
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples
from estran.processes.formats import CSV, GEOJSON, JSON, XLSX, requested_media_type
from estran.processes.reports import split_report


class MobilityFootprint(AssessmentProcessor):
    """Footprint of a trace or of trips, in kgCO2e, for one person."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce qu'une trace horodatée ou une liste de trajets émet, en kgCO2e pour une personne, par mode, avec "
        "la distance en km. La trace est nettoyée ; un mode non déclaré est déduit de la vitesse. Vie "
        "privée : ni la trace ni les trajets ne sont écrits sur disque, journalisés ou mis dans un lien ; le "
        "résultat d'un calcul asynchrone, gardé quelques heures, n'a que des longueurs par mode, jamais de "
        "position ni d'heure. Le GeoJSON d'une réponse synchrone montre la trace sans ses bouts, masqués sur "
        "200 m.",
        "What a timed trace or a list of trips emits, in kgCO2e for one person, by mode, with the distance "
        "in km. The trace is cleaned; a mode that is not told is inferred from the speed. Privacy: neither "
        "the trace nor the trips are written to disk, logged or put in a link; the result of an asynchronous "
        "job, kept for some hours, holds lengths by mode only, never a position nor a time. The GeoJSON of "
        "a synchronous answer shows the trace without its ends, masked over 200 m.",
    )
    keywords = (
        Text("mobilité", "mobility"),
        Text("empreinte", "footprint"),
        Text("trace GPS", "GPS trace"),
        Text("self data", "self data"),
    )
    request = MobilityFootprintRequest
    assess = staticmethod(assess_mobility_footprint)
    media_types = (JSON, GEOJSON, CSV, XLSX)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        line = [sites.point(*place) for place in ((0.0, 0.0), (0.8, 1.3), (2.5, 2.5), (5.0, 4.1))]
        times = [f"2026-05-04T08:{minutes:02}:00Z" for minutes in (0, 3, 7, 12)]
        return (
            {
                "geometry": {
                    "type": "Feature",
                    "properties": {"mode": "car", "occupancy": 1, "times": times},
                    "geometry": {"type": "LineString", "coordinates": [list(point) for point in line]},
                },
                "trips": [{"distance_km": 4.5, "mode": "bicycle", "count": 3}],
            },
            {
                "trips": [
                    {"distance_km": 12, "mode": "car", "count": 220},
                    {"distance_km": 470, "mode": "tgv"},
                ]
            },
        )

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def)
        self._is_kept = True

    def set_kept(self, is_kept: bool) -> None:
        """Tell whether the server keeps the answer, as it does for a job; it does unless told otherwise."""
        self._is_kept = is_kept

    def validate(self, data: Any) -> None:
        """Check the inputs before a job exists, so that no error of a job can repeat them.

        Raises:
            InvalidInput: what is wrong.
        """
        read_request(self.request, data)

    def execute(self, data: Any, outputs: Any = None) -> tuple[str, Any]:
        """Answer one request; see `AssessmentProcessor.execute`.

        As GeoJSON, the masked parts of the traces, or none when the server keeps the answer.
        """
        if requested_media_type(outputs, self.offered()) != GEOJSON:
            media_type, content = super().execute(data, outputs)
            return str(media_type), content
        inputs, _ = split_report(data)
        request, territory = read_request(MobilityFootprintRequest, inputs), self._territory()
        envelope = assess_mobility_footprint(request, territory)
        stretches = () if self._is_kept else masked_stretches(request, territory)
        return GEOJSON, {
            "type": "FeatureCollection",
            "features": to_features(stretches),
            "total": properties(envelope),
            "attribution": envelope.terms.attribution,
            "licences": list(envelope.terms.licences),
        }
