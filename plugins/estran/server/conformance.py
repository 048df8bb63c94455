"""Which conformance classes are true of this server, in one place.

pygeoapi declares classes by type of provider. Clients act on them: QGIS sends its filters to the
server only when Part 3 is declared, and sends nothing it was not promised. So the list is made
here from what the providers really do, and each class is named once.

Names are those of the standards. Where a draft has renamed a class (schemas: from Features part 5 to
Common part 3; coverages: `subsetting` and `scaling`; styles: `sld-10` and `sld-11`), the former name stays
beside the new one, since the clients of today look for it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

SPEC = "http://www.opengis.net/spec"

COMMON = (
    f"{SPEC}/ogcapi-common-1/1.0/conf/core",
    f"{SPEC}/ogcapi-common-1/1.0/conf/landing-page",
    f"{SPEC}/ogcapi-common-1/1.0/conf/json",
    f"{SPEC}/ogcapi-common-1/1.0/conf/html",
    f"{SPEC}/ogcapi-common-1/1.0/conf/oas30",
    f"{SPEC}/ogcapi-common-2/1.0/conf/collections",
)
FEATURES = (
    f"{SPEC}/ogcapi-features-1/1.0/conf/core",
    f"{SPEC}/ogcapi-features-1/1.0/conf/oas30",
    f"{SPEC}/ogcapi-features-1/1.0/conf/html",
    f"{SPEC}/ogcapi-features-1/1.0/conf/geojson",
    f"{SPEC}/ogcapi-features-2/1.0/conf/crs",
)
JSON_FG = (
    f"{SPEC}/json-fg-1/1.0/conf/core",
    f"{SPEC}/json-fg-1/1.0/conf/types-schemas",
)
QUERYABLES = (
    f"{SPEC}/ogcapi-features-3/1.0/conf/queryables",
    f"{SPEC}/ogcapi-features-3/1.0/conf/queryables-query-parameters",
)
FILTER = (
    f"{SPEC}/ogcapi-features-3/1.0/conf/filter",
    f"{SPEC}/ogcapi-features-3/1.0/conf/features-filter",
    f"{SPEC}/cql2/1.0/conf/cql2-text",
    f"{SPEC}/cql2/1.0/conf/cql2-json",
    f"{SPEC}/cql2/1.0/conf/basic-cql2",
    f"{SPEC}/cql2/1.0/conf/advanced-comparison-operators",
    f"{SPEC}/cql2/1.0/conf/case-insensitive-comparison",
    f"{SPEC}/cql2/1.0/conf/accent-insensitive-comparison",
    f"{SPEC}/cql2/1.0/conf/basic-spatial-functions",
    f"{SPEC}/cql2/1.0/conf/basic-spatial-functions-plus",
    f"{SPEC}/cql2/1.0/conf/spatial-functions",
    f"{SPEC}/cql2/1.0/conf/temporal-functions",
    f"{SPEC}/cql2/1.0/conf/arithmetic",
    f"{SPEC}/cql2/1.0/conf/property-property",
)
ARRAYS = (f"{SPEC}/cql2/1.0/conf/array-functions",)
SCHEMAS = (
    f"{SPEC}/ogcapi-common-3/1.0/conf/schemas",
    f"{SPEC}/ogcapi-common-3/1.0/conf/advanced-property-roles",
    f"{SPEC}/ogcapi-common-3/1.0/conf/returnables-and-receivables",
    f"{SPEC}/ogcapi-common-3/1.0/conf/queryables",
    f"{SPEC}/ogcapi-common-3/1.0/conf/sortables",
    f"{SPEC}/ogcapi-features-5/1.0/conf/schemas",
    f"{SPEC}/ogcapi-features-5/1.0/conf/core-roles-features",
    f"{SPEC}/ogcapi-features-5/1.0/conf/returnables-and-receivables",
    f"{SPEC}/ogcapi-features-5/1.0/conf/queryables",
    f"{SPEC}/ogcapi-features-5/1.0/conf/sortables",
)
EDITING = (
    f"{SPEC}/ogcapi-features-4/1.0/conf/create-replace-delete",
    f"{SPEC}/ogcapi-features-4/1.0/conf/update",
    f"{SPEC}/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    f"{SPEC}/ogcapi-features-4/1.0/conf/features",
)
COVERAGES = (
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/core",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/subsetting-spatial",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/subsetting-temporal",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/scaling-spatial",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/subsetting",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/scaling",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/fieldselection",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/crs",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/geotiff",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/coveragejson",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/netcdf",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/html",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/api-operations",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/oas30",
)
MAPS = (
    f"{SPEC}/ogcapi-maps-1/1.0/conf/core",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/collection-map",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/dataset-map",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/collections-selection",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/background",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/spatial-subsetting",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/scaling",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/display-resolution",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/datetime",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/crs",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/png",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/jpeg",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/html",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/api-operations",
    f"{SPEC}/ogcapi-maps-1/1.0/conf/cors",
)
PROCESSES = (
    f"{SPEC}/ogcapi-processes-1/1.0/conf/core",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/ogc-process-description",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/json",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/html",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/oas30",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/dismiss",
)

TILES = (
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/core",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/tileset",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/tilesets-list",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/oas30",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/png",
    f"{SPEC}/tms/2.0/conf/tilematrixset",
    f"{SPEC}/tms/2.0/conf/tilematrixsetlimits",
    f"{SPEC}/tms/2.0/conf/tilesetmetadata",
    f"{SPEC}/tms/2.0/conf/json-tilematrixset",
    f"{SPEC}/tms/2.0/conf/json-tilematrixsetlimits",
    f"{SPEC}/tms/2.0/conf/json-tilesetmetadata",
)
VECTOR_TILES = (
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/mvt",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/collections-selection",
)

STYLES = (
    f"{SPEC}/ogcapi-styles-1/1.0/conf/core",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/global-styles",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/collection-styles",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/mapbox-styles",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/sld-se",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/sld-10",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/sld-11",
    f"{SPEC}/ogcapi-styles-1/1.0/conf/html",
)
RECORDS = (
    f"{SPEC}/ogcapi-records-1/1.0/conf/record-core",
    f"{SPEC}/ogcapi-records-1/1.0/conf/record-core-query-parameters",
    f"{SPEC}/ogcapi-records-1/1.0/conf/record-collection",
    f"{SPEC}/ogcapi-records-1/1.0/conf/records-api",
    f"{SPEC}/ogcapi-records-1/1.0/conf/searchable-catalog",
    f"{SPEC}/ogcapi-records-1/1.0/conf/searchable-catalog/sorting",
    f"{SPEC}/ogcapi-records-1/1.0/conf/sorting",
    f"{SPEC}/ogcapi-records-1/1.0/conf/json",
    f"{SPEC}/ogcapi-records-1/1.0/conf/html",
)


def conformance_classes(
    configuration: Mapping[str, Any],
    *,
    editable: Iterable[str],
    filterable: Iterable[str],
    with_arrays: Iterable[str] = (),
) -> list[str]:
    """Return the classes to declare, sorted.

    Args:
        configuration: What the server serves.
        editable: Collections that accept writing.
        filterable: Collections that accept CQL2.
        with_arrays: Those of them with a property that is an array.
    """
    kinds = {
        provider["type"]
        for resource in configuration["resources"].values()
        for provider in resource.get("providers", ())
        if resource.get("visibility", "default") != "hidden"
    }
    has_processes = any(resource["type"] == "process" for resource in configuration["resources"].values())
    classes = set(COMMON)
    if "feature" in kinds:
        classes.update(FEATURES, JSON_FG, QUERYABLES)
    if any(filterable):
        classes.update(FILTER, SCHEMAS)
    if any(with_arrays):
        classes.update(ARRAYS)
    if any(editable):
        classes.update(EDITING)
    if "coverage" in kinds:
        classes.update(COVERAGES)
    if "coverage" in kinds or "feature" in kinds:
        classes.update(MAPS)
    if "tile" in kinds:
        classes.update(TILES)
    if "tile" in kinds and "feature" in kinds:
        classes.update(VECTOR_TILES)
    classes.update(_drawn_and_listed(kinds))
    if has_processes:
        classes.update(PROCESSES)
    return sorted(classes)


def _drawn_and_listed(kinds: Collection[str]) -> tuple[str, ...]:
    """Return the classes of the styles of what can be drawn, and of the catalogue."""
    styles = STYLES if {"coverage", "feature"} & set(kinds) else ()
    return (*styles, *(RECORDS if "record" in kinds else ()))
