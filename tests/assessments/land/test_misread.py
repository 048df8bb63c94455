"""Coordinates in the wrong order, or in degrees: told on the row by every process, never an empty answer."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import shapely

from estran.assessments.balance import CarbonBalanceRequest, assess_carbon_balance
from estran.assessments.buildings import BuildingEmissionsRequest, assess_building_emissions
from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.envelope import Envelope
from estran.assessments.flux import CarbonFluxRequest, assess_carbon_flux
from estran.assessments.inventory import EmissionsInventoryRequest, assess_emissions_inventory
from estran.assessments.parking import ParkingPotentialRequest, assess_parking_potential
from estran.assessments.request import read_request
from estran.assessments.sequestration import assess_sequestration
from estran.assessments.sequestration_inputs import SequestrationRequest
from estran.carbon.errors import InvalidGeometry, NotFound
from estran.layers.territory import Territory

Box = Callable[..., dict[str, Any]]

PROCESSES: Mapping[str, tuple[Any, Callable[..., Envelope]]] = {
    "carbon-stock": (CarbonStockRequest, assess_carbon_stock),
    "carbon-flux": (CarbonFluxRequest, assess_carbon_flux),
    "sequestration-potential": (SequestrationRequest, assess_sequestration),
    "emissions-inventory": (EmissionsInventoryRequest, assess_emissions_inventory),
    "carbon-balance": (CarbonBalanceRequest, assess_carbon_balance),
}


def swapped(geometry: dict[str, Any]) -> dict[str, Any]:
    turned = shapely.transform(shapely.from_geojson(json.dumps(geometry)), lambda points: points[:, ::-1])
    return json.loads(shapely.to_geojson(turned))


def collection(*geometries: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": each} for each in geometries],
    }


@pytest.mark.parametrize("process", PROCESSES)
def test_a_swapped_row_has_an_error_and_the_others_stand(
    process: str, with_grid: Territory, kilometres: Box
) -> None:
    model, assess = PROCESSES[process]
    right = kilometres(1, 0)
    both = assess(
        read_request(model, {"geometry": collection(right, swapped(kilometres(0, 0))), "crs": 2154}),
        with_grid,
    )
    alone = assess(read_request(model, {"geometry": collection(right), "crs": 2154}), with_grid)
    assert both.features is not None
    first, second = both.features
    assert first.error is None
    expected = alone.indicator("total").value
    for answer in (first, both):
        found = answer.indicator("total").value
        assert found == (None if expected is None else pytest.approx(expected, rel=1e-12))
    assert second.error is not None
    assert second.error.code == "invalid-geometry"
    assert "swapped" in second.error.message.en
    assert "inversés" in second.error.message.fr
    assert second.error.where == "geometry.features[1].geometry"
    assert all(each.value is None for each in second.indicators)
    assert [each.code for each in both.warnings].count("failed-features") == 1


@pytest.mark.parametrize("process", PROCESSES)
def test_a_swapped_place_is_refused(process: str, marsh: Territory, kilometres: Box) -> None:
    model, assess = PROCESSES[process]
    with pytest.raises(InvalidGeometry, match="swapped"):
        assess(read_request(model, {"geometry": swapped(kilometres(0, 0)), "crs": 2154}), marsh)


@pytest.mark.parametrize(
    ("model", "assess"),
    [
        (BuildingEmissionsRequest, assess_building_emissions),
        (ParkingPotentialRequest, assess_parking_potential),
    ],
)
def test_the_place_is_read_before_the_layer_is_missed(
    model: Any, assess: Callable[..., Envelope], marsh: Territory, kilometres: Box
) -> None:
    """These need a layer that this territory lacks; a place in the wrong order is told all the same."""
    with pytest.raises((InvalidGeometry, NotFound)) as caught:
        assess(read_request(model, {"geometry": swapped(kilometres(0, 0)), "crs": 2154}), marsh)
    assert caught.value.fr != caught.value.en


def test_degrees_under_a_projected_crs_are_told(marsh: Territory) -> None:
    degrees = {
        "type": "Polygon",
        "coordinates": [
            [[-1.15, 46.155], [-1.145, 46.155], [-1.145, 46.16], [-1.15, 46.16], [-1.15, 46.155]]
        ],
    }
    request = read_request(EmissionsInventoryRequest, {"geometry": degrees, "crs": 2154})
    with pytest.raises(InvalidGeometry) as caught:
        assess_emissions_inventory(request, marsh)
    assert "in degrees" in caught.value.en
    assert "en degrés" in caught.value.fr
