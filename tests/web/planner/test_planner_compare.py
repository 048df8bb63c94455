"""Step 4: variants side by side, one comparison for all of them, and the path avoid, reduce, offset."""

import copy
import json
import re

import pytest
from web.planner.waiting import wait_for

pytestmark = pytest.mark.component("browser")

KEY = "estran.planner"
HERE = "/?f=html&lang=fr#etape=comparer&question=project-impact"
FIELD = [[-1.13, 46.14], [-1.127, 46.14], [-1.127, 46.142], [-1.13, 46.142], [-1.13, 46.14]]
MARSH_NORTH = [[-1.1315, 46.148], [-1.128, 46.148], [-1.128, 46.1505], [-1.1315, 46.1505], [-1.1315, 46.148]]
MARSH_SOUTH = [[-1.1315, 46.1465], [-1.128, 46.1465], [-1.128, 46.148], [-1.1315, 46.148], [-1.1315, 46.1465]]
INPUTS = {
    "method": "analytic",
    "programme": [{"use": "collective_housing", "floor_area_m2_sref": 7800, "structure": "concrete"}],
    "parking": [{"spaces": 100}],
    "inhabitants": 200,
    "mobility": {"modal_shares": {"car": 0.6, "bus": 0.2, "bicycle": 0.2}},
}


AREAS = """async (variants) => {
  const { areaHa } = await import('/static/js/planner/geo.js');
  return variants.map(({ place }) => place.features.reduce((sum, { geometry }) => sum + areaHa(geometry), 0));
}"""


def part(ring, **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def variant(rank, name, features=None, **inputs):
    return {
        "id": f"v{rank}",
        "name": name,
        "place": {"features": features or [part(FIELD, name="Champ", after="building")]},
        "inputs": {"project-impact": {**copy.deepcopy(INPUTS), **inputs}},
    }


def project(*variants):
    return {
        "version": 1,
        "name": "Essai",
        "question": "project-impact",
        "variants": list(variants),
        "current": 0,
    }


def opened(visit, *variants, **size):
    """The page of the comparison of a project kept by a former visit."""
    page = visit("/?f=html&lang=fr#etape=aide", **size)
    page.wait_for_selector("html[data-ready]")
    text = json.dumps({"saved": "", "tab": "x", "project": project(*variants)})
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.post_data_json) if asks(request) else None)
    page.goto(page.url.split("/?")[0] + HERE)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector(".compare-doors button")
    return page


def asks(request):
    return request.method == "POST" and request.url.endswith("/processes/compare-scenarios/execution")


def kept(page):
    page.evaluate("import('/static/js/planner/state.js').then((state) => state.save())")
    return json.loads(page.evaluate(f"localStorage['{KEY}']"))["project"]


def cells(page, row):
    return [
        text.replace("\u202f", " ").replace("\u00a0", " ")
        for text in page.locator(f".variants tr:has(> th:text-matches('^{row}')) > td").all_inner_texts()
    ]


WITHOUT_CAR = {"modal_shares": {"car": 0.0, "bus": 0.4, "bicycle": 0.6}}


def test_variants_are_compared_by_one_request(visit):
    page = opened(
        visit,
        variant(1, "Initial"),
        variant(2, "Sans voiture", mobility=WITHOUT_CAR, parking=[{"spaces": 10}]),
    )
    page.wait_for_selector(".compare-items svg")
    whole = [request for request in page.asked if request["inputs"]["variants"][0]["name"] == "Initial"]
    assert [[each["name"] for each in request["inputs"]["variants"]] for request in whole] == [
        ["Initial", "Sans voiture"]
    ]
    assert "geometry" not in whole[0]["inputs"]["variants"][1], "a place that is the same is sent once"
    first, second = cells(page, "Total")
    assert re.fullmatch(r"\+[\d ]+ k?tCO₂e \[[\d ]+–[\d ]+\]", first.replace("\n", " "))
    assert second.startswith("+")
    reference, gap = cells(page, "Écart avec A")
    assert reference == "référence"
    assert gap.startswith("−")
    site = page.url.split("/?")[0]
    answer = page.request.post(f"{site}/processes/compare-scenarios/execution", data=whole[0]).json()
    chance = next(each["value"] for each in answer["indicators"] if each["id"] == "probability_lower_b")
    assert 0.95 <= chance <= 0.99
    said = f"elle émet moins : quasi certain ({100 * chance:.0f} chances sur 100)"
    assert cells(page, "Moins que A")[1] == said
    assert (
        page.inner_text(".compare-sentence")
        .replace("\u00a0", " ")
        .startswith("« Sans voiture » émettrait environ")
    )
    changes = cells(page, "Changements")[1]
    assert "100 places" in changes
    assert page.locator(".changes mark", has_text="10 places").count() == 1
    assert page.locator(".changes mark", has_text="0 %").count() >= 1


def test_same_inputs_are_told_apart_by_nothing(visit):
    page = opened(visit, variant(1, "Un"), variant(2, "Deux"))
    page.wait_for_selector(".compare-result p")
    assert "émettent autant" in page.inner_text(".compare-sentence")
    assert cells(page, "Changements")[1] == "aucun : même lieu et mêmes saisies que Un"


def test_doing_nothing_becomes_the_reference_and_can_be_undone(visit):
    page = opened(visit, variant(1, "Initial"))
    assert "il faut deux variantes" in page.inner_text(".compare-told")
    page.click("[data-key=nothing]")
    page.wait_for_selector(".compare-items svg")
    assert cells(page, "Total")[0].startswith("0 tCO₂e")
    assert [each["name"] for each in kept(page)["variants"]] == ["Sans projet", "Initial"]
    firsts = [request["inputs"]["variants"][0] for request in page.asked]
    assert {"name": "Sans projet", "mobility": {"trips_per_day": 0}} in firsts
    assert page.locator("[data-key=nothing]").count() == 0
    page.click("[data-undo]")
    page.wait_for_selector("[data-key=nothing]")
    assert [each["name"] for each in kept(page)["variants"]] == ["Initial"]


def test_elsewhere_asks_for_a_place(visit):
    page = opened(visit, variant(1, "Initial"))
    page.click("[data-key=elsewhere]")
    wait_for(page, "document.body.dataset.step === 'lieu'")
    page.go_back()
    page.wait_for_selector(".compare-told .note >> text=n’a pas encore de lieu")
    assert not page.asked or all(request["inputs"]["variants"][0]["name"] == "base" for request in page.asked)


def test_variants_are_renamed_moved_and_deleted_by_keyboard(visit):
    page = opened(visit, variant(1, "Un"), variant(2, "Deux", parking=[{"spaces": 10}]))
    page.locator("[data-key=name-v2]").fill("Peu de places")
    page.keyboard.press("Enter")
    wait_for(page, "document.querySelector('[data-key=name-v2]').title === 'Peu de places'")
    page.focus("[data-key=left-v2]")
    page.keyboard.press("Enter")
    wait_for(page, "document.querySelector('.variant-name').value === 'Peu de places'")
    assert [each["id"] for each in kept(page)["variants"]] == ["v2", "v1"]
    page.focus("[data-key=drop-v1]")
    page.keyboard.press("Enter")
    wait_for(page, "document.querySelectorAll('.variant-name').length === 1")


def test_wetlands_are_avoided_by_an_outline_drawn_anew(visit):
    parts = [
        part(MARSH_NORTH, name="Nord", after="building"),
        part(MARSH_SOUTH, name="Sud", after="building"),
    ]
    page = opened(visit, variant(1, "Initial", parts))
    page.click("[data-key=row-wetlands]")
    page.wait_for_selector(".compare-map button")
    made = kept(page)["variants"][1]
    assert made["measure"] == {"kind": "avoid", "title": "Éviter les zones humides", "base": "v1"}
    before, after = page.evaluate(AREAS, kept(page)["variants"])
    told = page.inner_text(".lever:has([data-key=row-wetlands]) .small")
    left = float(re.match(r"([\d,]+)", told)[1].replace(",", "."))
    assert before - after == pytest.approx(left, abs=0.06), (
        "what is left out is what the ledger calls wetland"
    )
    page.click(".compare-map button")
    page.wait_for_selector(".difference-map table")
    assert "hors du contour" in page.inner_text(".difference-map table")


def test_levers_become_variants_and_a_text_of_the_report(visit):
    page = opened(visit, variant(1, "Initial"))
    page.wait_for_selector(".three-levers li")
    assert "Structure : bois" in page.inner_text(".stage-reduce").replace("\u00a0", " ")
    assert page.locator(".stage").evaluate_all(
        "(all) => all.map((each) => each.querySelector('h4').innerText.trim())"
    ) == ["1 Éviter", "2 Réduire", "3 Compenser"]
    page.fill("#lever-spaces", "50")
    page.keyboard.press("Tab")
    page.click("[data-key=row-spaces]")
    page.wait_for_selector(".compare-items svg")
    assert kept(page)["variants"][1]["inputs"]["project-impact"]["parking"] == [{"spaces": 50}]
    wait_for(page, "document.querySelector('#erc-story').value.includes('Réduire')")
    page.click("[data-put]")
    report = kept(page)["report"]
    assert "variante B « Moins de places de stationnement »" in report["texts"]["solutions_examined"].replace(
        "\u00a0", " "
    )
    assert report["measures"][0]["kind"] == "reduce"
    assert re.match(r"−\d+", report["measures"][0]["effect"])


def test_phone_shows_one_card_for_each_variant(visit):
    page = opened(
        visit, variant(1, "Un"), variant(2, "Deux", parking=[{"spaces": 10}]), width=390, height=844
    )
    page.wait_for_selector(".compare-items svg")
    assert page.locator(".variant-card").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
