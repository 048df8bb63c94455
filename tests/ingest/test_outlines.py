"""Every format gives the same outlines: two parts of two hectares, where they are, to the millimetre."""

import io
import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from ingest.outline_files import (
    NORTH,
    SOUTH,
    drawing,
    geojson,
    geopackage,
    of,
    parcels,
    polyline,
    reader,
    segment,
    shapefile,
    written,
    zipped,
    zipped_shapefile,
)
from pyproj import CRS, Transformer
from shapely.geometry import shape

from estran.layers.geodesy import true_area_ha

type Read = Callable[..., dict[str, Any]]
LAMBERT = CRS.from_epsg(2154)
TRUE_HA = true_area_ha(NORTH, LAMBERT) + true_area_ha(SOUTH, LAMBERT)
"""Two rectangles of 2 ha in Lambert-93, whose scale there is 1.0009 at most: close to 4 ha."""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def corners(*shapes: shapely.Geometry) -> np.ndarray[Any, Any]:
    to_degrees = Transformer.from_crs(2154, "OGC:CRS84", always_xy=True)
    points = np.unique(shapely.get_coordinates(list(shapes)), axis=0)
    return np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))


def check_place(answer: dict[str, Any], tolerance: float = 1e-8) -> None:
    """1e-8 of a degree is one millimetre."""
    assert answer["area_ha"] == pytest.approx(TRUE_HA, rel=1e-6)
    assert pytest.approx(4.0, rel=2.5e-3) == TRUE_HA
    shapes = [shape(feature["geometry"]) for feature in answer["place"]["features"]]
    assert len(shapes) == 2
    assert all(each.is_valid for each in shapes)
    found = shapely.get_coordinates(shapes)
    for corner in corners(NORTH, SOUTH):
        assert np.abs(found - corner).max(axis=1).min() < tolerance


def content_of(kind: str, folder: Path) -> tuple[str, bytes]:
    degrees = parcels().to_crs(4326)
    if kind == "gpkg":
        return "oap.gpkg", written(parcels(), folder, "oap.gpkg", "GPKG", layer="secteurs")
    if kind == "geojson":
        return "oap.geojson", written(degrees, folder, "oap.geojson", "GeoJSON", COORDINATE_PRECISION=9)
    if kind == "shapefile":
        return "oap.zip", zipped_shapefile(shapefile(parcels(), folder, encoding="UTF-8"))
    if kind == "kml":
        return "oap.kml", written(degrees, folder, "oap.kml", "LIBKML")
    if kind == "kmz":
        return "oap.kmz", zipped({"doc.kml": written(degrees, folder, "oap.kml", "LIBKML")})
    outlines = [list(part.exterior.coords)[:-1] for part in (NORTH, SOUTH)]
    return "oap.dxf", drawing(*(polyline("CONTOUR", *points) for points in outlines))


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shapefile", "kml", "kmz", "dxf"])
def test_every_format_gives_the_same_outlines(kind: str, tmp_path: Path, read: Read) -> None:
    check_place(read(content_of(kind, tmp_path), **({"crs": "EPSG:2154"} if kind == "dxf" else {})))


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shapefile", "kml"])
def test_names_and_accents_are_kept(kind: str, tmp_path: Path, read: Read) -> None:
    answer = read(content_of(kind, tmp_path))
    assert [each["properties"]["name"] for each in answer["place"]["features"]] == ["Nord", "Sud"]
    values = {each["value"] for each in answer["fields"][0]["values"]}
    assert answer["fields"][0]["name"] == "vocation"
    assert values == {"Bâti", "Marais"}


def test_a_track_is_closed_when_asked(tmp_path: Path, read: Read) -> None:
    lines = of(NORTH.boundary, SOUTH.boundary).to_crs(4326)
    content = written(lines, tmp_path, "tour.gpx", "GPX", layer="tracks", FORCE_GPX_TRACK="YES")
    asked = read(("tour.gpx", content))
    assert asked["place"] is None
    assert asked["notices"][0]["actions"][0]["parameters"] == {"close-lines": "true"}
    check_place(read(("tour.gpx", content), close_lines=True), tolerance=2e-8)


def test_a_shapefile_may_come_as_loose_files(tmp_path: Path, read: Read) -> None:
    parts = shapefile(parcels(), tmp_path)
    check_place(read(*((f"oap.{extension}", content) for extension, content in parts.items())))


def test_names_in_an_archive_may_be_in_capitals(tmp_path: Path, read: Read) -> None:
    parts = shapefile(parcels(), tmp_path)
    members = {f"Dossier/OAP.{extension.upper()}": content for extension, content in parts.items()}
    answer = read(("oap.zip", zipped({**members, "__MACOSX/Dossier/._OAP.SHP": b"\x00\x05"})))
    check_place(answer)
    assert answer["layer"] == "OAP"


def test_every_shapefile_of_an_archive_is_a_layer(tmp_path: Path, read: Read) -> None:
    two = {
        f"{name}.{extension}": content
        for name, shape_ in (("nord", NORTH), ("sud", SOUTH))
        for extension, content in shapefile(of(shape_), tmp_path).items()
    }
    answer = read(("deux.zip", zipped(two)))
    assert [layer["name"] for layer in answer["layers"]] == ["nord", "sud"]
    assert answer["questions"] == ["layer"]
    assert read(("deux.zip", zipped(two)), layer="sud")["layer"] == "sud"


def test_layers_are_listed_and_the_one_with_surfaces_is_taken(tmp_path: Path, read: Read) -> None:
    points = of(shapely.Point(380_000, 6_570_000), shapely.Point(380_100, 6_570_000))
    content = geopackage(tmp_path, arbres=points, axes=of(NORTH.boundary), secteurs=parcels())
    answer = read(("oap_12.gpkg", content))
    assert answer["layer"] == "secteurs"
    assert answer["questions"] == []
    told = {layer["name"]: layer for layer in answer["layers"]}
    assert [told[name]["features"] for name in ("arbres", "axes", "secteurs")] == [2, 1, 2]
    assert told["secteurs"]["area_ha"] == pytest.approx(TRUE_HA, rel=1e-5)
    assert told["arbres"]["area_ha"] is None
    assert told["secteurs"]["crs"] == {"code": "EPSG:2154", "name": "Lambert-93"}


def test_folders_of_a_kml_are_layers(tmp_path: Path, read: Read) -> None:
    def placemark(part: shapely.Polygon, name: str) -> str:
        corners_ = " ".join(f"{x:.9f},{y:.9f},12" for x, y in shapely.get_coordinates(part))
        return (
            f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{corners_}"
            "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )

    north, south = of(NORTH, SOUTH).to_crs(4326).geometry
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<Folder><name>Îlot A</name>{placemark(north, 'Nord')}</Folder>"
        f"<Folder><name>Îlot B</name>{placemark(south, 'Sud')}</Folder></Document></kml>"
    )
    answer = read(("site.kml", text.encode()))
    assert [layer["name"] for layer in answer["layers"]] == ["Îlot A", "Îlot B"]
    assert answer["place"]["features"][0]["properties"]["name"] == "Nord"
    assert "heights" in [notice["code"] for notice in answer["notices"]]


def test_a_drawing_has_one_layer_per_drawing_layer(read: Read) -> None:
    inside = [(380_010, 6_570_010), (380_050, 6_570_010), (380_050, 6_570_040)]
    content = drawing(
        polyline("CONTOUR", *list(NORTH.exterior.coords)[:-1]),
        polyline("BATIMENTS", *inside),
        segment("COTES", (380_000, 6_570_000), (380_200, 6_570_000)),
    )
    answer = read(("plan.dxf", content), crs="EPSG:2154", layer="CONTOUR")
    assert [layer["name"] for layer in answer["layers"]] == ["BATIMENTS", "CONTOUR", "COTES"]
    assert answer["area_ha"] == pytest.approx(true_area_ha(NORTH, LAMBERT), rel=1e-6)
    lines = read(("plan.dxf", content), crs="EPSG:2154", layer="COTES")
    assert lines["notices"][0]["message"] == (
        "Ce calque ne contient que des lignes. Estran a besoin de surfaces. Choisissez le calque du contour."
    )


def test_segments_of_a_drawing_are_joined(read: Read) -> None:
    ring = list(NORTH.exterior.coords)
    sides = [segment("CONTOUR", start, end) for start, end in itertools.pairwise(ring)]
    answer = read(("plan.dxf", drawing(*sides)), crs="EPSG:2154", close_lines=True)
    assert answer["area_ha"] == pytest.approx(true_area_ha(NORTH, LAMBERT), rel=1e-6)


def test_curves_become_short_segments(tmp_path: Path, read: Read) -> None:
    line = polyline("ROND", (380_000, 6_570_000), (380_100, 6_570_000))
    # A bulge of 1, under the code 42, makes each side a half circle.
    half = line.replace("20\n6570000\n", "20\n6570000\n42\n1\n")
    answer = read(("rond.dxf", drawing(half)), crs="EPSG:2154")
    # Two half circles of 50 m: pi × 50² = 7,854 m².
    assert answer["area_ha"] == pytest.approx(np.pi * 0.25, rel=5e-3)


def test_collections_and_several_polygons_in_one_object(read: Read) -> None:
    north, south = of(NORTH, SOUTH).to_crs(4326).geometry
    mixed = shapely.GeometryCollection([shapely.MultiPolygon([north, south]), shapely.Point(-1.15, 46.15)])
    answer = read(("mixte.geojson", geojson(mixed)))
    (feature,) = answer["place"]["features"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert answer["area_ha"] == pytest.approx(TRUE_HA, rel=1e-6)


def test_an_old_crs_member_is_read(read: Read) -> None:
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    answer = read(("vieux.geojson", geojson(NORTH, SOUTH, crs=member)))
    assert answer["crs"]["code"] == "EPSG:2154"
    assert answer["notices"] == []
    check_place(answer)


def test_a_long_edge_follows_the_line_drawn(read: Read) -> None:
    wide = shapely.box(372_000, 6_566_000, 384_000, 6_574_000)
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    answer = read(("large.geojson", geojson(wide, crs=member)))
    # Chords of 200 m stray by less than 1 mm: over 40 km of outline, less than 0.004 ha of 9,600.
    assert answer["area_ha"] == pytest.approx(true_area_ha(wide, LAMBERT), abs=0.004)


def test_a_class_that_the_file_carries_is_kept(tmp_path: Path, read: Read) -> None:
    frame = parcels(name=["A", "B"], after=["building", "lac"])
    answer = read(("projet.gpkg", written(frame, tmp_path, "p.gpkg", "GPKG")))
    assert [each["properties"].get("after") for each in answer["place"]["features"]] == ["building", None]


def test_values_get_the_class_they_look_like_and_the_others_come_first(tmp_path: Path, read: Read) -> None:
    frame = gpd.GeoDataFrame(
        {"vocation": ["Zone d'activités", "Bâti", "Zones humides", "Bâti"]},
        geometry=[shapely.box(380_000 + 200 * i, 6_570_000, 380_100 + 200 * i, 6_570_100) for i in range(4)],
        crs=2154,
    )
    content = written(frame, tmp_path, "oap.gpkg", "GPKG")
    values = read(("oap.gpkg", content))["fields"][0]["values"]
    assert [(each["value"], each["suggestion"], each["count"]) for each in values] == [
        ("Zone d'activités", None, 1),
        ("Bâti", "building", 2),
        ("Zones humides", "wetland", 1),
    ]
    assert values[1]["area_ha"] == pytest.approx(2.0, rel=2.5e-3)
    told = read(("oap.gpkg", content), column="vocation", classes={"Zone d'activités": "cropland"})
    after = [each["properties"].get("after") for each in told["place"]["features"]]
    assert after == ["cropland", "building", "wetland", "building"]
    merged = read(("oap.gpkg", content), column="vocation", merge=True)
    assert [each["properties"]["name"] for each in merged["place"]["features"]] == [
        "Zone d'activités",
        "Bâti",
        "Zones humides",
    ]
    assert merged["area_ha"] == pytest.approx(told["area_ha"], rel=1e-9)


@pytest.mark.parametrize("encoding", ["UTF-8", "CP1252"])
@pytest.mark.parametrize("said", [None, "UTF-8", "ISO-8859-1"])
def test_accents_of_a_table_are_read_whatever_it_says(
    encoding: str, said: str | None, tmp_path: Path, read: Read
) -> None:
    parts = shapefile(parcels(nom=["Île de Ré", "Prés salés"]), tmp_path, encoding=encoding)
    parts.pop("cpg", None)
    if said:
        parts["cpg"] = said.encode()
    # Byte 29 of a table says its code page: 0 says nothing.
    parts["dbf"] = parts["dbf"][:29] + b"\x00" + parts["dbf"][30:]
    answer = read(("oap.zip", zipped_shapefile(parts)))
    assert [each["properties"]["name"] for each in answer["place"]["features"]] == ["Île de Ré", "Prés salés"]
    right = {"UTF-8": "UTF-8", "CP1252": "ISO-8859-1"}[encoding]
    assert ("encoding" in [notice["code"] for notice in answer["notices"]]) == (said != right)


def test_ten_thousand_parts_can_be_read_and_merged(tmp_path: Path, read: Read) -> None:
    x, y = np.meshgrid(np.arange(100) * 10.0 + 380_000, np.arange(100) * 10.0 + 6_569_000)
    cells = shapely.box(x.ravel(), y.ravel(), x.ravel() + 10.0, y.ravel() + 10.0)
    frame = gpd.GeoDataFrame(
        {"zone": np.where(x.ravel() < 380_500, "champ", "bâti")}, geometry=cells, crs=2154
    )
    content = written(frame, tmp_path, "grille.gpkg", "GPKG")
    answer = read(("grille.gpkg", content))
    assert len(answer["place"]["features"]) == 10_000
    assert "many-features" in [notice["code"] for notice in answer["notices"]]
    merged = read(("grille.gpkg", content), merge=True, column="zone")
    assert [each["properties"]["after"] for each in merged["place"]["features"]] == ["cropland", "building"]
    assert merged["area_ha"] == pytest.approx(answer["area_ha"], rel=1e-6)


def test_an_archive_can_hold_another_format(tmp_path: Path, read: Read) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lisez-moi.pdf", b"%PDF-1.4")
        archive.writestr("données/oap.gpkg", content_of("gpkg", tmp_path)[1])
    check_place(read(("envoi.zip", packed.getvalue())))
