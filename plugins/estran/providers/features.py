"""Which features does a collection answer with? The pygeoapi provider over our feature stores.

Configuration of the provider, besides pygeoapi's own keys: `table`, `id_field`, `title_field`,
`time_field`. The application adds `collection`, `base_url`, `licence`, `attribution`, `vintage`,
`synthetic` and `field_settings`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pygeoapi.crs import CrsTransformSpec
from pygeoapi.provider.base import BaseProvider, SchemaType
from pyproj import CRS

from estran.carbon.errors import EstranError, Unavailable
from estran.layers.features.encoding.formats import FORMATS
from estran.layers.features.encoding.table import FeatureTable
from estran.layers.features.query import FeatureQuery, FeatureStore, StoredFeature
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import parse_crs
from estran.providers.errors import as_provider_error
from estran.providers.features_asked import selection
from estran.providers.features_schema import described_fields, feature_schema, properties_schema
from estran.providers.features_tables import all_tables, page_table
from estran.providers.features_written import Publication, feature_list, one_feature, page_links
from estran.providers.request import current_parameters, language

DEFAULT_CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class FeatureProvider(BaseProvider):  # type: ignore[misc]
    """Features of one table, as pygeoapi wants them.

    pygeoapi builds a provider per request; what is costly is kept by the store.
    """

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._definition = provider_def
        self._publication = Publication.of(provider_def)
        self.include_extra_query_parameters = True
        self.editable = bool(provider_def.get("editable"))
        try:
            self._store = self._opened()
        except EstranError as error:
            raise as_provider_error(error) from error
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return the JSON Schema of each column, with its title in the language of the request."""
        settings = self._definition.get("field_settings", {})
        return described_fields(self._store.fields, settings, language())

    def get_schema(self, schema_type: SchemaType = SchemaType.item) -> tuple[str, dict[str, Any]]:
        """Return the media type and JSON Schema of a feature."""
        return "application/geo+json", feature_schema(self.get_fields(), self.id_field, schema_type.value)

    def get_properties_schema(self, *, ranges: bool) -> dict[str, dict[str, Any]]:
        """Return the schema of the geometry and of each property; with `ranges`, with what they hold now."""
        fields = self.get_fields()
        served = {name: fields[name] for name in self.properties or fields if name in fields}
        try:
            return properties_schema(
                served,
                self._store,
                self._definition.get("field_settings", {}),
                language(),
                time_field=self.time_field,
                extremes=self._store.extremes() if ranges else {},
            )
        except EstranError as error:
            raise as_provider_error(error) from error

    def get_required(self) -> list[str]:
        """Return the properties that are never null."""
        return sorted(self._store.required)

    def get_domains(
        self, properties: Sequence[str] = (), current: bool = False
    ) -> tuple[dict[str, list[Any]], bool]:
        """Return the values of the columns that hold few, and that they are the present ones."""
        del current
        try:
            ranges = {name: self._store.field_range(name) for name in properties or self._store.fields}
        except EstranError as error:
            raise as_provider_error(error) from error
        return {name: list(found.values) for name, found in ranges.items() if found.values}, True

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: Sequence[float] = (),
        datetime_: str | None = None,
        properties: Sequence[tuple[str, str]] = (),
        sortby: Sequence[Mapping[str, str]] = (),
        select_properties: Sequence[str] = (),
        skip_geometry: bool = False,
        crs_transform_spec: CrsTransformSpec | None = None,
        q: str | None = None,
        **_unused: Any,
    ) -> dict[str, Any]:
        """Return a page of features as a GeoJSON feature collection."""
        try:
            query = FeatureQuery(
                limit=0 if resulttype == "hits" else limit,
                offset=offset,
                time_field=self.time_field,
                properties=tuple(select_properties or self.properties) or None,
                sortby=tuple((key["property"], key["order"] != "-") for key in sortby),
                skip_geometry=skip_geometry,
                count=self.count or resulttype == "hits",
            )
            parameters = [*properties, *([("q", q)] if q else [])]
            query = selection(query, self._store, bbox=bbox, datetime=datetime_, parameters=parameters)
            page = self._store.query(query)
            features = self._features(page.features, query, self._target(crs_transform_spec))
        except EstranError as error:
            raise as_provider_error(error) from error
        links = page_links(self._definition, self._store, page.next, self._publication.links())
        matched = {} if page.number_matched is None else {"numberMatched": page.number_matched}
        return {
            "type": "FeatureCollection",
            "features": features,
            **matched,
            "numberReturned": len(features),
            "links": links,
            **self._publication.members(),
        }

    def get(
        self, identifier: str, crs_transform_spec: CrsTransformSpec | None = None, **_unused: Any
    ) -> dict[str, Any]:
        """Return one feature, with the identifiers before and after it."""
        try:
            found = self._store.get(identifier, properties=self.properties or None)
            (item,) = feature_list([found.feature], self._store, self._target(crs_transform_spec))
        except EstranError as error:
            raise as_provider_error(error) from error
        return one_feature(item, self._publication, previous=found.previous, following=found.next)

    def tables(self) -> Iterator[FeatureTable]:
        """Yield all features, in the storage CRS, page after page.

        Raises:
            EstranError: the store cannot be read.
        """
        query = FeatureQuery(time_field=self.time_field, properties=tuple(self.properties) or None)
        return all_tables(self._definition, self._store, query, self.get_fields())

    def _features(
        self, found: Sequence[StoredFeature], query: FeatureQuery, target: CRS
    ) -> list[dict[str, Any]] | FeatureTable:
        """Return features as GeoJSON, or as a table when a formatter of ours writes the page."""
        if current_parameters().get("f") in FORMATS:
            return page_table(
                found, self._definition, self._store, query, target=target, fields=self.get_fields()
            )
        return feature_list(found, self._store, target)

    def _opened(self) -> FeatureStore:
        store = open_feature_store(self.data, self._definition["table"], self.id_field)
        if not store.crs.equals(self.storage_crs, ignore_axis_order=True):
            declared, held = self.storage_crs.name, store.crs.name
            raise Unavailable(
                f"storage_crs says {declared}, the table holds {held}; correct the configuration",
                f"storage_crs indique {declared}, la table contient {held} ; corrigez la configuration",
                where=self._definition["table"],
            )
        return store

    def _target(self, spec: CrsTransformSpec | None) -> CRS:
        """Return the CRS to answer in: pygeoapi gives none when it is the storage CRS."""
        uri = spec.target_crs_uri if spec else self._definition.get("storage_crs", DEFAULT_CRS)
        return parse_crs(uri)
