"""An answer as people read it: numbers, sentence, figures, verdict, what is left out, what can be kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.component("browser")

VECTORS = json.loads((Path(__file__).parents[2] / "numbers.json").read_text(encoding="utf-8"))

PROCESSES = (
    "carbon-stock",
    "carbon-flux",
    "sequestration-potential",
    "project-impact",
    "compare-scenarios",
    "carbon-balance",
    "building-emissions",
    "emissions-inventory",
    "parking-potential",
    "solar-potential",
    "mobility-footprint",
    "material-exchange",
    "territory-trajectory",
)
PATIENCE_MS = 60_000
"""A receipt is computed by a worker that may have to start."""

OUTLINE = {
    "type": "Polygon",
    "coordinates": [[[-1.15, 46.14], [-1.14, 46.14], [-1.14, 46.15], [-1.15, 46.15], [-1.15, 46.14]]],
}

NUMBERS = """async (vectors) => {
  const m = await import("/static/js/planner/numbers.js");
  return {
    numbers: vectors.numbers.map((each) => [m.number(each, { signed: each.signed }), m.bounds(each)]),
    probabilities: vectors.probabilities.map(
      (each) => m.probability(each.probability, each.statement, each.opposite),
    ),
    shares: vectors.shares.map((each) => m.percent(each.share)),
    units: vectors.units.map((each) => m.unitName(each.unit)),
  };
}"""

RENDER = """async ([id, inputs, change]) => {
  const described = await (await fetch(`/processes/${id}?f=json`)).json();
  const request = { inputs: inputs ?? described.example.inputs };
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const asked = { method: "POST", headers, body: JSON.stringify(request) };
  const envelope = await (await fetch(`/processes/${id}/execution`, asked)).json();
  Object.assign(envelope, change ?? {});
  const box = document.createElement("section");
  box.id = "answer";
  document.querySelector("#answer")?.remove();
  document.querySelector("main").prepend(box);
  window.located = [];
  window.fields = [];
  const { renderResult } = await import("/static/js/planner/result/index.js");
  await renderResult(box, envelope, {
    processId: id,
    request,
    onField: (path) => window.fields.push(path),
    onLocate: (what) => window.located.push(what),
  });
  return envelope;
}"""


@pytest.fixture
def plain(visit: Callable[..., Page]) -> Page:
    """The page of a process, which holds the words of the results."""
    return visit("/processes/carbon-stock?f=html&lang=fr")


def show(page: Page, process: str, inputs: Any = None, change: Any = None) -> dict[str, Any]:
    """Run a process on the server and show its answer; the answer."""
    envelope: dict[str, Any] = page.evaluate(RENDER, [process, inputs, change])
    expect(page.locator("#answer .result-sentence")).to_be_visible()
    return envelope


def token_of(envelope: dict[str, Any]) -> str:
    """The part of the receipt's link that names the computation."""
    return str(envelope["receipt"]["replay"].rpartition("/receipts/")[2])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_numbers_are_those_of_the_reports(visit, language):
    page = visit(f"/processes/carbon-stock?f=html&lang={language}")
    cases = {
        name: [each for each in VECTORS[name] if each["language"] == language]
        for name in ("numbers", "probabilities", "shares", "units")
    }
    written = page.evaluate(NUMBERS, cases)
    assert written["numbers"] == [[each["number"], each["bounds"]] for each in cases["numbers"]]
    for name in ("probabilities", "shares", "units"):
        assert [_spaced(text) for text in written[name]] == [_spaced(each["said"]) for each in cases[name]]


def _spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_is_told(plain, process):
    """Sentence, three figures with their interval and unit, verdict, charts with a name and a table."""
    inputs = {"geometry": OUTLINE} if process in {"carbon-balance", "emissions-inventory"} else None
    envelope = show(plain, process, inputs)
    answer = plain.locator("#answer")
    text = answer.inner_text()
    for broken in ("undefined", "NaN", "[object", "null", "{figure}", "spoken.", "cut.", "tab.", "scope."):
        assert broken not in text
    assert answer.locator(".result-figure").count() == min(3, len(envelope["indicators"]))
    assert answer.locator(".verdict-word").inner_text()[0] in "●◆▲"
    total = next(each for each in envelope["indicators"] if each["id"] == "total")
    if total["low"] is not None:
        assert "entre" in answer.locator(".result-sentence").inner_text()
    for drawing in answer.locator(".chart-drawing svg").all():
        assert drawing.get_attribute("role") == "img"
        assert len(drawing.get_attribute("aria-label") or "") > 10
    assert answer.get_by_text("Reçu", exact=False).count() >= 1


def test_project_says_sum_once_and_each_year(plain):
    envelope = show(plain, "project-impact")
    names = plain.locator("#answer .figure-name").all_inner_texts()
    assert names == ["En tout, sur 50 ans", "Dès la première année", "Puis chaque année"]
    values = plain.locator("#answer .figure-value strong").all_inner_texts()
    assert all(value.startswith("+") for value in values), "an effect is told with its sign"
    assert envelope["indicators"][0]["value"] > 0
    tabs = plain.locator("#answer [role=tab]").all_inner_texts()
    assert tabs == ["Par poste", "Avant → après", "Dans le temps", "Tableau"]
    assert "de la baisse annuelle attendue du territoire" in plain.locator(".result-marks").inner_text()


def test_tabs_answer_to_the_keyboard(plain):
    show(plain, "project-impact")
    plain.locator("#answer [role=tab]").first.focus()
    plain.keyboard.press("ArrowRight")
    expect(plain.locator("#answer [role=tab]").nth(1)).to_be_focused()
    expect(plain.locator("#answer [role=tabpanel]").nth(1)).to_be_visible()
    expect(plain.locator("#answer [role=tabpanel]").first).to_be_hidden()
    plain.keyboard.press("End")
    expect(plain.locator("#answer [role=tabpanel]").nth(3).locator("table").first).to_be_visible()


def test_unfit_place_has_no_central_value(plain):
    """At this scale only the interval is told, in the sentence, the figures, the bars and the tables."""
    unfit = {"fitness": {"verdict": "unfit", "title": {"fr": "x", "en": "x"}, "reasons": []}}
    envelope = show(plain, "carbon-stock", {"geometry": OUTLINE}, unfit)
    answer = plain.locator("#answer")
    assert answer.locator(".verdict-word").inner_text().startswith("▲ Échelle inadaptée")
    first = answer.locator(".result-figure").first
    assert first.locator(".figure-value strong").inner_text().startswith("[")
    assert first.locator("circle").count() == 0
    said = plain.evaluate(
        """async (total) => (await import("/static/js/planner/numbers.js")).number(total)""",
        envelope["indicators"][0],
    )
    assert said not in answer.locator(".result-sentence").inner_text()
    assert answer.locator(".chart-drawing rect[fill='#A8713A']").count() == 0


def test_missing_is_written_never_drawn(plain):
    envelope = show(plain, "sequestration-potential")
    lacking = [row["title"]["fr"] for row in envelope["breakdown"] if row["value"] is None]
    assert lacking, "the example restores a marsh, whose works are not evaluated"
    counted = plain.locator("#answer details").filter(has_text="Ce qui n’est pas compté").first
    counted.locator("summary").click()
    for title in lacking:
        assert title.split(" : ")[-1].replace("N2O", "N₂O") in _spaced(counted.inner_text())
    drawn = plain.locator("#answer .chart-drawing text").all_text_contents()
    assert not any(text in lacking for text in drawn)


def test_each_factor_leads_to_its_page_and_its_source(plain):
    envelope = show(plain, "project-impact")
    part = plain.locator("#answer details").filter(has_text="Sources et facteurs").first
    part.locator("summary").click()
    factor = envelope["factors"][0]
    page_link = part.get_by_role("link", name=factor["id"], exact=True)
    assert f"/collections/factors/items/{factor['id']}" in (page_link.get_attribute("href") or "")
    assert part.locator(f'a[href="{factor["link"]}"]').count() >= 1
    unchecked = sum(not each["checked"] for each in envelope["factors"])
    assert f"dont {unchecked} à vérifier" in part.locator("summary").inner_text()


def test_doubt_leads_to_a_field(plain):
    """The form asks for the length of a trip, which stands by default: a quarter of the doubt."""
    show(plain, "project-impact")
    way = plain.locator("#answer .doubt-way")
    expect(way).to_contain_text("Pour réduire le doute, précisez")
    way.get_by_role("button").click()
    assert plain.evaluate("window.fields")[0].split(".")[0] == "mobility"


def test_several_places_are_rows_linked_to_the_map(plain):
    features = [
        {"type": "Feature", "properties": {"after": "building"}, "geometry": OUTLINE},
        {
            "type": "Feature",
            "properties": {"after": "artificial_trees"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[-1.13, 46.14], [-1.128, 46.14], [-1.128, 46.142], [-1.13, 46.142], [-1.13, 46.14]]
                ],
            },
        },
    ]
    show(plain, "project-impact", {"geometry": {"type": "FeatureCollection", "features": features}})
    rows = plain.locator("#answer tr[data-item]").filter(has=plain.get_by_role("button"))
    assert rows.count() == 2
    rows.nth(1).get_by_role("button").click()
    assert "1" in plain.evaluate("window.located")


@pytest.mark.parametrize(
    ("label", "extension", "start"),
    [("CSV", "csv", b"\xef\xbb\xbf"), ("GeoPackage", "gpkg", b"SQLite format 3")],
)
def test_result_is_taken_away_as_a_file(plain, label, extension, start):
    show(plain, "carbon-stock", {"geometry": OUTLINE})
    menu = plain.locator("#answer details.files")
    menu.locator("summary").click()
    with plain.expect_download() as waiting:
        menu.get_by_role("button", name=label).click()
    path = waiting.value.path()
    assert waiting.value.suggested_filename.endswith(f".{extension}")
    content = path.read_bytes()
    assert content.startswith(start) or (extension == "csv" and b"," in content[:200])
    expect(plain.locator("#answer .keep-told")).to_contain_text("Fichier prêt")


def test_receipt_page_shows_the_same_result(plain, visit):
    envelope = show(plain, "carbon-stock", {"geometry": OUTLINE})
    said = plain.locator("#answer .result-sentence").inner_text()
    page = visit(f"/receipts/{token_of(envelope)}?f=html&lang=fr")
    assert page.locator("[data-result] .result-sentence").inner_text(timeout=PATIENCE_MS) == said
    assert page.get_by_text("Nothing changed").count() == 0, "the page is in French"


def test_figures_and_verdict_are_above_the_fold(visit, plain):
    """On a small laptop, 1280 by 720, nobody scrolls to know how much and how far to trust it."""
    envelope = show(plain, "project-impact")
    page = visit(f"/?lang=fr#recu={token_of(envelope)}")
    page.locator(".result-figure").nth(2).wait_for(timeout=PATIENCE_MS)
    page.locator("#result .note").first.evaluate("(note) => note.remove()")
    for mark in (page.locator(".result-figure").nth(2), page.locator(".verdict-word")):
        box = mark.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720


def test_english_is_complete(visit):
    page = visit("/processes/carbon-stock?f=html&lang=en")
    show(page, "project-impact")
    text = page.locator("#answer").inner_text()
    assert "Over 50 years, this project would add about 14,000" in _spaced(text)
    assert "entre" not in page.locator("#answer .result-sentence").inner_text()
