"""A file brought to the page: each format becomes outlines, each mistake shows its way out in place."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from ingest.outline_files import drawing, geopackage, polyline, shapefile, written, zipped_shapefile
from playwright.sync_api import Page, expect
from shapely import box
from web.planner.test_planner_shell import KEY, ready
from web.planner.waiting import wait_for

pytestmark = pytest.mark.component("browser")

PARTS = gpd.GeoDataFrame(
    {"nom": ["Îlot A", "Îlot B", "Coulée"], "vocation": ["Bâti", "Secteur mixte", "Prairie"]},
    geometry=[box(383_000 + 160 * i, 6_569_000, 383_100 + 160 * i, 6_569_100) for i in range(3)],
    crs=2154,
)
"""Three squares of one hectare on the demonstration territory."""

PLACE = f"JSON.parse(localStorage['{KEY}'] ?? '{{}}').project?.variants[0].place"
"""The place that the browser keeps, as the page would find it again."""

type Visit = Callable[..., Page]
type File = tuple[str, bytes]


def bring(page: Page, *files: File) -> None:
    """Choose files as a person does, from step 1."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("^(Déposer un fichier|Drop a file)$")).last.click()
    chooser.value.set_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    )


def at_place(visit: Visit, lang: str = "fr", **size: int) -> Page:
    page = visit(f"/?lang={lang}&f=html#etape=lieu", **size)
    ready(page)
    expect(page.locator(".place-tools button").first).to_be_visible()
    return page


def taken(page: Page) -> list[dict[str, Any]]:
    """The parts that the project holds."""
    expect(page.locator(".upload")).to_have_count(0)
    wait_for(page, f"{PLACE}?.features?.length")
    features: list[dict[str, Any]] = page.evaluate(f"{PLACE}.features")
    return features


def file_of(kind: str, folder: Path) -> list[File]:
    degrees = PARTS.to_crs(4326)
    if kind == "geopackage":
        return [("oap.gpkg", geopackage(folder, secteurs=PARTS))]
    if kind == "geojson":
        return [("oap.geojson", written(degrees, folder, "oap.geojson", "GeoJSON"))]
    if kind == "kml":
        return [("oap.kml", written(degrees, folder, "oap.kml", "LIBKML"))]
    parts = shapefile(PARTS, folder, encoding="UTF-8")
    if kind == "loose shapefile":
        return [(f"oap.{extension}", content) for extension, content in parts.items()]
    return [("oap.zip", zipped_shapefile(parts))]


@pytest.mark.parametrize("kind", ["geopackage", "geojson", "kml", "zipped shapefile", "loose shapefile"])
def test_each_format_becomes_outlines(kind: str, visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit)
    bring(page, *file_of(kind, tmp_path))
    page.get_by_role("button", name="Prendre ces 3 contours").click()
    assert [each["properties"] for each in taken(page)] == [
        {"name": "Îlot A", "after": "building"},
        {"name": "Îlot B"},
        {"name": "Coulée", "after": "grassland_herbaceous"},
    ]
    page.get_by_role("button", name=re.compile("^Annuler : ")).click()
    wait_for(page, f"{PLACE} === null")


def test_a_drawing_asks_its_layer_and_its_coordinates(visit: Visit) -> None:
    page = at_place(visit)
    contour = list(PARTS.geometry[0].exterior.coords)[:-1]
    inside = [(383_010, 6_569_010), (383_050, 6_569_010), (383_050, 6_569_040)]
    bring(page, ("plan.dxf", drawing(polyline("BATI", *inside), polyline("CONTOUR", *contour))))
    panel = page.locator(".upload")
    expect(panel.get_by_role("group", name="Quelle couche est le projet ?")).to_be_visible()
    expect(panel.get_by_role("button", name="Prendre")).to_have_count(0)
    panel.get_by_role("radio", name=re.compile("CONTOUR")).check()
    panel.get_by_role("button", name="C’est du Lambert-93").click()
    panel.get_by_role("button", name="Prendre ce contour").click()
    (feature,) = taken(page)
    assert shapely.geometry.shape(feature["geometry"]).is_valid


def test_values_without_a_class_come_first_and_can_be_given_one(visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit)
    bring(page, *file_of("geopackage", tmp_path))
    panel = page.locator(".upload")
    expect(panel).to_contain_text(
        re.compile("1 valeur n.est pas reconnue \\(1\\s?ha\\). Tant qu.elle n.est pas classée")
    )
    expect(panel.locator("tbody tr").first).to_contain_text("Secteur mixte")
    panel.get_by_label("Occupation après projet pour « Secteur mixte »").select_option("artificial_sealed")
    expect(panel).to_contain_text("Toutes les valeurs ont une classe.")
    panel.get_by_role("button", name="Prendre ces 3 contours").click()
    assert taken(page)[1]["properties"] == {"name": "Îlot B", "after": "artificial_sealed"}


def test_outlines_are_added_to_those_already_there(visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit)
    bring(page, *file_of("geojson", tmp_path))
    page.get_by_role("button", name="Prendre ces 3 contours").click()
    assert len(taken(page)) == 3
    away = PARTS.iloc[:1].translate(0, 400)
    bring(page, ("autre.gpkg", geopackage(tmp_path, autre=gpd.GeoDataFrame(geometry=away))))
    page.get_by_role("button", name="Ajouter aux 3 contours déjà là").click()
    wait_for(page, f"{PLACE}.features.length === 4")


def test_swapped_coordinates_are_put_right_with_one_button(visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit, lang="en")
    degrees = PARTS.to_crs(4326)
    swapped = degrees.set_geometry(shapely.transform(degrees.geometry.values, lambda points: points[:, ::-1]))
    bring(page, ("site.geojson", written(swapped, tmp_path, "site.geojson", "GeoJSON")))
    panel = page.locator(".upload")
    expect(panel).to_contain_text("latitude and longitude seem to be swapped.")
    panel.get_by_role("button", name="Swap", exact=True).click()
    panel.get_by_role("button", name="Take these 3 outlines").click()
    (x, y), *_ = shapely.get_coordinates(shapely.geometry.shape(taken(page)[0]["geometry"]))
    assert (round(x), round(y)) == (-1, 46)


def test_a_bad_file_is_told_in_place_and_another_can_follow(visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit)
    bring(page, ("plan.dwg", b"AC1032"))
    panel = page.locator(".upload")
    expect(panel.get_by_role("alert")).to_contain_text("enregistrez le plan en DXF")
    with page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Choisir un autre fichier").click()
    ((name, content),) = file_of("geojson", tmp_path)
    chooser.value.set_files({"name": name, "mimeType": "application/json", "buffer": content})
    expect(panel.get_by_role("button", name="Prendre ces 3 contours")).to_be_visible()
    panel.get_by_role("button", name="Laisser ce fichier").click()
    expect(panel).to_have_count(0)


def test_a_file_that_is_too_heavy_is_not_sent(visit: Visit) -> None:
    page = at_place(visit)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/place" in request.url else None)
    page.evaluate(
        """() => {
            const block = document.getElementById("planner");
            block.textContent = JSON.stringify({ ...JSON.parse(block.textContent), limit_mb: 0.1 });
        }"""
    )
    bring(page, ("gros.gpkg", b"\x00" * 210_000))
    expect(page.locator(".upload").get_by_role("alert")).to_contain_text(
        re.compile("Fichier de 0,2\\sMo, limite 0,1\\sMo. Simplifiez à 1\\sm")
    )
    assert sent == []


def test_a_lost_connection_keeps_the_file(visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit)
    page.route("**/place?*", lambda route: route.abort())
    bring(page, *file_of("geojson", tmp_path))
    panel = page.locator(".upload")
    expect(panel.get_by_role("alert")).to_contain_text("Connexion perdue.")
    page.unroute("**/place?*")
    panel.get_by_role("button", name="Réessayer").click()
    expect(panel.get_by_role("button", name="Prendre ces 3 contours")).to_be_visible()


def test_a_file_can_be_dropped_on_the_page(visit: Visit, tmp_path: Path) -> None:
    page = visit("/?lang=fr&f=html")
    ready(page)
    ((name, content),) = file_of("geojson", tmp_path)
    page.evaluate(
        """([name, text]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name));
            const options = { dataTransfer, bubbles: true, cancelable: true };
            const target = document.querySelector("#map");
            for (const kind of ["dragenter", "dragover", "drop"]) {
                target.dispatchEvent(new DragEvent(kind, options));
            }
        }""",
        [name, content.decode()],
    )
    page.get_by_role("button", name="Prendre ces 3 contours").click()
    assert len(taken(page)) == 3


def test_everything_is_done_with_the_keyboard_on_a_narrow_screen(visit: Visit, tmp_path: Path) -> None:
    page = at_place(visit, width=390, height=844)
    bring(page, *file_of("geopackage", tmp_path))
    take = page.get_by_role("button", name="Prendre ces 3 contours")
    expect(take).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert wide is False
    page.locator("#upload-field").focus()
    for _ in range(5):
        page.keyboard.press("Tab")
        if take.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    assert len(taken(page)) == 3
