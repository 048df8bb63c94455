"""A table of 200,000 buildings in PostGIS without any key: every level has its tile, none runs for long."""

import io
from collections.abc import Iterator

import mapbox_vector_tile
import numpy as np
import pytest
import yaml
from flask.testing import FlaskClient
from PIL import Image
from server.foreign_layers import configuration
from sqlalchemy import create_engine

from estran.server.app import create_app

pytestmark = pytest.mark.component("postgis")
HALVES = (slice(0, 100), slice(100, 200))
MADE = """
CREATE TABLE many AS
SELECT 'b' || i AS ref, mod(i, 30) AS height,
  ST_SetSRID(ST_MakeEnvelope(x, y, x + 12, y + 9), 3946)::geometry(Polygon, 3946) AS geometry
FROM generate_series(0, 199999) i,
  LATERAL (SELECT 1830000 + mod(i, 500) * 80 AS x, 5160000 + i / 500 * 100 AS y) places;
CREATE INDEX ON many USING gist (geometry);
ANALYZE many
"""


@pytest.fixture(scope="module")
def client(kept_postgis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = create_engine(kept_postgis)
    with engine.begin() as connection:
        connection.exec_driver_sql(MADE)
    engine.dispose()
    document = configuration(kept_postgis)
    resource = document["resources"]["solids"]
    resource["providers"][0]["table"] = "many"
    document["resources"] = {"many": resource}
    path = tmp_path_factory.mktemp("many") / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with create_app(path).test_client() as made:
        yield made


@pytest.mark.parametrize(("place", "least"), [("0/0/0", 1), ("8/91/131", 9_000), ("12/1461/2103", 1_000)])
def test_each_level_has_its_tile(client: FlaskClient, place: str, least: int) -> None:
    """At level 8 there are more buildings than the 10,000 that a tile holds; the header counts the others."""
    answer = client.get(f"/collections/many/tiles/WebMercatorQuad/{place}")
    assert answer.status_code == 200, answer.text
    shown = len(mapbox_vector_tile.decode(answer.data)["many"]["features"])
    assert least <= shown <= 10_000
    if place.startswith("8/"):
        assert shown + int(answer.headers["Estran-Tile-Dropped"]) == 200_000


def test_items_need_no_key(client: FlaskClient) -> None:
    assert client.get("/collections/many/items?limit=1").get_json()["numberMatched"] == 200_000
    assert client.get("/collections/many/items/b777").get_json()["properties"]["height"] == 777 % 30
    # A third of the heights, 20 to 29, are of 20 m or more: 200,000 = 6,666 x 30 + 20, so 6,666 x 10.
    found = client.get("/collections/many/items?limit=10&filter=height>=20&sortby=-height").get_json()
    assert found["numberMatched"] == 66_660


def test_a_map_of_all_of_them_is_evenly_covered(client: FlaskClient) -> None:
    """Each of 500 by 400 buildings of 12 m by 9 m has 80 m by 100 m: a fourth of the map is as any other."""
    with client.get(
        "/collections/many/map?bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3946&width=200&height=200"
        "&crs=http://www.opengis.net/def/crs/EPSG/0/3946&bbox=1830000,5160000,1870000,5200000"
    ) as answer:
        assert answer.status_code == 200, answer.text
        with Image.open(io.BytesIO(answer.data)) as image:
            alpha = np.asarray(image.convert("RGBA"))[..., 3].astype(float)
    fourths = [alpha[rows, columns].mean() for rows in HALVES for columns in HALVES]
    assert min(fourths) > 10
    assert max(fourths) < 1.1 * min(fourths)
