"""How is an exchange drawn on a map? A line per flow, a point per lot that is left."""

from typing import Any

from estran.assessments.envelope import Envelope
from estran.assessments.exchange_case import lot_name
from estran.assessments.exchange_inputs import MaterialExchangeRequest
from estran.assessments.exchange_pairs import Exchange
from estran.assessments.tables import properties

PARTS = {
    "avoided": "avoided_tCO2e_per_yr",
    "transport": "transport_tCO2e_per_yr",
    "tonnes": "quantity_t_per_yr",
    "distance": "road_distance_km",
    "break_even": "break_even_distance_km",
}
"""Row of a flow -> name of the property, with its unit."""


def exchange_geojson(
    envelope: Envelope, request: MaterialExchangeRequest, exchange: Exchange
) -> dict[str, Any]:
    """Return the flows of an answer as lines, from the offer to the need, and what is left as points."""
    values = {row.item: row.value for row in envelope.breakdown}
    features: list[dict[str, Any]] = []
    for flow in exchange.flows:
        offer, need = request.offers[flow.offer], request.needs[flow.need]
        of, to = lot_name(request.offers, flow.offer), lot_name(request.needs, flow.need)
        ends = [[offer.longitude, offer.latitude], [need.longitude, need.latitude]]
        figures = {name: values[f"{of}>{to}.{part}"] for part, name in PARTS.items()}
        features.append(
            _feature(
                "LineString",
                ends,
                {"kind": "flow", "offer": of, "need": to, "material": offer.material, **figures},
            )
        )
    for kind, lots in (("unmatched_offer", request.offers), ("unmet_need", request.needs)):
        for index, lot in enumerate(lots):
            name = lot_name(lots, index)
            if f"{kind}.{name}" in values:
                features.append(
                    _feature(
                        "Point",
                        [lot.longitude, lot.latitude],
                        {
                            "kind": kind,
                            "id": name,
                            "material": lot.material,
                            "quantity_t_per_yr": values[f"{kind}.{name}"],
                        },
                    )
                )
    return {
        "type": "FeatureCollection",
        "features": features,
        "total": properties(envelope),
        "receipt": envelope.receipt.hash,
        "attribution": envelope.terms.attribution,
        "licences": list(envelope.terms.licences),
    }


def _feature(kind: str, coordinates: list[Any], figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": figures,
    }
