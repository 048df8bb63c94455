"""Asking a process from its page: at once or as a job, refused, slow, unreachable, cancelled; no JSON."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.component("browser")

EXECUTION = "**/processes/*/execution"
ANSWER = "[data-result] .result-root"


def _form(visit, process: str, path: str = "", **options) -> Page:
    page = visit(f"/processes/{process}?f=html&lang=fr{path}", **options)
    page.wait_for_selector(".form-count")
    return page


def _field(page: Page, path: str):
    return page.locator(f'[data-path="{path}"]')


def _compute(page: Page) -> None:
    page.get_by_role("button", name="Calculer").click()


def test_a_commune_is_all_that_a_stock_needs(visit):
    page = _form(visit, "carbon-stock")
    page.select_option("#commune", label="Aytré")
    expect(page.locator(".place-said")).to_contain_text("hectares")
    _compute(page)
    expect(page.locator(ANSWER)).to_contain_text("tC")


def test_without_place_the_page_says_what_to_do(visit):
    page = _form(visit, "carbon-stock")
    _compute(page)
    expect(page.locator("[data-place] .problem")).to_contain_text("Dessinez-en un ou choisissez une commune")
    expect(page.locator("#commune")).to_be_focused()


def test_the_trajectory_answers_with_no_field_filled(visit):
    page = _form(visit, "territory-trajectory")
    _compute(page)
    expect(page.locator(ANSWER)).to_contain_text("tCO₂e")


def test_a_trip_is_typed(visit):
    page = _form(visit, "mobility-footprint")
    _field(page, "trips.0.distance_km").locator("input").fill("12")
    _field(page, "trips.0.mode").locator("select").select_option("car")
    _compute(page)
    expect(page.locator(ANSWER)).to_contain_text("kgCO₂e")


def test_a_refusal_of_the_server_stands_beside_its_field(visit):
    """The process asks for a line or for trips: the schema does not say so, the server does."""
    page = _form(visit, "mobility-footprint")
    _compute(page)
    expect(page.locator("[data-result] [role=alert]")).to_contain_text("Voyez le message à côté du champ")
    expect(page.locator(".form-summary")).to_contain_text("liste de trajets dans « Trajets »")


def test_materials_are_exchanged_between_communes(visit):
    page = _form(visit, "material-exchange")
    for side, commune in (("offers", "Aytré"), ("needs", "Périgny")):
        _field(page, f"{side}.0.material").locator("select").select_option("steel")
        _field(page, f"{side}.0.quantity_t_per_year").locator("input").fill("80")
        _field(page, side).locator(".point-ways select").select_option(label=commune)
    assert re.fullmatch(r"−1,\d+", _field(page, "offers.0.longitude").locator("input").input_value())
    _compute(page)
    expect(page.locator(ANSWER)).to_contain_text("tCO₂e/an")


def test_the_answer_follows_the_inputs(visit):
    page = _form(visit, "carbon-stock")
    page.select_option("#commune", label="Aytré")
    _compute(page)
    expect(page.locator(ANSWER)).to_be_visible()
    _field(page, "deep_salt_marsh").get_by_label("oui").click()
    with page.expect_response(EXECUTION) as told:
        _field(page, "deep_salt_marsh").get_by_label("non").click()
    assert json.loads(told.value.request.post_data)["inputs"]["deep_salt_marsh"] is False


def test_the_same_request_is_asked_once(visit):
    page = _form(visit, "territory-trajectory")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "execution" in request.url else None)
    _compute(page)
    expect(page.locator(ANSWER)).to_be_visible()
    _compute(page)
    expect(page.locator("[data-progress]")).to_contain_text("Réponse en")
    assert len(asked) == 1


def test_random_draws_run_as_a_job_with_progress(visit):
    page = _form(visit, "carbon-stock")
    page.select_option("#commune", label="Aytré")
    page.locator(".form-section > summary", has_text="Précision").click()
    _field(page, "method").locator("select").select_option("monte-carlo")
    _field(page, "draws").locator("input").fill("2000")
    with page.expect_response(EXECUTION) as told:
        _compute(page)
    assert told.value.status == 201
    expect(page.locator(ANSWER)).to_contain_text("tC")


def test_cancelling_dismisses_the_job(visit):
    page = _form(visit, "carbon-stock")
    page.select_option("#commune", label="Aytré")
    page.get_by_text("Pour les développeurs").click()
    page.locator("#background").check()
    state = {"status": "running", "progress": 40, "jobID": "1"}
    page.route("**/jobs/*?f=json", lambda route: route.fulfill(json=state))
    _compute(page)
    expect(page.locator("[data-progress]")).to_contain_text("40\u00a0%")
    expect(page.locator("[data-progress] a")).to_contain_text("Vous pouvez fermer cette page")
    with page.expect_request(lambda request: request.method == "DELETE" and "/jobs/" in request.url):
        page.get_by_role("button", name="Annuler").click()
    expect(page.locator("[data-progress]")).to_contain_text("Annulé")


def test_a_lost_connection_keeps_the_inputs_and_tries_again(visit):
    page = _form(visit, "mobility-footprint")
    _field(page, "trips.0.distance_km").locator("input").fill("12")
    _field(page, "trips.0.mode").locator("select").select_option("bus")
    failures = []

    def once(route: Route) -> None:
        if failures:
            route.continue_()
        else:
            failures.append(route.request.url)
            route.abort("connectionfailed")

    page.route(EXECUTION, once)
    _compute(page)
    expect(page.locator("[data-progress]")).to_contain_text("Connexion perdue. Vos saisies sont conservées.")
    expect(page.locator(ANSWER)).to_be_visible()
    expect(_field(page, "trips.0.distance_km").locator("input")).to_have_value("12")


def test_a_failing_server_is_told_with_a_way_out(visit):
    page = _form(visit, "territory-trajectory")
    page.route(EXECUTION, lambda route: route.fulfill(status=500, json={"title": "x", "status": 500}))
    _compute(page)
    expect(page.locator("[data-result] [role=alert]")).to_contain_text("Vos saisies sont conservées")
    page.unroute(EXECUTION)
    page.locator("[data-result]").get_by_role("button", name="Réessayer").click()
    expect(page.locator(ANSWER)).to_be_visible()


def test_a_slow_server_is_told(visit):
    page = visit("/processes/territory-trajectory?f=html&lang=fr")
    page.clock.install()
    page.reload()
    page.wait_for_selector(".form-count")
    held: list[Route] = []
    page.route(EXECUTION, lambda route: held.append(route))
    _compute(page)
    page.clock.fast_forward(5000)
    expect(page.locator("[data-progress]")).to_contain_text("Le serveur met plus de temps que prévu.")
    held[0].continue_()
    expect(page.locator(ANSWER)).to_be_visible()


def test_another_page_may_ask_for_a_commune(visit):
    page = visit("/processes/carbon-stock?f=html&lang=fr#collection=communes&ids=17028")
    expect(page.locator(ANSWER)).to_contain_text("tC")
    expect(page.locator("#commune")).to_have_value("17028")
