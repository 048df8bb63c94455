"""Which factors does the server calculate with? The registry, as a collection of features without geometry.

Configuration of the provider: pygeoapi's own keys; `data` is not read. The application adds
`collection`, `base_url`, `licence`, `attribution`, `vintage`, `field_settings` and `config`, the
configuration file, for the values that the territory prefers.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pygeoapi.crs import CrsTransformSpec
from pygeoapi.provider.base import BaseProvider, SchemaType

from estran.carbon.errors import EstranError, NotFound, UnknownFactor
from estran.factors.registry import Registry, read_registry
from estran.factors.uses import processes_using
from estran.layers.geodesy import parse_crs
from estran.layers.territory import read_territory
from estran.providers.errors import as_provider_error
from estran.providers.factors_asked import ordered, selected
from estran.providers.factors_rows import FIELDS, RegistryKey, Row, factor_row, factor_rows
from estran.providers.factors_table import factor_table
from estran.providers.features_filter import asked_filter
from estran.providers.features_schema import described_fields, feature_schema
from estran.providers.features_written import PageLinks, Publication, one_feature
from estran.providers.request import current_parameters, language

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

FEW = 30
"""At most this many different values are listed as those of a column."""


class FactorProvider(BaseProvider):  # type: ignore[misc]
    """The factors of the registry, as pygeoapi wants features."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._definition = provider_def
        self._publication = Publication.of(provider_def)
        self.include_extra_query_parameters = True
        self.editable = False
        try:
            self._registry = self._read()
        except EstranError as error:
            raise as_provider_error(error) from error
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return the JSON Schema of each column, with its title in the language of the request."""
        return described_fields(FIELDS, self._definition.get("field_settings", {}), language())

    def get_schema(self, schema_type: SchemaType = SchemaType.item) -> tuple[str, dict[str, Any]]:
        """Return the media type and JSON Schema of a factor."""
        return "application/geo+json", feature_schema(self.get_fields(), "id", schema_type.value)

    def get_domains(
        self, properties: Sequence[str] = (), current: bool = False
    ) -> tuple[dict[str, list[Any]], bool]:
        """Return the values of the columns that hold few, and that they are the present ones."""
        del current
        rows = self._rows().values()
        held = {
            name: sorted({row[name] for row in rows if row[name] is not None})
            for name in properties or FIELDS
            if name in FIELDS
        }
        return {name: values for name, values in held.items() if 0 < len(values) <= FEW}, True

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
        filterq: Any = None,
        **_unused: Any,
    ) -> dict[str, Any]:
        """Return a page of factors as a GeoJSON feature collection without geometries.

        A factor lies nowhere: no box selects it. It holds at any time that is asked.
        """
        del datetime_, skip_geometry, crs_transform_spec, filterq
        try:
            rows = [] if len(bbox) else selected(self._filtered(), equals=properties, words=q)
        except EstranError as error:
            raise as_provider_error(error) from error
        found = ordered(rows, [(key["property"], key["order"] != "-") for key in sortby])
        page = [] if resulttype == "hits" else found[offset : offset + limit]
        links = PageLinks(self._publication.links(), next_by_offset=offset + len(page) < len(found))
        return {
            "type": "FeatureCollection",
            "features": [_feature(row, select_properties) for row in page],
            "numberMatched": len(found),
            "numberReturned": len(page),
            "links": links,
            **self._publication.members(),
        }

    def get(self, identifier: str, **_unused: Any) -> dict[str, Any]:
        """Return one factor, also a mean such as `….g5+g6`, with links to the processes that use it."""
        try:
            row = factor_row(self._registry.factor(identifier), self._registry, language())
        except UnknownFactor as error:
            missing = NotFound(error.en, error.fr, where=identifier)
            raise as_provider_error(missing) from error
        except EstranError as error:
            raise as_provider_error(error) from error
        before, after = self._neighbours(identifier)
        links = self._process_links(identifier)
        item = _feature(row, ())
        return one_feature(item, self._publication, previous=before, following=after, links=links)

    def _read(self) -> Registry:
        config = self._definition.get("config")
        return read_territory(Path(config)).registry() if config else read_registry()

    def _rows(self) -> Mapping[str, Row]:
        try:
            return factor_rows(RegistryKey(self._registry), language())
        except EstranError as error:
            raise as_provider_error(error) from error

    def _filtered(self) -> Iterable[Row]:
        """The rows that the filter of the request selects; pygeoapi does not see it."""
        rows = self._rows()
        where = asked_filter(current_parameters(), parse_crs(CRS84))
        if where is None:
            return rows.values()
        kept = factor_table(RegistryKey(self._registry), language()).matching(where)
        return [row for identifier, row in rows.items() if identifier in kept]

    def _neighbours(self, identifier: str) -> tuple[str | None, str | None]:
        listed = list(self._rows())
        if identifier not in listed:
            return None, None
        place = listed.index(identifier)
        return listed[place - 1] if place else None, next(iter(listed[place + 1 :]), None)

    def _process_links(self, identifier: str) -> list[dict[str, str]]:
        base = str(self._definition.get("base_url", "")).rstrip("/")
        return [
            {
                "rel": "related",
                "type": "application/json",
                "title": process,
                "href": f"{base}/processes/{process}",
            }
            for process in processes_using(identifier)
        ]


def _feature(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row["id"],
        "geometry": None,
        "properties": {name: value for name, value in row.items() if not names or name in names},
    }
