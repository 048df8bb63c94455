"""No serious accessibility problem on any screen, by axe-core's rules for WCAG 2.1 A and AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.component("browser")

AXE = Path(__file__).parents[2] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RUN = """() => axe.run({ exclude: [".maplibregl-canvas"] }, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
  resultTypes: ["violations"],
})"""
SERIOUS = {"serious", "critical"}

SCREENS = {
    "start": "/?f=html&lang=fr",
    "help": "/?f=html&lang=fr#etape=aide",
    "dashboard": "/dashboard?lang=fr",
    "process": "/processes/carbon-stock?f=html&lang=fr",
    "processes": "/processes?f=html&lang=fr",
    "collections": "/collections?f=html&lang=fr",
    "collection": "/collections/communes?f=html&lang=fr",
    "items": "/collections/communes/items?f=html&lang=fr",
    "factors": "/collections/factors/items?f=html&lang=fr",
    "catalogue": "/collections/catalogue/items?f=html&lang=fr",
    "styles": "/styles?f=html&lang=fr",
}


def serious(page: Page) -> list[str]:
    """What axe finds, one line for each rule, with the first element at fault."""
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found: dict[str, Any] = page.evaluate(RUN)
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{each['id']} ({len(each['nodes'])}): {each['help']} – {each['nodes'][0]['html'][:200]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("screen", SCREENS)
def test_page_has_no_serious_problem(visit, screen):
    page = visit(SCREENS[screen])
    expect(page.locator("h1").first).to_be_visible()
    assert serious(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_each_step_has_no_serious_problem(visit, width):
    """The whole way of a project, on a laptop and on a phone."""
    page = visit("/?f=html&lang=fr", width=width, height=800)
    page.click("[data-example]")
    page.locator(".result-figure").nth(2).wait_for()
    page.wait_for_selector(".result-tabs svg")
    assert {"resultat": serious(page)} == {"resultat": []}
    seen = {
        "lieu": ".part",
        "projet": ".form-section",
        "comparer": ".three-levers li",
        "rapport": ".form-count",
    }
    for step, sign in seen.items():
        page.evaluate(f"location.hash = 'etape={step}&question=project-impact'")
        page.wait_for_selector(f"[data-panel={step}] {sign}")
        assert {step: serious(page)} == {step: []}


def test_english_page_says_its_language(visit):
    page = visit("/?f=html&lang=en")
    assert page.get_attribute("html", "lang") == "en"
    assert serious(page) == []
