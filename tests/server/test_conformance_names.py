"""Every class that can be declared is written as its standard writes it, and is declared where it is true."""

from collections.abc import Mapping

import pytest

from estran.server import conformance

TRUE_NAMES: Mapping[str, tuple[str, str]] = {
    "ogcapi-common-1/1.0": ("OGC 19-072, annex A", "core landing-page json html oas30"),
    "ogcapi-common-2/1.0": ("OGC 20-024, annex A", "collections"),
    "ogcapi-common-3/1.0": (
        "OGC 23-058r2 (Features part 5, Common part 3: Schemas), annex A",
        "schemas advanced-property-roles returnables-and-receivables queryables sortables",
    ),
    "ogcapi-features-1/1.0": ("OGC 17-069r4, annex A", "core oas30 html geojson"),
    "ogcapi-features-2/1.0": ("OGC 18-058r1, annex A", "crs"),
    "ogcapi-features-3/1.0": (
        "OGC 19-079r2, table 1",
        "queryables queryables-query-parameters filter features-filter",
    ),
    "ogcapi-features-4/1.0": (
        "OGC 20-002r1 (draft), clause 2",
        "create-replace-delete update optimistic-locking-etags features",
    ),
    "ogcapi-features-5/1.0": (
        "OGC 23-058 (drafts before the standard)",
        "schemas core-roles-features returnables-and-receivables queryables sortables",
    ),
    "cql2/1.0": (
        "OGC 21-065r2, annex A",
        "cql2-text cql2-json basic-cql2 advanced-comparison-operators case-insensitive-comparison"
        " accent-insensitive-comparison basic-spatial-functions basic-spatial-functions-plus"
        " spatial-functions temporal-functions array-functions arithmetic property-property",
    ),
    "json-fg-1/1.0": ("OGC 21-045r1, annex A", "core types-schemas"),
    "ogcapi-coverages-1/1.0": (
        "OGC 19-087 (draft), annex A; `subsetting`, `scaling`, `oas30` as its drafts of 2023 and 2024",
        "core subsetting-spatial subsetting-temporal scaling-spatial fieldselection crs geotiff coveragejson"
        " netcdf html api-operations subsetting scaling oas30",
    ),
    "ogcapi-maps-1/1.0": (
        "OGC 20-058, table of conformance class URIs, with http as OGC's test suite has them",
        "core collection-map dataset-map collections-selection background spatial-subsetting scaling"
        " display-resolution datetime crs png jpeg html api-operations cors",
    ),
    "ogcapi-processes-1/1.0": (
        "OGC 18-062r2, annex A",
        "core ogc-process-description json html oas30 dismiss",
    ),
    "ogcapi-tiles-1/1.0": (
        "OGC 20-057, annex A",
        "core tileset tilesets-list dataset-tilesets geodata-tilesets collections-selection oas30 png mvt",
    ),
    "tms/2.0": (
        "OGC 17-083r4, annex A",
        "tilematrixset tilematrixsetlimits tilesetmetadata json-tilematrixset json-tilematrixsetlimits"
        " json-tilesetmetadata",
    ),
    "ogcapi-styles-1/1.0": (
        "OGC 20-009 (draft), clause 2; `sld-10`, `sld-11` and `html` as its former drafts have them",
        "core global-styles collection-styles mapbox-styles sld-se sld-10 sld-11 html",
    ),
    "ogcapi-records-1/1.0": (
        "OGC 20-004r1, annex A",
        "record-core record-core-query-parameters record-collection records-api searchable-catalog"
        " searchable-catalog/sorting sorting json html",
    ),
}
"""By standard, the document that names its classes, and those of them that this server may declare."""

POSSIBLE = sorted(
    {
        name
        for names in vars(conformance).values()
        if isinstance(names, tuple)
        for name in names
        if isinstance(name, str) and name.startswith("http")
    }
)


@pytest.mark.parametrize("name", POSSIBLE)
def test_a_class_is_named_as_in_its_standard(name: str) -> None:
    standard, _, short = name.removeprefix("http://www.opengis.net/spec/").partition("/conf/")
    source, names = TRUE_NAMES[standard]
    assert short in names.split(), source


def test_each_name_that_is_known_can_be_declared() -> None:
    expected = {
        f"http://www.opengis.net/spec/{standard}/conf/{name}"
        for standard, (_, names) in TRUE_NAMES.items()
        for name in names.split()
    }
    assert set(POSSIBLE) == expected


def test_arrays_are_declared_where_a_collection_holds_one() -> None:
    served = {"resources": {"here": {"type": "collection", "providers": [{"type": "feature"}]}}}
    without = conformance.conformance_classes(served, editable=(), filterable=["here"])
    held = conformance.conformance_classes(served, editable=(), filterable=["here"], with_arrays=["here"])
    assert set(held) - set(without) == {"http://www.opengis.net/spec/cql2/1.0/conf/array-functions"}
