"""Step 5: what is left to write, the file and its name, and what is said when it cannot be made."""

import json

import pytest

pytestmark = pytest.mark.component("browser")

KEY = "estran.planner"
FIELD = [[-1.13, 46.14], [-1.127, 46.14], [-1.127, 46.142], [-1.13, 46.142], [-1.13, 46.14]]
EXECUTION = "**/processes/project-impact/execution"
REPORT_MS = 60_000


def opened(visit, **size):
    page = visit("/?f=html&lang=fr#etape=aide", **size)
    page.wait_for_selector("html[data-ready]")
    place = {
        "features": [
            {
                "type": "Feature",
                "properties": {"after": "building"},
                "geometry": {"type": "Polygon", "coordinates": [FIELD]},
            }
        ]
    }
    variant = {"id": "v1", "name": "A", "place": place, "inputs": {}}
    project = {
        "version": 1,
        "name": "Îlot des Écluses",
        "question": "project-impact",
        "variants": [variant],
        "current": 0,
    }
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps({"project": project})])
    page.goto(page.url.split("#")[0] + "#etape=rapport&question=project-impact")
    page.reload()
    page.wait_for_selector(".checklist")
    return page


def kept(page):
    page.evaluate("import('/static/js/planner/state.js').then((state) => state.save())")
    return json.loads(page.evaluate(f"localStorage['{KEY}']"))["project"]


def test_what_is_left_to_write_leads_to_its_field(visit):
    page = opened(visit)
    page.click(".checklist button:text-is('Auteur')")
    page.keyboard.type("Service urbanisme")
    page.wait_for_selector(".checklist .is-done:has-text('Auteur')")
    page.click(".checklist button:has-text('Suivi')")
    page.keyboard.type("Chaque année")
    page.wait_for_selector(".checklist .is-done:has-text('Suivi')")
    assert kept(page)["report"] == {"author": "Service urbanisme", "texts": {"follow_up": "Chaque année"}}
    page.reload()
    page.wait_for_selector(".checklist .is-done:has-text('Suivi')")
    assert page.input_value("#report-follow_up") == "Chaque année"


def test_one_page_sheet_is_shown_and_saved_under_its_name(visit):
    page = opened(visit)
    page.click("text=Fiche d’une page")
    page.click("[data-key=report-format-pdf]")
    with page.expect_download(timeout=REPORT_MS) as download:
        page.click("[data-key=download]")
    name = download.value.suggested_filename
    assert name.startswith("estran_fiche-ges_ilot-des-ecluses_")
    assert name.endswith(".pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert page.locator(".report-pages iframe, .report-pages .note.info").count() == 1
    page.fill("[data-project-name]", "Autre nom")
    page.wait_for_selector(".report-pages.is-stale")


def test_cancelled_report_is_told_and_can_start_again(visit):
    page = opened(visit)
    page.click("[data-key=preview]")
    page.click(".report-progress button")
    page.wait_for_selector(".report-told >> text=annulée")
    assert page.locator(".report-told button:text-is('Recommencer')").count() == 1


def test_report_that_fails_keeps_inputs_and_offers_the_data(visit):
    page = opened(visit)
    page.route(EXECUTION, lambda route: route.abort())
    page.click("[data-key=download]")
    page.wait_for_selector(".report-told .note.error")
    said = page.inner_text(".report-told").replace("\u00a0", " ")
    assert "Le rapport n’a pas pu être produit. Vos saisies sont conservées dans ce navigateur." in said
    assert kept(page)["name"] == "Îlot des Écluses"
    page.unroute(EXECUTION)
    with page.expect_download() as download:
        page.click(".report-told button:has-text('Télécharger les données (JSON)')")
    answer = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert answer["process"] == "project-impact"


def test_phone_has_no_sideways_scroll(visit):
    page = opened(visit, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
