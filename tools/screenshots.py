"""Draw the pictures of docs/planner.md from a running server: `python tools/screenshots.py http://127.0.0.1:5000`.

Each is a screen that people meet, in French, as Debian's Chromium draws it; a picture is kept in
256 colours, which is enough for a page and three times lighter.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--enable-unsafe-swiftshader"]
LAPTOP = (1440, 900)
PHONE = (390, 844)
SETTLE_MS = 4_000
PATIENCE_MS = 60_000


def main(address: str) -> None:
    """Walk the page as a person would, and keep what is seen at each step."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, height in (LAPTOP, PHONE):
            page = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR")
            page.set_default_timeout(PATIENCE_MS)
            suffix = "" if (width, height) == LAPTOP else "-phone"
            page.goto(f"{address}/?f=html&lang=fr")
            page.wait_for_selector("html[data-ready]")
            keep(page, f"planner-start{suffix}")
            page.click("[data-example]")
            page.locator(".result-figure").nth(2).wait_for()
            keep(page, f"planner-result{suffix}")
            if suffix:
                continue
            go(page, "projet", ".form-section")
            keep(page, "planner-project")
            go(page, "comparer", ".three-levers li")
            page.locator("[data-key^=row-]").nth(0).click()
            page.locator("[data-key^=row-]").nth(2).click()
            page.wait_for_selector(".compare-items svg")
            page.evaluate("document.querySelector('.sheet:not([hidden])').scrollTo(0, 0)")
            keep(page, "planner-compare")
            page.goto(f"{address}/dashboard?lang=fr")
            keep(page, "dashboard")
        browser.close()


def go(page: Page, step: str, sign: str) -> None:
    """Go to a step and wait for what shows that it is there."""
    page.evaluate(f"location.hash = 'etape={step}&question=project-impact'")
    page.wait_for_selector(f"[data-panel={step}] {sign}")


def keep(page: Page, name: str) -> None:
    """Write what is seen as a PNG."""
    page.wait_for_timeout(SETTLE_MS)
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(256).save(OUT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
