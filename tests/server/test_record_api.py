"""The catalogue of the small territory: records, search, pages, DCAT-AP."""

import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef

from estran.carbon.errors import InvalidConfiguration
from estran.server.app import create_app

ITEMS = "/collections/catalogue/items"


def read(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.get_data(as_text=True)[:500]
    return response


def ids(client, query=""):
    return [record["id"] for record in read(client, f"{ITEMS}?f=json{query}").get_json()["features"]]


def test_the_catalogue_is_a_collection_of_records(client) -> None:
    described = read(client, "/collections/catalogue?f=json").get_json()
    assert described["itemType"] == "record"
    assert described["title"] == "Catalogue"
    listed = [held["id"] for held in read(client, "/collections?f=json").get_json()["collections"]]
    assert "catalogue" in listed


def test_there_is_a_record_for_each_layer_that_works_and_each_process(client) -> None:
    assert ids(client) == ["places", "heights", "zones", "process-hello"], "neither hidden nor broken layers"


def test_a_record_has_the_core_of_the_standard(client) -> None:
    record = read(client, f"{ITEMS}/zones?f=json&lang=en").get_json()
    assert record["type"] == "Feature"
    assert record["conformsTo"] == ["http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"]
    assert record["time"] == {"interval": ["2024-01-01", "2024-12-31"]}
    assert record["geometry"]["type"] == "Polygon"
    properties = record["properties"]
    assert (properties["type"], properties["title"], properties["license"]) == (
        "dataset",
        "Zones",
        "etalab-2.0",
    )
    assert properties["language"] == {"code": "en"}
    assert properties["contacts"][0]["roles"] == ["publisher"]
    assert properties["updated"].endswith("Z")
    relations = {link["rel"].rpartition("/")[2] for link in record["links"]}
    assert {"items", "license", "stylesheet", "schema", "tilesets-vector", "map", "collection"} <= relations


def test_a_record_speaks_the_language_asked(client) -> None:
    titles = {
        read(client, f"{ITEMS}/places?lang={tag}").get_json()["properties"]["title"] for tag in ("fr", "en")
    }
    assert titles == {"Lieux", "Places"}


def test_search_filter_sort_and_page(client) -> None:
    assert ids(client, "&q=altitudes") == ["heights"]
    assert ids(client, "&type=process") == ["process-hello"]
    assert ids(client, "&bbox=100,10,110,20") == []
    assert ids(client, "&datetime=2024-05-01&type=dataset") == ["places", "heights", "zones"]
    assert ids(client, "&datetime=2020-01-01&type=dataset") == []
    assert ids(client, "&sortby=-title&type=dataset") == ["zones", "places", "heights"]
    first = read(client, f"{ITEMS}?limit=2").get_json()
    assert (first["numberMatched"], first["numberReturned"]) == (4, 2)
    after = next(link["href"] for link in first["links"] if link["rel"] == "next")
    last = read(client, "/" + after.partition("://")[2].partition("/")[2]).get_json()
    assert [record["id"] for record in last["features"]] == ["zones", "process-hello"]
    assert not [link for link in last["links"] if link["rel"] == "next"]


def test_facets_tell_what_there_is(client) -> None:
    counted = read(client, f"{ITEMS}?type=dataset").get_json()["facets"]
    assert counted["type"]["buckets"] == [{"value": "dataset", "title": "dataset", "count": 3}]
    assert counted["licence"]["buckets"][0]["value"] == "etalab-2.0"
    assert counted["vintage"]["buckets"][0]["count"] == 3


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?colour=red", 400),
        ("?bbox=1,2", 400),
        ("?datetime=soon", 400),
        ("?sortby=colour", 400),
        ("?f=csv", 400),
        ("?limit=0", 400),
        ("/nothing", 404),
    ],
)
def test_what_cannot_be_understood_is_refused(client, query, status) -> None:
    read(client, f"{ITEMS}{query}", status)


def test_pages_in_both_languages(client) -> None:
    page = read(client, f"{ITEMS}?f=html&lang=fr&q=zones&type=dataset").get_data(as_text=True)
    assert 'value="zones"' in page
    assert "1 fiche" in page
    assert "type=dataset" in page
    record = read(client, f"{ITEMS}/zones?f=html&lang=en").get_data(as_text=True)
    assert "Ways to get it" in record
    assert "Licence Ouverte 2.0" in record


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning:rdflib")
@pytest.mark.parametrize(("name", "syntax"), [("jsonld", "json-ld"), ("ttl", "turtle"), ("rdf", "xml")])
def test_dcat_reads_back_in_every_syntax(client, name, syntax) -> None:
    answer = read(client, f"/dcat?f={name}")
    graph = Graph().parse(data=answer.data, format=syntax)
    datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) == 3
    assert len(set(graph.subjects(RDF.type, DCAT.DataService))) == 1
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert set(graph.objects(catalogue, DCAT.dataset)) == datasets
    zones = next(subject for subject in datasets if "zones" in subject)
    titles = set(graph.objects(zones, DCTERMS.title))
    assert titles == {Literal("Zones", lang="fr"), Literal("Zones", lang="en")}
    for predicate in (DCTERMS.description, DCTERMS.publisher, DCTERMS.spatial, DCTERMS.temporal, DCAT.theme):
        assert list(graph.objects(zones, predicate)), predicate
    distributions = list(graph.objects(zones, DCAT.distribution))
    assert distributions
    licence = URIRef("http://publications.europa.eu/resource/authority/licence/ETALAB_2_0")
    for distribution in distributions:
        assert list(graph.objects(distribution, DCAT.accessURL))
        assert list(graph.objects(distribution, DCAT.mediaType))
        assert list(graph.objects(distribution, DCTERMS.license)) == [licence]


def test_a_known_catalogue_is_not_sent_again(client) -> None:
    for path in (ITEMS, f"{ITEMS}/zones", "/dcat?f=ttl"):
        first = read(client, path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304, path


def test_a_territory_may_have_no_catalogue(territory, configuration) -> None:
    configuration["estran"]["catalogue"] = False
    with create_app(territory(configuration)).test_client() as client:
        read(client, ITEMS, 404)
        read(client, "/dcat", 404)
        assert "/dcat" not in read(client, "/openapi?f=json").get_json()["paths"]


def test_the_name_of_the_catalogue_is_kept_for_it(territory, configuration) -> None:
    configuration["resources"]["catalogue"] = configuration["resources"]["places"]
    with pytest.raises(InvalidConfiguration, match="another"):
        create_app(territory(configuration))
