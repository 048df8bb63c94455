"""One broken layer or process never stops the rest, and a mended one comes back by itself."""

import shutil
from typing import Any

import pytest

from estran.carbon.errors import InvalidConfiguration
from estran.server.app import create_app


def states(client: Any) -> dict[str, str]:
    layers = client.get("/health").get_json()["layers"]
    return {layer["id"]: layer["state"] for layer in layers}


def test_health_tells_the_layers(configuration: dict[str, Any], territory) -> None:
    client = create_app(territory(configuration)).test_client()
    response = client.get("/health?lang=en")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    document = response.get_json()
    assert document["status"] == "ready"
    layers = {layer["id"]: layer for layer in document["layers"]}
    assert layers.keys() == {"places", "heights", "zones", "broken", "catalogue"}
    assert layers["heights"]["vintage"] == "2024"
    assert layers["heights"]["size_bytes"] > 0
    assert layers["broken"]["state"] == "unavailable"
    assert "broken.tif" in layers["broken"]["reason"]
    assert document["processes"] == {"ready": ["hello"], "unavailable": {}}
    assert document["workers"]["workers"] == 1


def test_a_layer_that_is_mended_comes_back(configuration: dict[str, Any], territory) -> None:
    path = territory(configuration)
    client = create_app(path).test_client()
    assert client.get("/collections/broken/coverage").status_code == 503
    assert "/collections/broken/coverage" not in client.get("/openapi").text
    shutil.copy(path.parent / "heights.tif", path.parent / "broken.tif")
    assert states(client)["broken"] == "ready"
    assert client.get("/collections/broken/coverage").status_code == 200
    assert "/collections/broken/coverage" in client.get("/openapi").text


def test_a_layer_that_breaks_is_told(configuration: dict[str, Any], territory) -> None:
    path = territory(configuration)
    client = create_app(path).test_client()
    assert states(client)["heights"] == "ready"
    (path.parent / "heights.tif").unlink()
    assert states(client)["heights"] == "unavailable"
    response = client.get("/collections/heights/coverage")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert client.get("/collections/places/items").status_code == 200


def test_with_nothing_to_serve_health_is_503(configuration: dict[str, Any], territory) -> None:
    configuration["resources"] = {"broken": configuration["resources"]["broken"]}
    response = create_app(territory(configuration)).test_client().get("/health")
    assert response.status_code == 503
    assert response.get_json()["status"] == "unavailable"


@pytest.mark.parametrize("name", ["estran.processes.absent.Absent", "Nothing", "json.NoSuchClass"])
def test_a_process_that_cannot_be_loaded_is_left_out(
    configuration: dict[str, Any], territory, name: str
) -> None:
    configuration["resources"]["wrong"] = {"type": "process", "processor": {"name": name}}
    client = create_app(territory(configuration)).test_client()
    listed = [process["id"] for process in client.get("/processes").get_json()["processes"]]
    assert listed == ["hello"]
    assert list(client.get("/health").get_json()["processes"]["unavailable"]) == ["wrong"]
    assert client.get("/processes/wrong").status_code == 404


def test_a_provider_that_cannot_be_loaded_is_a_broken_layer(configuration: dict[str, Any], territory) -> None:
    configuration["resources"]["places"]["providers"][0]["name"] = "NoSuchProvider"
    client = create_app(territory(configuration)).test_client()
    assert client.get("/collections/places").status_code == 503
    assert client.get("/collections/heights").status_code == 200


def test_a_manager_that_cannot_be_loaded_is_a_wrong_configuration(
    configuration: dict[str, Any], territory
) -> None:
    configuration["server"] = {"manager": {"name": "estran.jobs.absent.Manager"}}
    with pytest.raises(InvalidConfiguration, match="manager"):
        create_app(territory(configuration))
