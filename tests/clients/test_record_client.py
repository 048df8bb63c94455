"""Does OWSLib read the catalogue of the demonstration?"""

import urllib.request

from clients.conftest import Server
from owslib.ogcapi.records import Records


def test_the_catalogue_is_found_searched_and_read(la_rochelle: Server) -> None:
    """One record for each collection but the catalogue itself, and for each process."""
    service = Records(la_rochelle.url)
    assert service.records() == ["catalogue"]
    held = len(la_rochelle.get("/collections")["collections"]) - 1
    asked = len(la_rochelle.get("/processes?limit=100")["processes"])
    assert service.collection_items("catalogue", limit=1)["numberMatched"] == held + asked > 20
    found = service.collection_items("catalogue", q="marais")
    assert "wetlands" in [record["id"] for record in found["features"]]
    assert service.collection_item("catalogue", "land-cover")["properties"]["vintage"] == "2021"


def test_every_link_of_a_record_leads_somewhere(la_rochelle: Server) -> None:
    service = Records(la_rochelle.url)
    for name in ("cycle-network", "emissions", "process-carbon-stock"):
        record = service.collection_item("catalogue", name)
        assert record["properties"]["themes"][0]["concepts"][0]["title"]
        hrefs = [link["href"] for link in record["links"] if link["href"].startswith(la_rochelle.url)]
        assert len(hrefs) > 5
        for href in hrefs:
            if not href.endswith("/execution"):
                with urllib.request.urlopen(urllib.request.Request(href, method="HEAD"), timeout=60) as got:
                    assert got.status == 200, href
