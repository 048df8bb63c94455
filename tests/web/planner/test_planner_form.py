"""The form made from the published inputs: defaults, French numbers, problems, rows, keyboard."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.component("browser")

PROCESSES = (
    "building-emissions",
    "carbon-balance",
    "carbon-flux",
    "carbon-stock",
    "compare-scenarios",
    "emissions-inventory",
    "material-exchange",
    "mobility-footprint",
    "parking-potential",
    "project-impact",
    "sequestration-potential",
    "solar-potential",
    "territory-trajectory",
)
FLOOR = "programme.0.floor_area_m2_sref"


def _form(visit, process: str, **options) -> Page:
    page = visit(f"/processes/{process}?f=html&lang=fr", **options)
    page.wait_for_selector(".form-count")
    return page


def _field(page: Page, path: str):
    return page.locator(f'[data-path="{path}"]')


def _number(page: Page, path: str):
    return _field(page, path).locator("input").first


def _open(page: Page, section: str) -> None:
    page.locator(".form-section > summary", has_text=section).click()


def _request(page: Page) -> dict:
    return json.loads(page.locator("#inputs").input_value())["inputs"]


@pytest.mark.parametrize("process", PROCESSES)
def test_every_input_has_a_field_and_its_choices_words(visit, site, process):
    """What the server publishes is what is asked; a code such as `collective_housing` is never read."""
    with urllib.request.urlopen(f"{site}/processes/{process}?f=json") as response:
        inputs = json.load(response)["inputs"]
    page = _form(visit, process)
    drawn = set(page.locator("[data-path]").evaluate_all("found => found.map(each => each.dataset.path)"))
    place = {"geometry", "crs"} if inputs.get("geometry", {}).get("minOccurs") == 1 else {"crs"}
    assert {name for name in inputs if name not in place | {"report"}} <= drawn
    assert "report" not in drawn, "step 5 asks for it"
    words = page.locator("[data-form] option, [data-form] .choice span").all_inner_texts()
    assert [word for word in words if re.fullmatch(r"[a-z]+([_-][a-z0-9]+)+", word)] == []


def test_default_looks_like_a_default_until_it_is_touched(visit):
    page = _form(visit, "project-impact")
    _open(page, "Horizon")
    horizon = _field(page, "horizon_years")
    expect(horizon).to_have_class(re.compile("is-default"))
    expect(horizon.locator(".default-tag")).to_have_text("par défaut")
    expect(horizon.locator(".default-note")).to_contain_text("Par défaut : 50\u00a0ans, d’après")
    expect(horizon.locator(".default-note a")).to_have_attribute(
        "href", re.compile("factors/items/project.horizon")
    )
    expect(horizon.locator("input")).to_have_attribute("placeholder", "50")
    style = "getComputedStyle(document.querySelector('[data-path=horizon_years] input'))"
    assert page.evaluate(f"{style}.borderStyle") == "dashed"
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(238, 243, 248)"
    horizon.locator("input").fill("30")
    expect(horizon).not_to_have_class(re.compile("is-default"))
    assert page.evaluate(f"{style}.borderStyle") == "solid"
    assert _request(page) == {"horizon_years": 30}
    horizon.get_by_role("button", name="Je ne sais pas").click()
    expect(horizon).to_have_class(re.compile("is-default"))
    assert _request(page) == {}


def test_counts_what_is_filled_and_what_stands_by_default(visit):
    """Leaving the horizon out makes one default more than filling it."""
    page = _form(visit, "project-impact")
    before = int(re.search(r"0 saisies · (\d+) valeurs", page.inner_text(".form-count"))[1])
    _open(page, "Horizon")
    _number(page, "horizon_years").fill("30")
    expect(page.locator(".form-count")).to_have_text(f"1 saisie · {before - 1} valeurs par défaut")


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("7 800,5", 7800.5, "7\u202f800,5"),
        ("7800", 7800, "7\u202f800"),
        ("7\u202f800 m²", 7800, "7\u202f800"),
        ("0,78 ha", 7800, "7\u202f800"),
    ],
)
def test_numbers_are_read_as_french_people_write_them(visit, typed, value, shown):
    page = _form(visit, "project-impact")
    _number(page, FLOOR).fill(typed)
    _number(page, FLOOR).blur()
    expect(_number(page, FLOOR)).to_have_value(shown)
    assert _request(page) == {"programme": [{"floor_area_m2_sref": value}]}


def test_what_is_no_number_stays_written_with_the_way_out(visit):
    page = _form(visit, "project-impact")
    _number(page, FLOOR).fill("beaucoup")
    expect(_field(page, FLOOR).locator(".problem")).to_contain_text("« beaucoup » n’est pas un nombre")
    expect(_number(page, FLOOR)).to_have_value("beaucoup")
    expect(_number(page, FLOOR)).to_have_attribute("aria-invalid", "true")


def test_bounds_come_from_the_schema_with_a_value_to_take(visit):
    """`horizon_years` goes from 1 to 100; `confidence` from 0.5 to 0.999."""
    page = _form(visit, "project-impact")
    _open(page, "Horizon")
    _number(page, "horizon_years").fill("300")
    expect(_field(page, "horizon_years").locator(".problem")).to_contain_text("au plus 100\u00a0ans")
    _field(page, "horizon_years").get_by_role("button", name="Écrire 100").click()
    expect(_number(page, "horizon_years")).to_have_value("100")
    _open(page, "Précision du calcul")
    _number(page, "confidence").fill("95")
    expect(_field(page, "confidence").locator(".problem")).to_contain_text("vouliez-vous dire 0,95")
    _field(page, "confidence").get_by_role("button", name="Écrire 0,95").click()
    expect(_field(page, "confidence").locator(".problem")).to_be_hidden()


def test_hectares_of_floor_were_meant_as_square_metres(visit):
    page = _form(visit, "project-impact")
    _number(page, FLOOR).fill("7800 ha")
    problem = _field(page, FLOOR).locator(".problem")
    expect(problem).to_contain_text("7\u202f800 ha ? Vous vouliez sans doute 7\u202f800 m².")
    problem.get_by_role("button", name="Corriger").click()
    expect(_number(page, FLOOR)).to_have_value("7\u202f800")
    expect(problem).to_be_hidden()


def test_floor_area_is_compared_with_the_footprint(visit):
    """140,000 m² on 1 ha of buildings: 14 storeys; a warning, which stops nothing."""
    page = _form(visit, "project-impact")
    _number(page, FLOOR).fill("140000")
    _field(page, "programme.0.use").locator("select").select_option("office")
    _open(page, "Sols, arbres")
    _field(page, "after").locator(".adding select").select_option("building")
    _number(page, "after.building").fill("1")
    problem = _field(page, FLOOR).locator(".problem")
    expect(problem).to_have_class(re.compile("warning"))
    expect(problem).to_contain_text("très élevée pour cette emprise (14 niveaux)")
    expect(_number(page, FLOOR)).not_to_have_attribute("aria-invalid", "true")


def test_more_land_after_than_the_outline_is_adjusted(visit):
    """Aytré has about 1,222 ha: 5,000 ha of buildings cannot be there."""
    page = _form(visit, "project-impact")
    page.select_option("#commune", label="Aytré")
    expect(page.locator(".place-said")).to_contain_text("Aytré")
    _open(page, "Sols, arbres")
    _field(page, "after").locator(".adding select").select_option("building")
    _number(page, "after.building").fill("5000")
    problem = page.locator('[data-path="after"] > .problem')
    expect(problem).to_contain_text(
        "Après projet, les surfaces font 5\u202f000 ha pour un contour de 1\u202f22"
    )
    problem.get_by_role("button", name="Ajuster").click()
    expect(problem).to_be_hidden()
    assert 1200 < _request(page)["after"]["building"] < 1250


def test_rows_are_added_copied_and_removed(visit):
    page = _form(visit, "project-impact")
    _field(page, "programme.0.use").locator("select").select_option("office")
    _number(page, FLOOR).fill("500")
    page.get_by_role("button", name="Dupliquer (Programme, ligne 1)").click()
    assert [row["use"] for row in _request(page)["programme"]] == ["office", "office"]
    page.get_by_role("button", name="+ Ajouter : programme").click()
    expect(_field(page, "programme.2.use").locator("select")).to_be_focused()
    assert len(_request(page)["programme"]) == 2, "an empty row is not sent"
    page.get_by_role("button", name="Retirer (Programme, ligne 1)").click()
    assert len(_request(page)["programme"]) == 1


def test_shares_add_up_to_one_at_most(visit):
    """0.9 + 0.4 = 1.3; adjusted, 0.9 / 1.3 = 0.692307."""
    page = _form(visit, "project-impact")
    _open(page, "Mobilité")
    page.get_by_label("Mobilité", exact=True).check()
    for mode, share in (("car", "0,9"), ("bus", "40 %")):
        _field(page, "mobility.modal_shares").locator(".adding select").select_option(mode)
        _number(page, f"mobility.modal_shares.{mode}").fill(share)
    problem = page.locator('[data-path="mobility.modal_shares"] > .problem')
    expect(problem).to_contain_text("La somme de ces parts est 1,3")
    problem.get_by_role("button", name="Ajuster").click()
    assert _request(page)["mobility"]["modal_shares"] == {"car": 0.692307, "bus": 0.307692}


def test_summary_leads_to_the_field(visit):
    page = _form(visit, "project-impact")
    page.select_option("#commune", label="Aytré")
    _number(page, FLOOR).fill("500")
    page.get_by_role("button", name="Calculer").click()
    summary = page.locator(".form-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Un champ à corriger")
    summary.get_by_role("link", name="Usage").click()
    expect(_field(page, "programme.0.use").locator("select")).to_be_focused()


def test_help_opens_and_closes_by_keyboard(visit):
    page = _form(visit, "project-impact")
    button = page.get_by_role("button", name="Aide : Surface de plancher")
    button.focus()
    page.keyboard.press("Enter")
    expect(_field(page, FLOOR).locator(".field-help")).to_contain_text("RE2020")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(_field(page, FLOOR).locator(".field-help")).to_be_hidden()


def test_every_control_has_a_name_and_is_reached_by_keyboard(visit):
    page = _form(visit, "project-impact")
    nameless = page.locator("[data-form] input, [data-form] select").evaluate_all(
        "found => found.filter(each => !each.labels?.length && !each.ariaLabel).map(each => each.outerHTML)"
    )
    assert nameless == []
    page.locator(".form-section > summary").first.focus()
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('[data-path]')?.dataset.path"))
    assert {"programme.0.use", FLOOR, "programme.0.structure", "permit_year", "inhabitants"} <= reached


def test_json_and_form_say_the_same(visit):
    page = _form(visit, "project-impact")
    page.get_by_text("Pour les développeurs").click()
    page.fill(
        "#inputs",
        '{"inputs": {"demolition_m2": 250, "geometry": {"collection": "communes", "ids": ["17028"]}}}',
    )
    _open(page, "Démolition")
    expect(_number(page, "demolition_m2")).to_have_value("250")
    expect(page.locator("#commune")).to_have_value("17028")
    expect(page.locator("#code-python")).to_contain_text('"demolition_m2": 250')
    page.fill("#inputs", "{")
    expect(page.locator("#inputs-error")).to_contain_text("JSON")


def test_narrow_screen_has_no_sideways_scroll(visit):
    page = _form(visit, "project-impact", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for name in ("Sols, arbres", "Mobilité"):
        _open(page, name)
    page.get_by_label("Mobilité", exact=True).check()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_english_form(visit):
    page = visit("/processes/project-impact?f=html&lang=en")
    page.wait_for_selector(".form-count")
    expect(page.locator(".form-count")).to_contain_text("0 inputs")
    expect(_field(page, "programme.0.use").locator("select")).to_contain_text("Flats")
    _number(page, FLOOR).fill("7,800.5")
    assert _request(page) == {"programme": [{"floor_area_m2_sref": 7800.5}]}
