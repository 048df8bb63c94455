"""Step 1: an outline drawn, typed, chosen, searched, edited with the keyboard; what is wrong with it."""

import json

import pytest
from playwright.sync_api import expect
from web.planner.test_planner_shell import KEY, SQUARE, keep, kept, project, ready

pytestmark = pytest.mark.component("browser")

LAMBERT = "382000 ; 6570000\n382300 ; 6570000\n382300 ; 6569800\n382000 ; 6569800"
BOWTIE = [[-1.124, 46.1545], [-1.118, 46.153], [-1.118, 46.1545], [-1.124, 46.153], [-1.124, 46.1545]]
PARIS = [[2.35, 48.85], [2.36, 48.85], [2.36, 48.86], [2.35, 48.85]]
HALF_AT_SEA = [[-1.24, 46.14], [-1.19, 46.14], [-1.19, 46.17], [-1.24, 46.17], [-1.24, 46.14]]
ONE_METRE_NORTH = 1 / 111_170
"""Degrees; a degree of latitude is 111,170 m at 46° N."""


def at_place(visit, **size):
    return ready(visit("/?f=html&lang=fr#etape=lieu", **size))


def with_rings(page, *rings):
    """Come back to a project whose parts are these rings."""
    saved = project(ring=rings[0])
    features = saved["variants"][0]["place"]["features"]
    for ring in rings[1:]:
        features.append({**features[0], "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return keep(page, json.dumps({"project": saved}))


def features(page):
    return kept(page)["variants"][0]["place"]["features"]


def type_outline(page, text):
    page.click("[data-slot=lieu] >> text=Saisir des coordonnées")
    page.fill("#typed-points", text)
    page.click("text=Ajouter ce contour")


def test_empty_place_says_what_to_do(visit):
    page = at_place(visit)
    said = page.inner_text(".place-body")
    assert said == "Aucun contour pour l’instant. Dessinez, déposez un fichier ou choisissez une commune."
    assert page.is_disabled(".place-next .actions button")


def test_outline_typed_in_lambert_has_its_area_and_what_is_there(visit):
    """300 m by 200 m on the grid of Lambert-93, whose scale there is 0.9991: 6.0 / 0.9991^2 = 6.01 ha."""
    page = at_place(visit)
    type_outline(page, LAMBERT)
    assert page.inner_text(".part-area") == "6,01\u00a0ha"
    expect(page.locator(".part-line").first).to_contain_text("sol imperméabilisé", timeout=15_000)
    (feature,) = features(page)
    assert feature["properties"]["name"] == "Contour 1"


def test_coordinates_in_another_system_are_told_apart(visit):
    page = at_place(visit)
    type_outline(page, "-1,124 ; 46,154\n-1,118 ; 46,154\n-1,118 ; 46,153")
    assert "plutôt à\u00a0: WGS 84" in page.inner_text("#typed-error")
    page.select_option("#typed-crs", "CRS84")
    page.click("text=Ajouter ce contour")
    assert len(features(page)) == 1


def test_commune_is_found_without_its_accents(visit):
    page = at_place(visit)
    page.fill("[data-slot=lieu] input[type=search]", "aytre")
    page.wait_for_selector(".found li >> text=Aytré")
    page.keyboard.press("Enter")
    place = kept(page)["variants"][0]["place"]
    assert place == {"reference": {"collection": "communes", "ids": ["17028"], "label": "Aytré"}}


def test_area_made_an_outline_can_be_edited(visit):
    page = at_place(visit)
    page.fill("[data-slot=lieu] input[type=search]", "genette")
    page.wait_for_selector(".found li >> text=La Genette")
    page.keyboard.press("Enter")
    page.click("text=En faire un contour")
    page.wait_for_selector(".part-name")
    (feature,) = features(page)
    assert feature["properties"]["name"] == "La Genette"


def test_class_afterwards_name_copy_and_deletion(visit):
    page = with_rings(
        at_place(visit), project()["variants"][0]["place"]["features"][0]["geometry"]["coordinates"][0]
    )
    page.fill(".part-name", "Secteur nord")
    page.select_option("#after-0", "building")
    page.click("[data-key=copy-0]")
    names = [feature["properties"] for feature in features(page)]
    assert names == [
        {"name": "Secteur nord", "after": "building"},
        {"name": "Secteur nord (copie)", "after": "building"},
    ]
    page.click("[data-key=delete-0]")
    assert [feature["properties"]["name"] for feature in features(page)] == ["Secteur nord (copie)"]
    page.click("[data-undo]")
    assert len(features(page)) == 2


def test_vertices_move_with_the_keyboard(visit):
    page = at_place(visit)
    type_outline(page, LAMBERT)
    before = features(page)[0]["geometry"]["coordinates"][0]
    page.click("[data-key=edit-0]")
    page.focus("[data-key=vertex-0-1]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    after = features(page)[0]["geometry"]["coordinates"][0]
    assert after[1][1] - before[1][1] == pytest.approx(11 * ONE_METRE_NORTH, rel=1e-3)
    assert page.evaluate("document.activeElement.dataset.key") == "vertex-0-1"
    page.keyboard.press("Delete")
    assert len(features(page)[0]["geometry"]["coordinates"][0]) == len(before) - 1


def test_first_vertex_keeps_the_ring_closed(visit):
    page = at_place(visit)
    type_outline(page, LAMBERT)
    page.click("[data-key=edit-0]")
    page.focus("[data-key=vertex-0-0]")
    page.keyboard.press("ArrowLeft")
    ring = features(page)[0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]


def test_self_crossing_is_told_numbered_and_repaired(visit):
    page = with_rings(at_place(visit), BOWTIE)
    assert "se recoupe en 1 endroit" in page.inner_text(".part .note")
    page.click("text=Accepter")
    (feature,) = features(page)
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert len(feature["geometry"]["coordinates"]) == 2
    assert page.locator(".part .note.warn >> text=recoupe").count() == 0


def test_far_outline_says_how_far(visit):
    """From the north-east corner, -0.895 46.270, to 2.35 48.85: 2.58° north, 3.245° cos 47.5° = 2.19° east.

    That is 3.38° of 111.2 km, 376 km.
    """
    page = with_rings(at_place(visit), PARIS)
    said = page.inner_text(".part .note.error")
    assert "du territoire couvert" in said
    assert 370 < int("".join(filter(str.isdigit, said.split("km")[0]))) < 383


def test_outline_that_leaves_the_territory_says_which_share_is_covered(visit):
    page = with_rings(at_place(visit), HALF_AT_SEA)
    page.wait_for_selector(".part .note >> text=sort du territoire couvert")


def test_overlapping_parts_ask_which_one_to_keep(visit):
    page = with_rings(at_place(visit), SQUARE, [[x + 0.0015, y] for x, y in SQUARE])
    page.wait_for_selector("text=se recouvrent")
    page.click("button:has-text('Garder') >> nth=0")
    assert len(features(page)) == 1


def test_outline_is_drawn_on_the_map(visit):
    page = at_place(visit, width=1440, height=900, drawn=True)
    page.wait_for_selector(".map-canvas[data-ready]")
    page.click("[data-slot=lieu] >> text=Dessiner un contour")
    page.wait_for_selector(".map-tip:visible")
    box = page.locator(".map-canvas").bounding_box()
    x, y = box["x"] + 420, box["y"] + 380
    for dx, dy in ((0, 0), (60, 0), (60, 50), (0, 50), (0, 0)):
        page.mouse.move(x + dx, y + dy, steps=2)
        page.mouse.click(x + dx, y + dy, delay=20)
        page.wait_for_timeout(250)
    page.wait_for_selector(".part")
    (feature,) = features(page)
    assert len(feature["geometry"]["coordinates"][0]) == 5
    assert page.evaluate("typeof window.terraDraw") == "object"
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=Aucun contour pour l’instant")


def test_two_layers_at_most_each_with_its_legend(visit):
    page = at_place(visit, width=1440, height=900, drawn=True)
    page.wait_for_selector(".map-canvas[data-ready]")
    page.click(".map-tools >> text=Couches")
    for layer in ("wetlands", "land-cover", "neighbourhoods"):
        page.check(f"#layer-{layer}")
        page.wait_for_selector(f"li:has(#layer-{layer}) .legend-rows li")
    assert page.locator(".layer-list input:checked").count() == 2
    assert not page.is_checked("#layer-wetlands")
    assert "Licence Ouverte" in page.inner_text("li:has(#layer-neighbourhoods)")
    assert "Données de démonstration" in page.inner_text("li:has(#layer-land-cover)")


def test_example_becomes_the_project(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.click("text=Quartier")
    page.wait_for_selector("body[data-step=resultat]")
    saved = kept(page)
    assert saved["question"] == "project-impact"
    assert saved["variants"][0]["inputs"]["project-impact"]["permit_year"] == 2027
    assert page.evaluate(f"typeof localStorage['{KEY}']") == "string"
