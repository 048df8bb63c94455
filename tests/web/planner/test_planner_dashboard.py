"""The dashboard in a browser: it fills by itself, sorts, follows the map, and its calls give its figures."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.component("browser")

ADDRESS = "/dashboard?f=html&lang=fr"
COMPUTED_MS = 180_000
FIRST_LOAD_BYTES = 400_000


@pytest.fixture(scope="module")
def board(site: str, chromium: Browser) -> Iterator[Page]:
    """The page, opened before anything was computed; it fills without being reloaded."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR")
    page = context.new_page()
    page.goto(site + ADDRESS)
    page.evaluate("window.sameVisit = true")
    page.wait_for_selector("[data-board][data-state=ready]", timeout=COMPUTED_MS)
    assert page.evaluate("window.sameVisit")
    assert page.query_selector(".skeleton") is None
    yield page
    context.close()


def column(page: Page, rank: int) -> list[float]:
    cells = page.eval_on_selector_all(
        f"table.communes tbody td:nth-child({rank})",
        "cells => cells.map((cell) => Number(cell.dataset.value))",
    )
    return [float(cell) for cell in cells]


def test_each_block_has_its_figures(board: Page) -> None:
    assert board.locator("table.communes tbody tr").count() == 28
    assert board.locator("#trajectory figure.chart svg").is_visible()
    assert board.locator(".choropleth path[data-commune]").count() == 56, "two maps"
    assert board.locator("table.wetlands tbody tr").count() == 7
    assert "importations comprises" in board.inner_text("#inventory .note")
    assert "Données de démonstration" in board.inner_text("aside.demonstration")
    assert board.locator(".strip svg").count() >= 4


def test_a_copied_call_gives_the_figures_of_the_block(board: Page) -> None:
    text = board.text_content("#call-land") or ""
    address, body = re.findall(r"curl -X POST (\S+) .*?<<'JSON'\n(.*?)\nJSON", text, re.DOTALL)[0]
    request = urllib.request.Request(address, body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    total = next(each["value"] for each in answer["indicators"] if each["id"] == "total")
    shown = board.get_attribute("table.communes tfoot td:nth-child(3)", "data-value")
    assert float(shown or "nan") == total


def test_columns_sort_from_the_keyboard(board: Page) -> None:
    head = board.locator("table.communes thead th:nth-child(3)")
    head.locator("button").focus()
    board.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(board, 3) == sorted(column(board, 3), reverse=True)
    board.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(board, 3) == sorted(column(board, 3))


def test_the_map_and_the_table_answer_each_other(board: Page, visit: Callable[..., Page]) -> None:
    page = visit(ADDRESS)
    shape = page.locator('.choropleth path[data-commune="17300"]').first
    shape.hover()
    assert "is-pointed" in (page.get_attribute('[data-row="17300"]', "class") or "")
    shape.click()
    page.wait_for_url("**commune=17300**")
    assert page.inner_text("h1") == "Tableau de bord · La Rochelle"
    assert page.input_value("#board-commune") == "17300"
    assert page.locator("table.wetlands tbody tr").count() < 7, "only the wetlands of this commune"


def test_it_reads_without_a_script(board: Page, site: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/dashboard?f=html&lang=en")
    text = page.inner_text("main")
    assert "What is not counted" in text
    assert re.search(r"The soils and the vegetation hold [\d.,]+ \w+ \(between", text.replace("\xa0", " "))
    assert "Angoulins" in text
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_overflows(board: Page, visit: Callable[..., Page], width: int) -> None:
    page = visit(ADDRESS, width=width, height=844)
    page.wait_for_selector("#trajectory figure.chart svg")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    is_open = page.evaluate("document.querySelector('details[data-long]').open")
    assert is_open == (width > 640), "the long table is folded on a phone"


def test_the_page_is_light(board: Page, visit: Callable[..., Page]) -> None:
    page = visit(ADDRESS)
    page.wait_for_selector("#trajectory figure.chart svg")
    sizes = page.evaluate("""() => [
      ...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation'),
    ].map((entry) => entry.transferSize)""")
    assert len(sizes) < 40
    assert sum(sizes) < FIRST_LOAD_BYTES
