"""The shell of the planner: what is loaded, steps in the address, undo, what is kept in the browser."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.component("browser")

KEY = "estran.planner"
SQUARE = [[-1.13, 46.14], [-1.127, 46.14], [-1.127, 46.142], [-1.13, 46.142], [-1.13, 46.14]]
FIRST_LOAD_REQUESTS = 40
FIRST_LOAD_BYTES = 1_000_000


def project(name="Projet gardé", ring=SQUARE):
    feature = {
        "type": "Feature",
        "properties": {"name": "Nord"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    variant = {"id": "v1", "name": "A", "place": {"features": [feature]}, "inputs": {}}
    return {"version": 1, "name": name, "question": "project-impact", "variants": [variant], "current": 0}


def ready(page):
    page.wait_for_selector("html[data-ready]")
    return page


def kept(page):
    expect(page.locator("[data-saved]")).to_have_text("Enregistré dans ce navigateur")
    return json.loads(page.evaluate(f"localStorage['{KEY}']"))["project"]


def keep(page, text):
    """Leave a text in the browser as if a former visit had, then come back."""
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
    page.reload()
    return ready(page)


def test_first_load_is_light(visit):
    page = ready(visit("/?f=html&lang=fr", width=1440, height=900, drawn=True))
    page.wait_for_selector(".map-canvas[data-ready]")
    sizes = page.evaluate("""() => [
      ...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation'),
    ].map((entry) => entry.transferSize)""")
    assert len(sizes) < FIRST_LOAD_REQUESTS
    assert 100_000 < sum(sizes) < FIRST_LOAD_BYTES
    assert page.evaluate("typeof window.terraDraw") == "undefined", "drawing tools come with their use"


def test_phone_loads_no_map_until_asked(visit):
    page = ready(visit("/?f=html&lang=fr#etape=lieu", width=390, height=844, drawn=True))
    assert page.evaluate("typeof window.maplibregl") == "undefined"
    page.click("[data-view-button=carte]")
    page.wait_for_selector(".map-canvas[data-ready]")
    assert page.is_visible(".map-side")
    assert not page.is_visible("#content")


def test_nothing_is_wider_than_a_phone(visit):
    page = ready(visit("/?f=html&lang=fr", width=320, height=640))
    for step in ("accueil", "lieu", "aide"):
        page.evaluate("step => { location.hash = `#etape=${step}` }", step)
        page.wait_for_selector(f'body[data-step="{step}"]')
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_steps_are_links_and_the_back_button_works(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.click("[data-step-link=lieu]")
    page.wait_for_selector("#lieu-title:visible")
    assert page.get_attribute("[data-step-link=lieu]", "aria-current") == "step"
    page.click(".masthead [data-step-link=aide]")
    page.wait_for_selector("#aide-title:visible")
    page.go_back()
    page.wait_for_selector("#lieu-title:visible")
    page.go_back()
    page.wait_for_selector("#ask-title:visible")


def test_question_is_in_the_address(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.click('[data-question="carbon-stock"]')
    page.wait_for_selector("#lieu-title:visible")
    assert page.url.endswith("#etape=lieu&question=carbon-stock")
    assert page.input_value("#question") == "carbon-stock"


def test_name_is_undone_and_done_again(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.fill("[data-project-name]", "Bongraine")
    assert kept(page)["name"] == "Bongraine"
    page.click("[data-undo]")
    assert page.input_value("[data-project-name]") == ""
    page.locator("#questions").click()
    page.keyboard.press("Control+Shift+Z")
    assert page.input_value("[data-project-name]") == "Bongraine"


def test_language_keeps_the_project_and_the_step(visit):
    page = ready(visit("/?f=html&lang=fr#etape=lieu"))
    page.fill("[data-project-name]", "Les Minimes")
    page.click("[data-language=en]")
    page.wait_for_selector("html[lang=en][data-ready]")
    assert page.inner_text("#lieu-title") == "Place"
    assert page.input_value("[data-project-name]") == "Les Minimes"


def test_last_visit_is_offered_again(visit):
    page = ready(visit("/?f=html&lang=fr"))
    keep(page, json.dumps({"project": project()}))
    page.click("text=Continuer")
    page.wait_for_selector("body[data-step=projet]")


def test_damaged_save_is_set_aside_and_the_former_one_taken(visit):
    page = ready(visit("/?f=html&lang=fr"))
    keep(page, json.dumps({"project": project("Avant")}))
    keep(page, '{"project": {"versi')
    assert page.input_value("[data-project-name]") == "Avant"
    assert "illisible" in page.inner_text("[data-messages]")
    assert page.evaluate(f"localStorage['{KEY}.damaged']") == '{"project": {"versi'


def test_damaged_save_alone_gives_an_empty_project_and_says_so(visit):
    page = ready(visit("/?f=html&lang=fr"))
    keep(page, "?")
    assert "rien n’a été effacé" in page.inner_text("[data-messages]")
    assert page.input_value("[data-project-name]") == ""


def test_full_storage_is_told_with_a_way_out(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.evaluate("""() => {
      localStorage.setItem('other', 'x');
      Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    }""")
    page.fill("[data-project-name]", "Trop")
    page.wait_for_selector("[data-message=saved]")
    with page.expect_download() as download:
        page.click("[data-message=saved] button")
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert saved["name"] == "Trop"


def test_other_tab_is_followed_and_can_be_undone(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.fill("[data-project-name]", "Ici")
    kept(page)
    other = page.context.new_page()
    other.goto(page.url)
    ready(other).fill("[data-project-name]", "Là-bas")
    page.wait_for_selector("[data-message=tab]")
    assert page.input_value("[data-project-name]") == "Là-bas"
    page.click("[data-undo]")
    assert page.input_value("[data-project-name]") == "Ici"


def test_typing_makes_one_step_of_undo(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.type("[data-project-name]", "Aytré")
    page.click("[data-undo]")
    assert page.input_value("[data-project-name]") == ""
    assert page.is_disabled("[data-undo]")


def test_new_project_brings_the_former_one_back(visit):
    page = ready(visit("/?f=html&lang=fr"))
    page.fill("[data-project-name]", "Un")
    page.click(".more summary")
    page.click("[data-new]")
    assert page.input_value("[data-project-name]") == ""
    page.click("[data-message=new] button >> nth=0")
    assert page.input_value("[data-project-name]") == "Un"


def test_without_scripts_a_commune_gives_its_balance(chromium, site):
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{site}/?f=html&lang=fr")
    assert "Sans JavaScript" in page.inner_text("#content")
    page.select_option("#plain-commune", label="Aytré")
    page.click("form.plain button")
    rows = page.locator("main tbody tr").all_inner_texts()
    context.close()
    assert any(row.startswith("Stock de carbone des terres") and "tC" in row for row in rows)
