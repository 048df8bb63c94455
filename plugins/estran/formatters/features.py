"""How is a page of features written in a format of ours? One formatter of pygeoapi for each.

Our providers hand over tables; a page of any other provider, made of GeoJSON dictionaries, becomes
one first.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pygeoapi.formatter.base import BaseFormatter
from pygeoapi.plugin import load_plugin

from estran.formatters.geojson import table_of_geojson
from estran.formatters.links import keep_members, seen_as
from estran.layers.features.encoding.formats import FORMATS, encoded
from estran.layers.features.encoding.jsonfg import jsonfg_text
from estran.layers.features.encoding.table import FeatureTable

SERVED = frozenset({"feature", "record"})
"""Types of provider whose items have formats."""

CSV_OF_PYGEOAPI = "CSV"
"""The name under which pygeoapi lists its own CSV, which ours replaces."""


class FeatureFormatter(BaseFormatter):  # type: ignore[misc]
    """A format of `FORMATS`."""

    format_name: ClassVar[str]

    def __init__(self, formatter_def: dict[str, Any]) -> None:
        super().__init__(formatter_def)
        known = FORMATS[self.format_name]
        self.f = self.name = self.extension = known.name
        self.mimetype = known.media_type
        self.attachment = known.is_file

    def write(self, options: dict[str, Any] | None = None, data: dict[str, Any] | None = None) -> bytes:
        """Return a page in this format.

        Args:
            options: `provider_def` and `content_crs`, as pygeoapi gives them.
            data: The page: a feature collection, whose features are a table or GeoJSON.
        """
        page = data or {}
        members = {
            name: value for name, value in page.items() if name not in {"type", "features", "timeStamp"}
        }
        members["links"] = [seen_as(link, self.mimetype) for link in page.get("links", ())]
        keep_members(members)
        return self.encoded(_table(page, options or {}), members)

    def encoded(self, table: FeatureTable, members: Mapping[str, Any]) -> bytes:
        """Return the bytes of a page; `members` are its links and terms."""
        del members
        return encoded(self.format_name, [table])


class JsonFgFormatter(FeatureFormatter):
    """JSON-FG."""

    format_name = "jsonfg"

    def encoded(self, table: FeatureTable, members: Mapping[str, Any]) -> bytes:
        """Return the page with its links and terms, which JSON-FG holds as GeoJSON does."""
        return jsonfg_text([table], members).encode()


class GeoPackageFormatter(FeatureFormatter):
    """GeoPackage."""

    format_name = "gpkg"


class FlatGeobufFormatter(FeatureFormatter):
    """FlatGeobuf."""

    format_name = "fgb"


class GeoParquetFormatter(FeatureFormatter):
    """GeoParquet."""

    format_name = "parquet"


class WorkbookFormatter(FeatureFormatter):
    """Excel workbook."""

    format_name = "xlsx"


class CsvFormatter(FeatureFormatter):
    """CSV; it takes the place of pygeoapi's."""

    format_name = "csv"

    def __init__(self, formatter_def: dict[str, Any]) -> None:
        super().__init__(formatter_def)
        self.name = CSV_OF_PYGEOAPI
        self.mimetype = f"{self.mimetype}; charset=utf-8; header=present"


FORMATTERS: tuple[type[FeatureFormatter], ...] = (
    JsonFgFormatter,
    GeoPackageFormatter,
    FlatGeobufFormatter,
    GeoParquetFormatter,
    WorkbookFormatter,
    CsvFormatter,
)


def add_formatters(resource: dict[str, Any]) -> None:
    """Add our formats to a collection of features, unless it declares a formatter of the same name."""
    if not any(provider.get("type") in SERVED for provider in resource.get("providers", ())):
        return
    declared = list(resource.get("formatters") or ())
    names = {definition["name"] for definition in declared}
    ours = [f"{each.__module__}.{each.__name__}" for each in FORMATTERS]
    resource["formatters"] = [*declared, *({"name": name} for name in ours if name not in names)]


def _table(page: Mapping[str, Any], options: Mapping[str, Any]) -> FeatureTable:
    features = page.get("features")
    if isinstance(features, FeatureTable):
        return features
    definition = options["provider_def"]
    provider = load_plugin("provider", definition)
    return table_of_geojson(
        features or [],
        name=str(definition.get("collection") or "features"),
        id_field=provider.id_field,
        fields=provider.fields,
        crs=options.get("content_crs"),
    )
