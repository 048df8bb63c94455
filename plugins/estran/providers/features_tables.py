"""How are features handed over to an encoder? As tables, never as GeoJSON dictionaries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyproj import CRS

from estran.layers.features.encoding.table import About, FeatureTable, table_of_features
from estran.layers.features.query import FeatureQuery, FeatureStore, StoredFeature
from estran.providers.request import language
from estran.providers.units import shown

PAGE = 10_000
"""Features read at once from the store."""


def page_table(
    features: Sequence[StoredFeature],
    definition: Mapping[str, Any],
    store: FeatureStore,
    query: FeatureQuery,
    *,
    target: CRS,
    fields: Mapping[str, Mapping[str, Any]],
) -> FeatureTable:
    """Return a page of the store as a table.

    Args:
        features: The page.
        definition: The provider definition; its `collection` names the table.
        store: Where they come from.
        query: What was asked.
        target: CRS to answer in.
        fields: The JSON Schema of each column, in the language of the request.
    """
    return table_of_features(
        features,
        name=str(definition.get("collection") or definition["table"]),
        fields=store.fields,
        id_field=store.id_field,
        selected=query.properties,
        source=store.crs,
        target=target,
        has_geometry=not query.skip_geometry,
        time_field=query.time_field,
        about=about(definition, fields),
    )


def all_tables(
    definition: Mapping[str, Any],
    store: FeatureStore,
    query: FeatureQuery,
    fields: Mapping[str, Mapping[str, Any]],
) -> Iterator[FeatureTable]:
    """Yield every feature that a query selects, in the storage CRS, page after page."""
    page = store.query(replace(query, limit=PAGE, count=False))
    while True:
        yield page_table(page.features, definition, store, query, target=store.crs, fields=fields)
        if page.next is None:
            return
        page = store.query(replace(query, limit=PAGE, count=False, after=page.next))


def about(definition: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> About:
    """Return what a file says of itself, in the language of the request."""
    spoken = language()
    address = ""
    if {"base_url", "collection"} <= definition.keys():
        address = f"{str(definition['base_url']).rstrip('/')}/collections/{definition['collection']}"
    licence = definition.get("licence") or {}
    return About(
        title=_said(definition.get("title"), spoken),
        description=_said(definition.get("description"), spoken),
        licence=licence.get("title", ""),
        licence_url=licence.get("url", ""),
        attribution=definition.get("attribution") or "",
        vintage=definition.get("vintage") or "",
        address=address,
        schema=f"{address}/schema?f=json" if address else "",
        synthetic=bool(definition.get("synthetic")),
        language=spoken,
        headings={name: _heading(schema) for name, schema in fields.items() if schema.get("title") != name},
    )


def _heading(schema: Mapping[str, Any]) -> str:
    unit = schema.get("x-ogc-unit")
    return f"{schema['title']} ({shown(unit)})" if unit else str(schema["title"])


def _said(text: Any, spoken: str) -> str:
    if isinstance(text, Mapping):
        return str(text.get(spoken) or next(iter(text.values()), ""))
    return str(text or "")
