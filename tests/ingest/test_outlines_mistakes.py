"""Each mistake that people make with a file: what is said in both languages, and the way out that works."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    shapefile,
    written,
    zipped_shapefile,
)
from pyproj import Transformer
from shapely.affinity import translate

from estran.carbon.errors import InvalidInput
from estran.ingest.outlines.request import Limits
from estran.ingest.outlines.telling import RefusedFile

type Read = Callable[..., dict[str, Any]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def notice(answer: dict[str, Any], code: str) -> dict[str, Any]:
    found = [each for each in answer["notices"] if each["code"] == code]
    assert len(found) == 1, [each["code"] for each in answer["notices"]]
    chosen: dict[str, Any] = found[0]
    return chosen


def choices(action: dict[str, Any]) -> dict[str, Any]:
    """What a button asks, as choices."""
    names = {"close-lines": "close_lines", "simplify": "simplify_m"}
    words: dict[str, Any] = {"true": True, "false": False, "1": 1.0}
    return {names.get(key, key): words.get(value, value) for key, value in action["parameters"].items()}


def degrees(*shapes: shapely.Geometry) -> list[shapely.Geometry]:
    return list(of(*shapes).to_crs(4326).geometry)


def without_prj(folder: Path, epsg: int = 2154) -> bytes:
    parts = shapefile(parcels().to_crs(epsg), folder)
    del parts["prj"]
    return zipped_shapefile(parts)


@pytest.mark.parametrize(
    ("epsg", "like", "button"),
    [
        (2154, "du Lambert-93", "C'est du Lambert-93"),
        (3946, "du CC46", "C'est du CC46"),
        (32630, "de l'UTM 30 nord", "C'est de l'UTM 30 nord"),
        (4326, "des degrés (longitude et latitude)", "C'est du WGS 84"),
        (27572, "du Lambert II étendu", "C'est du Lambert II étendu"),
        (3857, "du Web Mercator", "C'est du Web Mercator"),
    ],
)
def test_without_crs_the_values_tell_the_likely_one(
    epsg: int, like: str, button: str, tmp_path: Path, read: Read
) -> None:
    content = without_prj(tmp_path, epsg)
    answer = read(("oap.zip", content))
    said = notice(answer, "no-crs")
    assert said["message"] == (
        f"Ce fichier ne dit pas dans quel système de coordonnées il est. Les valeurs ressemblent à {like}."
    )
    assert [action["label"] for action in said["actions"]] == [button, "Autre système"]
    assert answer["questions"] == ["crs"]
    assert answer["crs"]["source"] == "guess"
    told = read(("oap.zip", content), **choices(said["actions"][0]))
    assert told["questions"] == []
    assert told["notices"] == []
    assert told["area_ha"] == pytest.approx(4.0, rel=2.5e-3)


def test_without_crs_in_english(tmp_path: Path, read: Read) -> None:
    said = notice(read(("oap.zip", without_prj(tmp_path)), language="en"), "no-crs")
    assert said["message"] == (
        "This file does not say which coordinate system it is in. The values look like Lambert-93."
    )
    assert [action["label"] for action in said["actions"]] == ["It is Lambert-93", "Another system"]


def test_without_crs_and_nowhere_near(read: Read) -> None:
    here = polyline("A", (0, 0), (30, 0), (30, 20))
    answer = read(("plan.dxf", drawing(here)))
    assert notice(answer, "no-crs")["level"] == "error"
    assert answer["place"] is None


def test_latitude_and_longitude_swapped(read: Read) -> None:
    swapped = [shapely.transform(each, lambda points: points[:, ::-1]) for each in degrees(NORTH, SOUTH)]
    answer = read(("site.geojson", geojson(*swapped)))
    said = notice(answer, "swapped")
    assert said["message"] == (
        "Le contour tombe au large de la Somalie : latitude et longitude semblent inversées."
    )
    assert said["actions"][0]["label"] == "Inverser"
    assert answer["questions"] == ["swap"]
    told = read(("site.geojson", geojson(*swapped)), **choices(said["actions"][0]))
    assert told["notices"] == []
    assert told["area_ha"] == pytest.approx(4.0, rel=2.5e-3)
    said_en = notice(read(("site.geojson", geojson(*swapped)), language="en"), "swapped")
    assert said_en["message"] == (
        "The outline falls off the coast of Somalia: latitude and longitude seem to be swapped."
    )


def test_a_geojson_in_lambert_93(read: Read) -> None:
    answer = read(("site.geojson", geojson(NORTH, SOUTH)))
    said = notice(answer, "wrong-crs")
    assert said["message"] == (
        "Un GeoJSON est en longitude et latitude s'il ne dit rien d'autre. Or les valeurs ressemblent à du "
        "Lambert-93."
    )
    told = read(("site.geojson", geojson(NORTH, SOUTH)), **choices(said["actions"][0]))
    assert (told["notices"], told["questions"]) == ([], [])


def test_a_crs_that_is_not_the_right_one(tmp_path: Path, read: Read) -> None:
    content = written(parcels().set_crs(32631, allow_override=True), tmp_path, "faux.gpkg", "GPKG")
    said = notice(read(("faux.gpkg", content)), "wrong-crs")
    assert said["message"].endswith("Les valeurs ressemblent à du Lambert-93.")
    assert said["actions"][0]["parameters"] == {"crs": "EPSG:2154"}


def test_outside_the_territory(tmp_path: Path, read: Read) -> None:
    # 340 km east of the territory's edge at 0.9° W, on the parallel 46.15° N: 77.3 km a degree.
    away = shapely.box(3.5, 46.14, 3.51, 46.15)
    content = written(of(away, crs=4326), tmp_path, "loin.gpkg", "GPKG")
    said = notice(read(("loin.gpkg", content)), "outside")
    assert said["message"] == (
        "Ce contour est à 340 km du territoire couvert. Vérifiez le système de coordonnées, ou utilisez le "
        "serveur de ce territoire."
    )
    assert (
        "340 km from the territory"
        in notice(read(("loin.gpkg", content), language="en"), "outside")["message"]
    )


def test_partly_outside_the_territory(read: Read) -> None:
    said = notice(read(("bord.geojson", geojson(shapely.box(-1.0, 46.1, -0.8, 46.2)))), "partly-outside")
    assert "(50 % couverts)" in said["message"]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (("shx",), "il manque le fichier .shx. Zippez ensemble .shp, .shx, .dbf et .prj."),
        (("shx", "dbf"), "il manque les fichiers .shx et .dbf. Zippez ensemble .shp, .shx, .dbf et .prj."),
    ],
)
def test_an_incomplete_shapefile(missing: tuple[str, ...], sentence: str, tmp_path: Path, read: Read) -> None:
    parts = shapefile(parcels(), tmp_path)
    for extension in missing:
        del parts[extension]
    with pytest.raises(RefusedFile) as caught:
        read(("oap.zip", zipped_shapefile(parts)))
    assert caught.value.fr.endswith(sentence)
    assert "missing" in caught.value.en
    assert caught.value.reason == "incomplete-shapefile"


def test_a_shp_alone(tmp_path: Path, read: Read) -> None:
    with pytest.raises(RefusedFile, match=r"\.shx and \.dbf are missing"):
        read(("oap.shp", shapefile(parcels(), tmp_path)["shp"]))


def test_lines_only(tmp_path: Path, read: Read) -> None:
    content = geopackage(tmp_path, axes=of(NORTH.boundary, SOUTH.boundary))
    said = notice(read(("axes.gpkg", content)), "no-polygon")
    assert said["message"] == "Ce fichier ne contient que des lignes. Estran a besoin de surfaces."
    assert [action["id"] for action in said["actions"]] == ["close-lines", "draw"]
    told = read(("axes.gpkg", content), **choices(said["actions"][0]))
    assert notice(told, "closed-lines")["message"] == "2 surfaces tirées de lignes fermées."
    assert told["area_ha"] == pytest.approx(4.0, rel=2.5e-3)


def test_points_and_lines_only(tmp_path: Path, read: Read) -> None:
    content = geopackage(tmp_path, axes=of(NORTH.boundary, NORTH.centroid), arbres=of(SOUTH.centroid))
    said = notice(read(("divers.gpkg", content), layer="arbres"), "no-polygon")
    assert said["message"] == (
        "Cette couche ne contient que des points. Estran a besoin de surfaces. "
        "Choisissez une autre couche ou dessinez le contour."
    )
    mixed = notice(read(("divers.gpkg", content), layer="axes"), "no-polygon")
    assert mixed["message"].startswith("Cette couche ne contient que des points et des lignes.")


def test_lines_that_enclose_nothing(tmp_path: Path, read: Read) -> None:
    line = shapely.LineString([(380_000, 6_570_000), (380_100, 6_570_000)])
    answer = read(("axe.gpkg", geopackage(tmp_path, axe=of(line))), close_lines=True)
    assert answer["place"] is None
    assert notice(answer, "no-polygon")["message"].startswith("Même fermées")


def test_what_has_no_surface_is_left_out_and_counted(tmp_path: Path, read: Read) -> None:
    mixed = of(NORTH, SOUTH.boundary, SOUTH.centroid, SOUTH.centroid)
    answer = read(("divers.geojson", written(mixed.to_crs(4326), tmp_path, "d.geojson", "GeoJSON")))
    assert notice(answer, "left-out")["message"] == (
        "1 ligne et 2 points ne sont pas repris : Estran a besoin de surfaces."
    )


def test_an_outline_that_crosses_itself(tmp_path: Path, read: Read) -> None:
    # A square of 200 m whose last corner turns back through an edge: two triangles of 100 m by 100 m / 2,
    # each counted once as enclosed (1 ha in all), one minus the other as drawn (0 ha).
    x, y = 380_000, 6_570_000
    bow = shapely.Polygon([(x, y), (x + 200, y), (x, y + 100), (x + 200, y + 100)])
    content = geopackage(tmp_path, secteur=of(bow))
    answer = read(("noeud.gpkg", content))
    said = notice(answer, "self-crossing")
    assert said["message"] == (
        "Le contour se recoupe en 1 endroit. Réparé : surface 1,0\u00a0ha au lieu de 0\u00a0m²."
    )
    assert [action["label"] for action in said["actions"]] == ["Accepter", "Corriger"]
    to_degrees = Transformer.from_crs(2154, "OGC:CRS84", always_xy=True)
    assert np.allclose(said["points"], [to_degrees.transform(x + 100, y + 50)], atol=2e-7)
    assert answer["area_ha"] == pytest.approx(1.0, rel=2.5e-3)
    assert shapely.geometry.shape(answer["place"]["features"][0]["geometry"]).is_valid
    as_drawn = read(("noeud.gpkg", content), **choices(said["actions"][1]))
    assert not shapely.geometry.shape(as_drawn["place"]["features"][0]["geometry"]).is_valid
    assert notice(as_drawn, "self-crossing")["actions"][0]["parameters"] == {"repair": "true"}


def test_two_knots_are_numbered(tmp_path: Path, read: Read) -> None:
    right = [(200, 0), (200, 50), (190, 80), (200, 80), (185, 50), (185, 200)]
    left = [(0, 200), (0, 150), (10, 120), (0, 120), (15, 150), (15, 60)]
    outline = [(380_000 + x, 6_570_000 + y) for x, y in [(0, 0), *right, *left]]
    content = geopackage(tmp_path, secteur=of(shapely.Polygon(outline)))
    said = notice(read(("noeuds.gpkg", content), language="en"), "self-crossing")
    head = "The outline crosses itself in 2 places (numbered on the map). Repaired: area "
    assert said["message"].startswith(head)
    assert len(said["points"]) == 2


def test_an_outline_that_only_touches_itself_says_nothing(tmp_path: Path, read: Read) -> None:
    outline = [(0, 0), (200, 0), (200, 200), (210, 0), (210, 200), (0, 200)]
    touching = shapely.Polygon([(380_000 + x, 6_570_000 + y) for x, y in outline])
    assert not touching.is_valid
    answer = read(("pointe.gpkg", geopackage(tmp_path, secteur=of(touching))))
    assert answer["notices"] == []
    # 200 m by 200 m, and a triangle of 10 m by 200 m.
    assert answer["area_ha"] == pytest.approx(4.1, rel=2.5e-3)


def test_parts_that_overlap(tmp_path: Path, read: Read) -> None:
    # The second part lies 20 m over the first: 100 m by 10 m, 0.1 ha.
    over = translate(NORTH, 190, 0)
    frame = parcels(nom=["Nord", "Est"])
    frame.geometry = [NORTH, over]
    content = written(frame, tmp_path, "parts.gpkg", "GPKG")
    answer = read(("parts.gpkg", content))
    said = notice(answer, "overlap")
    assert said["message"] == (
        "Deux parties se recouvrent sur 0,10\u00a0ha. Chaque mètre carré compte une fois : laquelle garder ?"
    )
    assert [action["label"] for action in said["actions"]] == ["Garder « Nord »", "Garder « Est »"]
    whole = 2.0 + 2.0 - 0.1
    for action, kept in zip(said["actions"], (0, 1), strict=True):
        told = read(("parts.gpkg", content), **choices(action))
        assert "overlap" not in [each["code"] for each in told["notices"]]
        assert told["area_ha"] == pytest.approx(whole, rel=2.5e-3)
        areas = [each["properties"]["area_ha"] for each in told["place"]["features"]]
        assert areas[kept] == pytest.approx(2.0, rel=2.5e-3)
        assert areas[1 - kept] == pytest.approx(1.9, rel=2.5e-3)


def test_parts_that_only_touch_do_not_overlap(tmp_path: Path, read: Read) -> None:
    content = geopackage(tmp_path, parts=of(NORTH, translate(NORTH, 200, 0)))
    assert read(("parts.gpkg", content))["notices"] == []


def test_an_empty_file(read: Read) -> None:
    with pytest.raises(RefusedFile) as caught:
        read(("vide.gpkg", b""))
    assert caught.value.fr == "Ce fichier est vide (0 octet). Exportez-le de nouveau."
    assert caught.value.en == "This file is empty (0 bytes). Export it again."


def test_a_file_without_features(read: Read) -> None:
    with pytest.raises(RefusedFile) as caught:
        read(("rien.geojson", geojson()))
    assert caught.value.reason == "no-feature"


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("plan.dwg", b"AC1032\x00\x00", "enregistrez le plan en DXF"),
        ("plan.pdf", b"%PDF-1.7", "sans coordonnées"),
        ("plan.png", b"\x89PNG\r\n", "Une image n'a pas de contours"),
        ("projet.qgs", b"<!DOCTYPE qgis><qgis></qgis>", "exportez la couche en GeoPackage"),
        ("liste.csv", b"id;surface\n1;2\n", "Un tableau n'a pas de contours"),
        ("envoi.rar", b"Rar!\x1a\x07", "au format zip"),
        ("mystere", b"\x00\x01\x02", "Exportez la couche en GeoPackage"),
    ],
)
def test_an_unknown_format(name: str, content: bytes, advice: str, read: Read) -> None:
    with pytest.raises(RefusedFile) as caught:
        read((name, content))
    assert caught.value.reason == "unknown-format"
    assert f"« {name} » n'est pas dans un format que l'on sait lire ici" in caught.value.fr
    assert advice in caught.value.fr
    assert "cannot" in caught.value.en or "can be read here" in caught.value.en


@pytest.mark.parametrize(
    "content",
    [b'{"type": "FeatureCollection", "features": [{"ty', b"SQLite format 3\x00" + b"\x00" * 200],
    ids=["geojson", "gpkg"],
)
def test_a_damaged_file(content: bytes, read: Read) -> None:
    with pytest.raises(RefusedFile) as caught:
        read(("abime", content))
    assert caught.value.reason == "unreadable-file"
    assert "Exportez-le de nouveau" in caught.value.fr
    assert "/tmp" not in caught.value.fr


def test_heights_are_ignored(read: Read) -> None:
    high = shapely.force_3d(degrees(NORTH)[0], 12.0)
    answer = read(("haut.geojson", geojson(high)))
    assert notice(answer, "heights")["message"] == "Les altitudes du fichier sont ignorées."
    assert not shapely.geometry.shape(answer["place"]["features"][0]["geometry"]).has_z


def test_too_many_parts_are_merged_when_asked(tmp_path: Path, read: Read) -> None:
    content = geopackage(tmp_path, parts=of(*(translate(NORTH, 300 * i, 0) for i in range(5))))
    limits = Limits(features=3)
    answer = read(("parts.gpkg", content), limits=limits)
    said = notice(answer, "too-many-features")
    assert said["message"] == (
        "Cette couche a 5 surfaces, limite 3. Fusionnez-les, ou n'exportez que le périmètre."
    )
    told = read(("parts.gpkg", content), limits=limits, **choices(said["actions"][0]))
    assert len(told["place"]["features"]) == 1
    assert told["area_ha"] == pytest.approx(10.0, rel=2.5e-3)


def test_too_many_vertices_are_simplified_when_asked(tmp_path: Path, read: Read) -> None:
    circle = shapely.Point(380_000, 6_570_000).buffer(100.0, quad_segs=500)
    content = geopackage(tmp_path, rond=of(circle))
    limits = Limits(vertices=500)
    said = notice(read(("rond.gpkg", content), limits=limits), "too-many-vertices")
    assert said["message"] == (
        "Ces contours ont 2\u202f001 sommets, limite 500. Simplifiez à 1 m ou n'exportez que le périmètre."
    )
    told = read(("rond.gpkg", content), limits=limits, **choices(said["actions"][0]))
    # A ring drawn within 1 m of a circle of 100 m keeps its area to 2 × 1 / 100.
    assert told["area_ha"] == pytest.approx(np.pi, rel=0.02)
    assert notice(told, "simplified")["level"] == "info"


def test_coordinates_that_are_not_numbers(tmp_path: Path, read: Read) -> None:
    broken = shapely.Polygon([(380_000, 6_570_000), (np.inf, 6_570_000), (380_000, 6_570_100)])
    content = geopackage(tmp_path, parts=of(NORTH, broken))
    answer = read(("parts.gpkg", content))
    assert notice(answer, "unreadable")["message"] == "1 objet est illisible et laissé de côté."
    assert len(answer["place"]["features"]) == 1


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"layer": "absente"}, "layer"),
        ({"crs": "EPSG:99999"}, "crs"),
        ({"column": "absent"}, "field"),
        ({"column": "vocation", "classes": {"Bâti": "lac"}}, "classes"),
    ],
)
def test_a_wrong_choice_is_told(wrong: dict[str, Any], where: str, tmp_path: Path, read: Read) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(("oap.gpkg", written(parcels(), tmp_path, "oap.gpkg", "GPKG")), **wrong)
    assert caught.value.where == where
    assert not isinstance(caught.value, RefusedFile)
