"""The planner in a real browser, on the real server with the demonstration data."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from server.running import free_port
from territories import LA_ROCHELLE, built

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--enable-unsafe-swiftshader"]
PATIENCE_MS = 30_000
START_S = 120
WITHOUT_MAP = """HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext, {
  apply: (target, canvas, given) => (/webgl/.test(given[0]) ? null : Reflect.apply(target, canvas, given)),
});"""
"""A browser that cannot draw maps: the page has a way for it, and most of what is tested needs no map."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Address of the server."""
    port = free_port()
    command = [sys.executable, "-m", "estran.cli", "serve", "--config", str(built(LA_ROCHELLE))]
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/?f=json", timeout=5).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server did not start")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all the tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(site: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor, with its map when `drawn`; an error of a script fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str, *, width: int = 1280, height: int = 720, lang: str = "fr-FR", drawn: bool = False
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale=lang)
        if not drawn:
            context.add_init_script(WITHOUT_MAP)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
