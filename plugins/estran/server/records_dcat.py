"""The catalogue as DCAT-AP, for national and European portals: JSON-LD, Turtle or RDF/XML.

The records of the layers become datasets, those of the processes data services.
References: DCAT 3 (W3C), DCAT-AP 3.0 (SEMIC), GeoDCAT-AP 3.0.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef

from estran.carbon.errors import NotFound
from estran.providers.records_asked import Record
from estran.server.caching import cached
from estran.server.negotiation import Formats, chosen_format
from estran.server.parameters import COMMON, checked_parameters
from estran.server.records import known_records
from estran.server.records_collection import CATALOGUE, DCAT_TYPES, vocabulary
from estran.server.service import Service
from estran.server.styles import base_url, said

FORMATS: Formats = {name: (kind,) for name, kind in DCAT_TYPES.items()}
SYNTAXES: Mapping[str, str] = {"jsonld": "json-ld", "ttl": "turtle", "rdf": "xml"}

AUTHORITY = "http://publications.europa.eu/resource/authority/"
LANGUAGES: Mapping[str, str] = {"fr": f"{AUTHORITY}language/FRA", "en": f"{AUTHORITY}language/ENG"}
PUBLIC = URIRef(f"{AUTHORITY}access-right/PUBLIC")
PROFILE = URIRef("http://data.europa.eu/r5r/")
GEOSPARQL = Namespace("http://www.opengis.net/ont/geosparql#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
VERSION = URIRef(f"{DCAT}version")
"""Of DCAT 3, which comes after the vocabulary that the library knows."""
DISTRIBUTIONS: Mapping[str, str] = {
    "items": "http://www.opengis.net/def/interface/ogcapi-features",
    "coverage": "http://www.opengis.net/def/interface/ogcapi-coverages",
    "tilesets-vector": "http://www.opengis.net/def/interface/ogcapi-tiles",
    "tilesets-map": "http://www.opengis.net/def/interface/ogcapi-tiles",
    "map": "http://www.opengis.net/def/interface/ogcapi-maps",
    "enclosure": "",
}
"""Relations of the links to data, and the standard that they follow; the last one is a file."""


def dcat(service: Service) -> Response:
    """Return the catalogue as RDF."""
    if CATALOGUE not in service.configuration["resources"]:
        raise NotFound(
            "this server has no catalogue", "ce serveur n'a pas de catalogue", where="estran.catalogue"
        )
    return cached(service, None, lambda: _dcat(service))


def landing_links(service: Service) -> list[dict[str, Any]]:
    """Return the links of the landing page to the catalogue as RDF."""
    if CATALOGUE not in service.configuration["resources"]:
        return []
    title = {"fr": "Catalogue au format DCAT-AP", "en": "Catalogue as DCAT-AP"}[service.language().language]
    return [
        {"rel": "describedby", "type": kind, "title": title, "href": f"{base_url(service)}/dcat?f={name}"}
        for name, kind in DCAT_TYPES.items()
    ]


def _dcat(service: Service) -> Response:
    checked_parameters(request.args, COMMON)
    name = chosen_format(request, FORMATS)
    graph = catalogue_graph(service)
    context = {"context": dict(graph.namespaces())} if name == "jsonld" else {}
    body = graph.serialize(format=SYNTAXES[name], encoding="utf-8", **context)
    response = Response(body, content_type=DCAT_TYPES[name])
    response.headers["Content-Language"] = service.language().language
    return response


def catalogue_graph(service: Service) -> Graph:
    """Return the catalogue, its texts in every language of the territory."""
    graph = Graph()
    for prefix, namespace in (
        ("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF),
        ("geo", GEOSPARQL), ("vcard", VCARD),
    ):  # fmt: skip
        graph.bind(prefix, namespace)
    configuration = service.configuration
    languages = [tag[:2] for tag in configuration["server"]["languages"]]
    catalogue = URIRef(f"{base_url(service)}/collections/{CATALOGUE}")
    publisher = _publisher(graph, service)
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    identification = configuration["metadata"]["identification"]
    for language in languages:
        _say(graph, catalogue, DCTERMS.title, said(identification["title"], language), language)
        _say(graph, catalogue, DCTERMS.description, said(identification["description"], language), language)
        graph.add((catalogue, DCTERMS.language, URIRef(LANGUAGES[language])))
    graph.add((catalogue, DCTERMS.publisher, publisher))
    graph.add((catalogue, DCTERMS.conformsTo, PROFILE))
    graph.add((catalogue, FOAF.homepage, URIRef(base_url(service) + "/")))
    _licence(graph, catalogue, configuration["resources"][CATALOGUE]["estran"]["licence"])
    for language in languages:
        for record in known_records(service, language):
            if record["properties"]["type"] == "dataset":
                _dataset(graph, service, catalogue, publisher, record, language)
            else:
                _data_service(graph, service, catalogue, publisher, record, language)
    return graph


def _dataset(
    graph: Graph, service: Service, catalogue: URIRef, publisher: URIRef, record: Record, language: str
) -> None:
    properties = record["properties"]
    address = f"{base_url(service)}/collections/{record['id']}"
    dataset = URIRef(f"{address}#dataset")
    is_new = (dataset, RDF.type, DCAT.Dataset) not in graph
    _describe(graph, dataset, properties, language)
    if not is_new:
        return
    resource = service.configuration["resources"][record["id"]]
    graph.add((catalogue, DCAT.dataset, dataset))
    graph.add((dataset, RDF.type, DCAT.Dataset))
    graph.add((dataset, DCTERMS.identifier, Literal(record["id"])))
    graph.add((dataset, DCTERMS.publisher, publisher))
    graph.add((dataset, DCAT.contactPoint, _contact(graph, service)))
    graph.add((dataset, DCTERMS.accessRights, PUBLIC))
    graph.add((dataset, DCAT.landingPage, URIRef(f"{address}?f=html")))
    for theme in properties["themes"]:
        code = vocabulary()["themes"][theme["concepts"][0]["id"]]["eu"]
        graph.add((dataset, DCAT.theme, URIRef(f"{AUTHORITY}data-theme/{code}")))
    if "updated" in properties:
        graph.add((dataset, DCTERMS.modified, Literal(properties["updated"], datatype=XSD.dateTime)))
    if "vintage" in properties:
        graph.add((dataset, VERSION, Literal(properties["vintage"])))
    _place(graph, dataset, record["geometry"])
    _period(graph, dataset, record["time"])
    resolution = ((resource.get("estran") or {}).get("support") or {}).get("resolution_m")
    if resolution:
        metres = Literal(str(resolution), datatype=XSD.decimal)
        graph.add((dataset, DCAT.spatialResolutionInMeters, metres))
    licence = (resource.get("estran") or {}).get("licence")
    for place, link in enumerate(record["links"]):
        relation = link["rel"].rpartition("/")[2]
        if relation in DISTRIBUTIONS and link.get("type", "text/html") != "text/html":
            distribution = URIRef(f"{address}#distribution-{place}")
            graph.add((dataset, DCAT.distribution, distribution))
            _distribution(graph, distribution, link, relation)
            if licence:
                _licence(graph, distribution, licence)


def _distribution(graph: Graph, distribution: URIRef, link: Mapping[str, Any], relation: str) -> None:
    media_type = str(link["type"]).split(";")[0]
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCAT.accessURL, URIRef(link["href"])))
    graph.add((distribution, DCAT.mediaType, URIRef(f"{MEDIA_TYPES}{media_type}")))
    if link.get("title"):
        graph.add((distribution, DCTERMS.title, Literal(link["title"])))
    if DISTRIBUTIONS[relation]:
        graph.add((distribution, DCTERMS.conformsTo, URIRef(DISTRIBUTIONS[relation])))
    else:
        graph.add((distribution, DCAT.downloadURL, URIRef(link["href"])))


def _data_service(
    graph: Graph, service: Service, catalogue: URIRef, publisher: URIRef, record: Record, language: str
) -> None:
    name = record["id"].removeprefix("process-")
    address = URIRef(f"{base_url(service)}/processes/{name}")
    _describe(graph, address, record["properties"], language)
    graph.add((catalogue, DCAT.service, address))
    graph.add((address, RDF.type, DCAT.DataService))
    graph.add((address, DCTERMS.publisher, publisher))
    graph.add((address, DCAT.endpointURL, address))
    graph.add((address, DCAT.endpointDescription, URIRef(f"{base_url(service)}/openapi?f=json")))
    standard = URIRef("http://www.opengis.net/def/interface/ogcapi-processes")
    graph.add((address, DCTERMS.conformsTo, standard))


def _describe(graph: Graph, subject: URIRef, properties: Mapping[str, Any], language: str) -> None:
    _say(graph, subject, DCTERMS.title, properties["title"], language)
    _say(graph, subject, DCTERMS.description, properties["description"], language)
    for word in properties["keywords"]:
        _say(graph, subject, DCAT.keyword, word, language)


def _say(graph: Graph, subject: URIRef, predicate: URIRef, text: str, language: str) -> None:
    graph.add((subject, predicate, Literal(text, lang=language)))


def _publisher(graph: Graph, service: Service) -> URIRef:
    provider = service.configuration["metadata"]["provider"]
    siren = service.configuration["estran"]["territory"].get("siren")
    publisher = URIRef(provider["url"])
    graph.add((publisher, RDF.type, FOAF.Agent))
    graph.add((publisher, FOAF.name, Literal(said(provider["name"], "fr"), lang="fr")))
    graph.add((publisher, FOAF.homepage, URIRef(provider["url"])))
    if siren:
        graph.add((publisher, DCTERMS.identifier, Literal(str(siren))))
    return publisher


def _contact(graph: Graph, service: Service) -> URIRef:
    contact = service.configuration["metadata"]["contact"]
    node = URIRef(f"{base_url(service)}/collections/{CATALOGUE}#contact")
    graph.add((node, RDF.type, VCARD.Organization))
    graph.add((node, VCARD.fn, Literal(said(contact["name"], "fr"))))
    if contact.get("url"):
        graph.add((node, VCARD.hasURL, URIRef(contact["url"])))
    if contact.get("email"):
        graph.add((node, VCARD.hasEmail, URIRef(f"mailto:{contact['email']}")))
    return node


def _licence(graph: Graph, subject: URIRef, licence: Mapping[str, Any]) -> None:
    uri = vocabulary()["licences"].get(licence["id"]) or licence["url"]
    graph.add((subject, DCTERMS.license, URIRef(uri)))


def _place(graph: Graph, dataset: URIRef, geometry: Mapping[str, Any]) -> None:
    ring = ", ".join(f"{x} {y}" for x, y in geometry["coordinates"][0])
    place = BNode()
    graph.add((dataset, DCTERMS.spatial, place))
    graph.add((place, RDF.type, DCTERMS.Location))
    graph.add((place, DCAT.bbox, Literal(f"POLYGON(({ring}))", datatype=GEOSPARQL.wktLiteral)))


def _period(graph: Graph, dataset: URIRef, time: Mapping[str, Any] | None) -> None:
    if time is None:
        return
    first, last = time["interval"]
    period = BNode()
    graph.add((dataset, DCTERMS.temporal, period))
    graph.add((period, RDF.type, DCTERMS.PeriodOfTime))
    graph.add((period, DCAT.startDate, Literal(first, datatype=XSD.date)))
    graph.add((period, DCAT.endDate, Literal(last, datatype=XSD.date)))
