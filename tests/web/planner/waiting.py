"""Waiting for something that only a script of the page can tell."""

import pytest
from playwright.sync_api import Page

STEP_MS = 50
STEPS = 300


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression is true; asked from outside, since the page's own policy forbids `eval`."""
    for _ in range(STEPS):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(STEP_MS)
    pytest.fail(f"never true: {condition}")
