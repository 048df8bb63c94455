"""The OGC process `material-exchange`: who can reuse whose waste, and for what carbon gain?"""

from typing import Any

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
from estran.processes.base import GEOJSON, AssessmentProcessor, requested_media_type


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
    examples = (
        {
            "offers": [
                {
                    "id": "port-scrap",
                    "material": "steel",
                    "quantity_t_per_year": 120.0,
                    "longitude": -1.222,
                    "latitude": 46.160,
                    "quality": 3,
                },
                {
                    "id": "market-crates",
                    "material": "hdpe",
                    "quantity_t_per_year": 30.0,
                    "longitude": -1.150,
                    "latitude": 46.161,
                    "quality": 2,
                    "treatment": "incineration",
                },
                {
                    "id": "shop-textiles",
                    "material": "textile",
                    "quantity_t_per_year": 8.0,
                    "longitude": -1.128,
                    "latitude": 46.182,
                },
            ],
            "needs": [
                {
                    "id": "boatyard",
                    "material": "steel",
                    "quantity_t_per_year": 80.0,
                    "longitude": -1.166,
                    "latitude": 46.143,
                    "quality": 2,
                },
                {
                    "id": "moulding-shop",
                    "material": "hdpe",
                    "quantity_t_per_year": 45.0,
                    "longitude": -1.098,
                    "latitude": 46.196,
                },
                {
                    "id": "insulation-maker",
                    "material": "textile",
                    "quantity_t_per_year": 20.0,
                    "longitude": -1.072,
                    "latitude": 46.120,
                },
            ],
        },
    )

    def execute(self, data: Any, outputs: Any = None) -> tuple[str, Any]:
        """Answer one request; as GeoJSON, a line per flow and a point per lot that is left."""
        if requested_media_type(outputs) != GEOJSON:
            media_type, content = super().execute(data, outputs)
            return str(media_type), content
        request, territory = read_request(MaterialExchangeRequest, data), self._territory()
        envelope = assess_material_exchange(request, territory)
        return GEOJSON, exchange_geojson(envelope, request, read_exchange(request, territory))
