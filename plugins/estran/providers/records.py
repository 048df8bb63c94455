"""What does this server hold? Its own layers and processes, as records of a catalogue.

Configuration of the provider: the application gives `records`, a function that returns the records in a
language; `data` is where the layers are, so that the catalogue changes with them.
Reference: OGC 20-004r1, OGC API Records Part 1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pygeoapi.crs import CrsTransformSpec
from pygeoapi.provider.base import BaseProvider, SchemaType

from estran.carbon.errors import EstranError, NotFound
from estran.layers.features.query import Field
from estran.providers.errors import as_provider_error
from estran.providers.features_schema import described_fields, feature_schema
from estran.providers.features_written import PageLinks
from estran.providers.records_asked import Record, Search, column, facets, found_records
from estran.providers.request import current_parameters, language

type RecordSource = Callable[[str], Sequence[Record]]

FIELDS: Mapping[str, Field] = {
    "id": Field("id", "string"),
    "type": Field("type", "string"),
    "title": Field("title", "string"),
    "theme": Field("theme", "string"),
    "licence": Field("licence", "string"),
    "vintage": Field("vintage", "string"),
    "updated": Field("updated", "string", "date-time"),
}
"""What records are chosen and sorted by."""

TITLES: Mapping[str, Mapping[str, Any]] = {
    "id": {"title": {"fr": "Identifiant", "en": "Identifier"}},
    "type": {"title": {"fr": "Nature", "en": "Kind"}},
    "title": {"title": {"fr": "Titre", "en": "Title"}},
    "theme": {"title": {"fr": "Thème", "en": "Theme"}},
    "licence": {"title": {"fr": "Licence", "en": "Licence"}},
    "vintage": {"title": {"fr": "Millésime", "en": "Vintage"}},
    "updated": {"title": {"fr": "Mise à jour", "en": "Updated"}},
}


class RecordProvider(BaseProvider):  # type: ignore[misc]
    """The records of one application, as pygeoapi wants them."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._source: RecordSource | None = provider_def.get("records")
        self.include_extra_query_parameters = True
        self.editable = False
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return the JSON Schema of what records are chosen by, in the language of the request."""
        return described_fields(FIELDS, TITLES, language())

    def get_schema(self, schema_type: SchemaType = SchemaType.item) -> tuple[str, dict[str, Any]]:
        """Return the media type and JSON Schema of a record."""
        return "application/geo+json", feature_schema(self.get_fields(), "id", schema_type.value)

    def get_domains(
        self, properties: Sequence[str] = (), current: bool = False
    ) -> tuple[dict[str, list[Any]], bool]:
        """Return the values that are present."""
        del current
        records = self._records()
        names = [name for name in properties or FIELDS if name in {"type", "theme", "licence", "vintage"}]
        held = {name: sorted({value for each in records for value in column(each, name)}) for name in names}
        return held, True

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: Sequence[float] = (),
        datetime_: str | None = None,
        properties: Sequence[tuple[str, str]] = (),
        sortby: Sequence[Mapping[str, str]] = (),
        q: str | None = None,
        crs_transform_spec: CrsTransformSpec | None = None,
        **_unused: Any,
    ) -> dict[str, Any]:
        """Return a page of records, and the facets of all that were found."""
        del crs_transform_spec
        search = Search(
            words=q or "",
            bbox=tuple(bbox),
            interval=current_parameters().get("datetime") or datetime_,
            equals=tuple(properties),
            sortby=tuple((key["property"], key["order"] != "-") for key in sortby),
        )
        try:
            found = found_records(self._records(), search)
        except EstranError as error:
            raise as_provider_error(error) from error
        page = [] if resulttype == "hits" else found[offset : offset + limit]
        return {
            "type": "FeatureCollection",
            "features": [dict(record) for record in page],
            "numberMatched": len(found),
            "numberReturned": len(page),
            "facets": facets(found),
            "links": PageLinks([], next_by_offset=offset + len(page) < len(found)),
        }

    def get(self, identifier: str, **_unused: Any) -> dict[str, Any]:
        """Return one record."""
        for record in self._records():
            if record["id"] == identifier:
                return {**record, "links": list(record["links"])}
        missing = NotFound(
            f"unknown record {identifier!r}; /collections/catalogue/items lists them",
            f"fiche inconnue : {identifier!r} ; /collections/catalogue/items en donne la liste",
            where=identifier,
        )
        raise as_provider_error(missing)

    def _records(self) -> Sequence[Record]:
        return self._source(language()) if self._source else ()
