"""A page of features in a format that is not a document: what its body cannot say goes to its headers."""

import json
from dataclasses import replace
from typing import Any

from pygeoapi.api import itemtypes
from pygeoapi.plugin import load_plugin
from pygeoapi.provider import get_provider_by_type

from estran.formatters.geojson import table_of_geojson
from estran.formatters.links import formatted_page, seen_as
from estran.layers.features.encoding.formats import FORMATS
from estran.layers.features.encoding.jsonfg import jsonfg_feature
from estran.layers.features.encoding.table import About
from estran.server.api import EstranAPI, EstranRequest
from estran.server.link_header import link_header
from estran.server.negotiation import JSON, JSON_FG

TAKEN = frozenset({"type", "id", "geometry", "properties", "@context"})
"""Members of a GeoJSON feature that JSON-FG writes itself."""

COUNTS = {"numberMatched": "OGC-NumberMatched", "numberReturned": "OGC-NumberReturned"}


def feature_file(
    api: EstranAPI, asked: EstranRequest, collection: str
) -> tuple[dict[str, str], int, str | bytes]:
    """Return a page of features, with the meaning of `pygeoapi.api.itemtypes`, its links in the header."""
    with formatted_page() as page:
        headers, status, content = itemtypes.get_collection_items(api, asked, collection)
    counts = {header: str(page[name]) for name, header in COUNTS.items() if name in page}
    return {**headers, **counts, **link_header(page.get("links", ()))}, int(status), content


def jsonfg_item(
    api: EstranAPI, asked: EstranRequest, collection: str, item: str
) -> tuple[dict[str, str], int, bytes]:
    """Return one feature as JSON-FG, with the meaning of `pygeoapi.api.itemtypes`."""
    headers, status, content = itemtypes.get_collection_item(api, asked.in_format(JSON), collection, item)
    # pygeoapi writes these two marks for HTML, even in JSON.
    feature = json.loads(content.replace("&lt;", "<").replace("&gt;", ">"))
    definition = get_provider_by_type(api.config["resources"][collection]["providers"], "feature")
    table = table_of_geojson(
        [feature],
        name=collection,
        id_field=definition["id_field"],
        fields=load_plugin("provider", definition).fields,
        crs=asked.params.get("crs"),
    )
    schema = f"{api.get_collections_url()}/{collection}/schema?f=json"
    table = replace(table, time_field=definition.get("time_field"), about=About(schema=schema))
    kind = FORMATS[JSON_FG].media_type
    members = {name: value for name, value in feature.items() if name not in TAKEN}
    members["links"] = [_followed(seen_as(link, kind)) for link in members.get("links", ())]
    sent = {**headers, **link_header(members["links"]), "Content-Type": kind}
    return sent, int(status), jsonfg_feature(table, members).encode()


def _followed(link: dict[str, Any]) -> dict[str, Any]:
    """Return a link, to the feature before or after in this format when it is one."""
    if link["rel"] in {"prev", "next"}:
        link["href"] = link["href"].replace(f"?f={JSON}", f"?f={JSON_FG}")
    return link
