"""Which conformance classes are true of this server, in one place.

pygeoapi declares classes by type of provider. Clients act on them: QGIS sends its filters to the
server only when Part 3 is declared, and sends nothing it was not promised. So the list is made
here from what the providers really do, and each class is named once.
"""

from collections.abc import Iterable, Mapping
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
    f"{SPEC}/cql2/1.0/conf/property-property",
)
EDITING = (f"{SPEC}/ogcapi-features-4/1.0/conf/create-replace-delete",)
COVERAGES = (
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/core",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/subsetting",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/scaling",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/fieldselection",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/crs",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/geotiff",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/coveragejson",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/png",
    f"{SPEC}/ogcapi-coverages-1/1.0/conf/oas30",
)
PROCESSES = (
    f"{SPEC}/ogcapi-processes-1/1.0/conf/core",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/ogc-process-description",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/json",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/html",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/oas30",
    f"{SPEC}/ogcapi-processes-1/1.0/conf/dismiss",
)


def conformance_classes(
    configuration: Mapping[str, Any], *, editable: Iterable[str], filterable: Iterable[str]
) -> list[str]:
    """Return the classes to declare, sorted.

    Args:
        configuration: What the server serves.
        editable: Collections that accept writing.
        filterable: Collections that accept CQL2.
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
        classes.update(FEATURES, QUERYABLES)
    if any(filterable):
        classes.update(FILTER)
    if any(editable):
        classes.update(EDITING)
    if "coverage" in kinds:
        classes.update(COVERAGES)
    if has_processes:
        classes.update(PROCESSES)
    return sorted(classes)
