"""Olemps is published in PostGIS and served from it, by the same file and with the same answers."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import create_engine

from estran.cli.main import estran
from estran.layers.territory import read_territory
from estran.server import health
from estran.server.app import create_app
from estran.server.check import check_configuration

pytestmark = pytest.mark.component("postgis")

ROOT = Path(__file__).resolve().parents[2]
QUERIES = [
    "communes/items",
    "buildings/items?limit=5",
    "buildings/items?limit=5&bbox=2.54,44.33,2.56,44.345",
    "buildings/items?limit=3&sortby=-hauteur&skipGeometry=true",
    "buildings/items?resulttype=hits",
    "buildings/items?limit=4&sortby=date_maj,-nb_etages&properties=date_maj,nb_etages",
    "buildings/items?limit=4&filter=CASEI(nature)=CASEI(%27SERRE%27)%20OR%20hauteur>12",
    "water/items?limit=20&crs=http://www.opengis.net/def/crs/EPSG/0/2154",
    "communes/items/12174",
]


@pytest.fixture(scope="module")
def olemps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the territory, its data built."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(ROOT / "data" / "olemps", folder / "olemps")
    path = folder / "olemps" / "pygeoapi-config.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["estran"]["data"]["directory"] = "var"
    for resource in document["resources"].values():
        for provider in resource.get("providers", []):
            provider["data"] = f"var/{Path(provider['data']).name}"
        resource.pop("extents", None)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    done = CliRunner().invoke(estran, ["data", "build", "--config", str(path)])
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def serve(olemps: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], Any]:
    def start(database: str | None) -> Any:
        if database is None:
            monkeypatch.delenv("ESTRAN_DATABASE", raising=False)
        else:
            monkeypatch.setenv("ESTRAN_DATABASE", database)
        return create_app(olemps).test_client()

    monkeypatch.setattr(health, "DATABASE_SECONDS", 1e-9)
    return start


def test_both_stores_give_the_same_answers(
    olemps: Path, postgis: str, serve: Callable[[str | None], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    published = CliRunner().invoke(
        estran, ["data", "publish", "--config", str(olemps)], env={"ESTRAN_DATABASE": postgis}
    )
    assert published.exit_code == 0, published.output
    assert "***" in published.output
    password = postgis.split(":")[2].split("@")[0]
    assert password not in published.output
    again = CliRunner().invoke(estran, ["data", "publish", "--config", str(olemps), "--database", postgis])
    assert "up to date" in again.output or "à jour" in again.output

    from_file, from_base = serve(None), None
    expected = {}
    for query in QUERIES:
        response = from_file.get(f"/collections/{query}")
        assert response.status_code == 200, (query, response.text)
        expected[query] = {**response.get_json(), "timeStamp": ""}
    extents = [
        from_file.get(f"/collections/{name}?f=json").get_json()["extent"] for name in ("communes", "water")
    ]

    from_base = serve(postgis)
    for query, document in expected.items():
        response = from_base.get(f"/collections/{query}")
        assert response.status_code == 200, (query, response.text)
        assert {**response.get_json(), "timeStamp": ""} == document
        assert password not in response.text
    assert extents == [
        from_base.get(f"/collections/{name}?f=json").get_json()["extent"] for name in ("communes", "water")
    ]
    territory = read_territory(olemps)
    assert str(territory.layer("communes").location).endswith(f"@{postgis.split('@')[1]}")
    assert password not in repr(territory)
    assert check_configuration(olemps) == []


def test_a_layer_that_stops_and_comes_back(
    olemps: Path, postgis: str, serve: Callable[[str | None], Any]
) -> None:
    client = serve(postgis)
    password = postgis.split(":")[2].split("@")[0]
    told = client.get("/health?lang=en")
    communes = next(layer for layer in told.get_json()["layers"] if layer["id"] == "communes")
    assert communes["state"] == "unavailable"
    assert "estran data publish" in communes["reason"]
    assert client.get("/collections/communes/items").status_code == 503
    publish = ["data", "publish", "--config", str(olemps), "--database", postgis]
    assert CliRunner().invoke(estran, publish).exit_code == 0
    assert client.get("/collections/communes/items").status_code == 200
    engine = create_engine(postgis)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE communes RENAME TO hidden")
    engine.dispose()
    response = client.get("/collections/communes/items?lang=en")
    assert response.status_code == 503
    assert password not in response.text + client.get("/health").text


def test_the_address_may_come_from_any_variable(
    olemps: Path, postgis: str, serve: Callable[[str | None], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = ["data", "publish", "--config", str(olemps), "--database", postgis]
    assert CliRunner().invoke(estran, publish).exit_code == 0
    document = yaml.safe_load(olemps.read_text(encoding="utf-8"))
    document["resources"]["communes"]["providers"][0]["data"] = "${MY_BASE}"
    mine = olemps.with_name("mine.yml")
    mine.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("MY_BASE", postgis)
    client = create_app(mine).test_client()
    assert client.get("/collections/communes/items").get_json()["numberMatched"] == 1
    assert "@" in str(read_territory(mine).layer("communes").location)
    monkeypatch.setenv("MY_BASE", "postgresql://me:tide@host:port/base")
    (problem,) = check_configuration(mine)
    assert problem.key == "resources.communes.providers[0].data"
    assert "tide" not in problem.message_en + problem.message_fr
