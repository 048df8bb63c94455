"""The OGC process `material-exchange`: who can reuse whose waste, and for what carbon gain?"""

from typing import Any

from estran.assessments.example_sites import Sites
from estran.assessments.exchange import (
    PROCESS,
    TITLE,
    VERSION,
    assess_material_exchange,
    read_exchange,
)
from estran.assessments.exchange_geojson import exchange_geojson
from estran.assessments.exchange_inputs import MaterialExchangeRequest
from estran.assessments.request import read_request
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples
from estran.processes.formats import CSV, GEOJSON, JSON, XLSX, requested_media_type
from estran.processes.reports import split_report


class MaterialExchange(AssessmentProcessor):
    """Optimal exchange of materials between offers and needs, in t/yr and tCO2e/yr."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Qui peut réutiliser les déchets de qui : l'échange optimal entre des offres et des besoins "
        "(matériau, qualité, quantité en t/an, lieu, période), par programmation linéaire. En tCO2e/an : les "
        "émissions évitées ailleurs, négatives, et celles du transport. Avec la distance au-delà de laquelle "
        "on ne gagne rien, en km, ce qui reste sans preneur en t/an, et les couples non évalués faute de "
        "facteur.",
        "Who can reuse whose waste: the optimal exchange between offers and needs (material, quality, "
        "quantity in t/yr, place, period), by linear programming. In tCO2e/yr: the emissions avoided "
        "elsewhere, negative, and those of the transport. With the distance beyond which nothing is gained, "
        "in km, what is left without taker in t/yr, and the pairs not evaluated for lack of a factor.",
    )
    keywords = (
        Text("économie circulaire", "circular economy"),
        Text("écologie industrielle", "industrial ecology"),
        Text("déchets", "waste"),
        Text("matériaux", "materials"),
    )
    request = MaterialExchangeRequest
    assess = staticmethod(assess_material_exchange)
    media_types = (JSON, GEOJSON, CSV, XLSX)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""

        def lot(name: str, material: str, tonnes: float, east_km: float, north_km: float) -> dict[str, Any]:
            longitude, latitude = sites.point(east_km, north_km)
            return {
                "id": name,
                "material": material,
                "quantity_t_per_year": tonnes,
                "longitude": longitude,
                "latitude": latitude,
            }

        return (
            {
                "offers": [
                    {**lot("scrap-yard", "steel", 120.0, -4.0, 0.0), "quality": 3},
                    {
                        **lot("market-crates", "hdpe", 30.0, 1.5, 0.5),
                        "quality": 2,
                        "treatment": "incineration",
                    },
                    lot("shop-textiles", "textile", 8.0, 3.0, 2.5),
                ],
                "needs": [
                    {**lot("metal-workshop", "steel", 80.0, 0.5, -1.5), "quality": 2},
                    lot("moulding-shop", "hdpe", 45.0, 5.5, 4.0),
                    lot("insulation-maker", "textile", 20.0, 7.5, -4.5),
                ],
            },
        )

    def execute(self, data: Any, outputs: Any = None) -> tuple[str, Any]:
        """Answer one request; as GeoJSON, a line per flow and a point per lot that is left."""
        if requested_media_type(outputs, self.offered()) != GEOJSON:
            media_type, content = super().execute(data, outputs)
            return str(media_type), content
        inputs, _ = split_report(data)
        request, territory = read_request(MaterialExchangeRequest, inputs), self._territory()
        envelope = assess_material_exchange(request, territory)
        return GEOJSON, exchange_geojson(envelope, request, read_exchange(request, territory))
