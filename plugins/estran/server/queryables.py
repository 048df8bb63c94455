"""What a filter may name: pygeoapi's list of queryables with the titles, units and codes of the layer.

pygeoapi titles a queryable by the name of its column and drops what the provider knows of it.
"""

import json
from typing import Any

from pygeoapi.api.itemtypes import get_collection_queryables
from pygeoapi.plugin import load_plugin
from pygeoapi.util import render_j2_template

from estran.server.api import EstranAPI, EstranRequest
from estran.server.negotiation import HTML, JSON


def described_queryables(
    api: EstranAPI, asked: EstranRequest, collection: str
) -> tuple[dict[str, str], int, str]:
    """Return the queryables of a collection, with the meaning of `pygeoapi.api.itemtypes`."""
    headers, status, content = get_collection_queryables(api, asked.in_format(JSON), collection)
    document: dict[str, Any] = json.loads(content)
    provider = load_plugin("provider", api.config["resources"][collection]["providers"][0])
    for name, listed in document["properties"].items():
        known = provider.fields.get(name, {})
        document["properties"][name] = {**listed, **known, "type": listed["type"]} if known else listed
    document["additionalProperties"] = False
    document["$id"] = document["$id"].partition("?")[0]
    if asked.format != HTML:
        return headers, status, json.dumps(document, ensure_ascii=False)
    address = f"{api.get_collections_url()}/{collection}"
    data = {**document, "collections_path": api.get_collections_url(), "dataset_path": address}
    templates = api.get_dataset_templates(collection)
    page = render_j2_template(api.tpl_config, templates, "collections/queryables.html", data, asked.locale)
    return {"Content-Type": "text/html"}, status, page
