"""What a sound page is, for the browser tests; SCREENSHOT_DIR keeps the pictures."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOT_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def assert_sound(page: Page) -> None:
    """No exception, sixteen visible cards, nothing cut off or beside the screen."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(16)
    for card in page.locator(".card").all():
        expect(card).to_be_visible()
    width = page.viewport_size["width"]
    assert page.evaluate("Math.max(...[...document.querySelectorAll('html, body, [data-testid=stMain]')]"
                         ".map(e => e.scrollWidth))") <= width  # fmt: skip
    cut = page.evaluate(
        "[...document.querySelectorAll('.figure, .facts, .change, .name, .notes, .story, .strip')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML)"
    )
    assert cut == []


def assert_first_screen(page: Page) -> None:
    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.card')].map(e => e.getBoundingClientRect().bottom))"
    )
    assert bottom <= 900
