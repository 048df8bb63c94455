"""What items can be sorted by: the answer, its links, and that `sortby` takes each name."""

import pytest
from flask.testing import FlaskClient

REL = "http://www.opengis.net/def/rel/ogc/1.0/sortables"


@pytest.mark.parametrize("collection", ["zones", "places", "catalogue"])
def test_each_sortable_sorts(client: FlaskClient, collection: str) -> None:
    links = client.get(f"/collections/{collection}?f=json").get_json()["links"]
    (href,) = [
        link["href"] for link in links if link["rel"] == REL and link["type"] == "application/schema+json"
    ]
    answer = client.get(href.partition("5000")[2])
    assert answer.mimetype == "application/schema+json"
    document = answer.get_json()
    assert document["$id"].endswith(f"/collections/{collection}/sortables")
    assert document["additionalProperties"] is False
    assert "geometry" not in document["properties"]
    for name in document["properties"]:
        for order in ("", "-"):
            found = client.get(f"/collections/{collection}/items?sortby={order}{name}&f=json")
            assert found.status_code == 200, (name, found.text)
    assert client.get(f"/collections/{collection}/sortables?f=html").status_code == 200


def test_what_has_no_items_has_no_sortables(client: FlaskClient) -> None:
    assert client.get("/collections/heights/sortables").status_code == 404
    links = client.get("/collections/heights?f=json").get_json()["links"]
    assert not [link for link in links if link["rel"] == REL]
    classes = client.get("/conformance?f=json").get_json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables" in classes
