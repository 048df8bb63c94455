"""Charts: what they draw is what the numbers say, in colour as in grey, for eyes and for screen readers."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.component("browser")

CHART = """async ([module, name, data, width]) => {
  const found = (await import(`/static/js/planner/charts/${module}.js`))[name];
  const made = found(data, { width });
  document.querySelector("#chart")?.remove();
  const box = document.createElement("div");
  box.id = "chart";
  box.append(made.svg);
  document.querySelector("main").prepend(box);
  return { table: made.table, csv: made.csv, hidden: made.hidden };
}"""

WORDS = {"title": "Deux postes pèsent", "subtitle": "sur 50 ans", "caption": "Source : essai."}


@pytest.fixture(scope="module")
def page(site, chromium) -> Any:
    """A page of the site in French, where charts are drawn."""
    context = chromium.new_context(
        viewport={"width": 1000, "height": 800}, locale="fr-FR", accept_downloads=True
    )
    opened = context.new_page()
    opened.goto(f"{site}/processes/carbon-stock?f=html&lang=fr")
    yield opened
    context.close()


@pytest.fixture(scope="module")
def drawn(page: Page) -> Callable[..., dict[str, Any]]:
    """Draw a chart in the page; what it says of itself."""

    def draw(module: str, data: dict[str, Any], width: int = 640, name: str | None = None) -> dict[str, Any]:
        result: dict[str, Any] = page.evaluate(CHART, [module, name or module, data, width])
        return result

    return draw


def item(name: str, value: float | None, half: float = 0.0, kind: str = "emission") -> dict[str, Any]:
    """An item with a symmetric interval."""
    low, high = (None, None) if value is None else (value - half, value + half)
    return {
        "id": name,
        "title": name,
        "value": value,
        "low": low,
        "high": high,
        "unit": "tCO2e",
        "kind": kind,
    }


def test_bars_are_as_long_as_their_values(drawn, page):
    """100 is drawn twice as long as 50, and −50 as long as 50, on the other side of zero."""
    data = [item("petit", 50, 5), item("grand", 100, 10), item("capté", -50, 5, "removal")]
    drawn("items", {"items": data, "signed": True, **WORDS})
    bars = {
        row.get_attribute("data-item"): row.locator("rect").nth(1).bounding_box()
        for row in page.locator("#chart [data-item]").all()
    }
    assert next(iter(bars)) == "grand", "the largest first"
    assert bars["grand"]["width"] == pytest.approx(2 * bars["petit"]["width"], abs=2.5)
    assert bars["capté"]["width"] == pytest.approx(bars["petit"]["width"], abs=2.5)
    assert bars["capté"]["x"] + bars["capté"]["width"] == pytest.approx(bars["petit"]["x"], abs=2.5)


def test_kinds_are_told_apart_without_colour(drawn, page):
    data = [item("émis", 50, 5), item("capté", -40, 5, "removal"), item("évité", -30, 5, "avoided")]
    drawn("items", {"items": data, **WORDS})
    fills = {
        row.get_attribute("data-item"): row.locator("rect").nth(1)
        for row in page.locator("#chart [data-item]").all()
    }
    assert fills["émis"].get_attribute("fill") == "#9C3A0B"
    assert (fills["capté"].get_attribute("fill") or "").startswith("url(#"), "hatched"
    assert fills["évité"].get_attribute("fill") == "#FFFFFF"
    assert fills["évité"].get_attribute("stroke-dasharray")


def test_missing_item_is_in_the_table_only(drawn, page):
    made = drawn("items", {"items": [item("connu", 50, 5), item("inconnu", None)], **WORDS})
    assert page.locator("#chart [data-item]").count() == 1
    assert made["table"]["rows"][-1][:2] == ["inconnu", "non évalué"]


def test_smallest_items_are_put_together(drawn):
    """Ten items, eight shown: the two smallest make 1 + 2 = 3 tonnes."""
    data = [item(f"poste {n}", float(n), 0.2) for n in range(1, 11)]
    made = drawn("items", {"items": data, **WORDS})
    assert made["hidden"] == 2
    assert len(made["table"]["rows"]) == 10
    assert len(made["csv"]) == 11
    assert made["csv"][0] == ["item", "title", "value", "low", "high", "unit"]


def test_waterfall_adds_up(drawn, page):
    """0 + 100 − 30 = 70: the running total of the last item is the end."""
    data = {
        "start": {"title": "Sans le projet", "value": 0, "low": 0, "high": 0},
        "end": {"title": "Avec le projet", "value": 70, "low": 50, "high": 90},
        "items": [item("Construction", 100, 10), item("Arbres", -30, 10, "removal")],
        "unit": "tCO2e",
    }
    made = drawn("waterfall", data | WORDS)
    totals = [row[3] for row in made["csv"][1:]]
    assert totals == [0, 100, 70, 70]
    assert made["csv"][-1][4:6] == [50, 90], "the interval stands on the end"
    bars = page.locator("#chart rect[height='14']").all()
    first, second = (bar.bounding_box() for bar in bars[1:3])
    assert second["x"] + second["width"] == pytest.approx(first["x"] + first["width"], abs=1.5)


def test_timeline_sums_the_years(drawn, page):
    years = [
        {
            "year": n,
            "emitted": 10 if n == 1 else 1,
            "removed": -2,
            "sum": {"value": 10 - 2 + (n - 1) * -1, "low": None, "high": None},
        }
        for n in range(1, 51)
    ]
    made = drawn(
        "timeline",
        {
            "years": years,
            "unit": "tCO2e",
            "mark": {"year": 20, "text": "équilibre des sols, 20 ans"},
            **WORDS,
        },
    )
    assert len(made["table"]["rows"]) == 50
    assert made["csv"][-1][3] == -41
    assert page.locator("#chart text").filter(has_text="équilibre des sols").count() == 1


def test_doubt_fills_the_bar(drawn, page):
    """Seven sources: four shown and the others together; the segments fill the width."""
    shares = [
        {"id": f"s{n}", "title": f"source {n}", "share": share}
        for n, share in enumerate([0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02])
    ]
    drawn("doubt", {"shares": shares, **WORDS})
    segments = [bar.bounding_box()["width"] for bar in page.locator("#chart rect[height='24']").all()]
    assert len(segments) == 5
    assert sum(segments) == pytest.approx(638, abs=8)
    assert segments[0] == pytest.approx(0.4 * 638, abs=3)
    fills = {bar.get_attribute("fill") for bar in page.locator("#chart rect[height='24']").all()}
    assert len(fills) == 5, "each has its own pattern"


def test_dots_have_a_symbol_per_variant(drawn, page):
    amounts = [{"value": 10, "low": 8, "high": 12}, {"value": 6, "low": 5, "high": 7}]
    made = drawn(
        "dots",
        {
            "rows": [{"id": "total", "title": "Total", "amounts": amounts}],
            "variants": ["A", "B"],
            "unit": "tCO2e",
            **WORDS,
        },
    )
    marks = page.locator("#chart [data-item] text").all_text_contents()
    assert {"●", "▲"} <= set(marks)
    assert made["csv"][1][2:4] == ["A", 10]


def test_path_dashes_what_is_aimed_at(drawn, page):
    points = [
        {"year": year, "value": 250_000 - 5_000 * (year - 2019), "low": None, "high": None}
        for year in range(2019, 2041)
    ]
    series = [
        {"id": "territoire", "title": "Observé", "isTarget": False, "points": points[:6]},
        {"id": "target", "title": "Objectif", "isTarget": True, "points": points},
    ]
    drawn("timeline", {"series": series, "unit": "tCO2e/yr", **WORDS}, name="path")
    dashes = [line.get_attribute("stroke-dasharray") for line in page.locator("#chart polyline").all()]
    assert dashes[0] is None
    assert dashes[1]


@pytest.mark.parametrize("width", [340, 640, 860])
def test_text_stays_inside_at_every_width(drawn, page, width):
    data = [
        item("Sols artificiels enherbés ou arbustifs, gains étalés sur des années", 5_100, 900),
        item("Déplacements des habitants", 4_000, 2_000),
    ]
    drawn("items", {"items": data, "signed": True, **WORDS}, width)
    frame = page.locator("#chart svg").bounding_box()
    for text in page.locator("#chart text").all():
        box = text.bounding_box()
        assert box["x"] >= frame["x"] - 1
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_chart_is_taken_away_as_picture_and_numbers(page):
    """The picture is a PNG of 1,008 by two dots a pixel; the numbers are plain: a dot, no grouping."""
    found = page.evaluate(
        """async (data) => {
          const { picture, csvText } = await import("/static/js/planner/charts/frame.js");
          const { items } = await import("/static/js/planner/charts/items.js");
          const blob = await picture(items, data);
          const bitmap = await createImageBitmap(blob);
          return [blob.type, bitmap.width, csvText(items(data).csv)];
        }""",
        {"items": [item("Voirie, parkings", 1234.5, 100)], **WORDS},
    )
    assert found[:2] == ["image/png", 2016]
    assert found[2].splitlines()[1] == '"Voirie, parkings","Voirie, parkings",1234.5,1134.5,1334.5,tCO2e'


def test_figure_has_a_table_for_those_who_do_not_see_it(page):
    page.evaluate(
        """async (data) => {
          const { frame } = await import("/static/js/planner/charts/frame.js");
          const { items } = await import("/static/js/planner/charts/items.js");
          document.querySelector("#chart")?.remove();
          const box = document.createElement("div");
          box.id = "chart";
          box.append(frame(items, data));
          document.querySelector("main").prepend(box);
        }""",
        {"items": [item("Voirie", 100, 10)], **WORDS},
    )
    drawing = page.locator("#chart svg[role=img]")
    drawing.wait_for()
    table = page.locator(f"#{drawing.get_attribute('aria-describedby')}")
    assert not table.is_visible()
    page.locator("#chart").get_by_role("button", name="Tableau").click()
    assert table.is_visible()
    assert table.locator("caption").count() == 1
    assert table.locator("th[scope=row]").inner_text() == "Voirie"
