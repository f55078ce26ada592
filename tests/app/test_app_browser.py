"""The page in a real browser: sizes, themes, languages, links, keyboard, and a warehouse that changes under
it.

SCREENSHOT_DIR keeps the pictures. SERVICE_CONTROL_TEST_WAREHOUSE (a folder a real build published to) adds
the same checks on real marts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import screenshots
import serving
from conftest import served
from playwright.sync_api import Browser, Page, expect

PUBLISHED = os.environ.get("SERVICE_CONTROL_TEST_WAREHOUSE")
BACKGROUNDS = {"light": "rgb(245, 243, 238)", "dark": "rgb(19, 21, 27)"}


# Playwright's loop must not outlive this module: other tests of the session start loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with screenshots.chromium() as opened:
        yield opened


@pytest.fixture(scope="module", params=["planted", *(["published"] if PUBLISHED else [])])
def address(request, planted) -> Iterator[str]:
    with served(planted if request.param == "planted" else Path(PUBLISHED)) as url:
        yield url


@pytest.fixture(scope="module")
def changing(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """Address and folder of an app whose warehouse the test fills and changes."""
    folder = tmp_path_factory.mktemp("changing")
    with served(folder) as url:
        yield url, folder


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOT_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def assert_sound(page: Page, size: str) -> None:
    """No exception, sixteen visible cards, nothing cut off or beside the screen."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(16)
    for card in page.locator(".card").all():
        expect(card).to_be_visible()
    width = screenshots.SIZES[size]["width"]
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


@pytest.mark.parametrize(
    ("size", "theme", "language"), list(product(screenshots.SIZES, screenshots.THEMES, screenshots.LOCALES))
)
def test_page_in_every_size_theme_and_language(browser, address, size, theme, language):
    context = browser.new_context(
        viewport=screenshots.SIZES[size], color_scheme=theme, locale=screenshots.LOCALES[language]
    )
    page = context.new_page()
    hosts, errors = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    screenshots.settle(page)
    assert_sound(page, size)
    assert page.locator(".board").get_attribute("lang") == language
    background = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert background == BACKGROUNDS[theme]
    if size == "desk":
        assert_first_screen(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 900
    assert hosts - {None} == {"localhost"}
    assert errors == []
    picture(page, f"service_control_{size}_{theme}_{language}")
    context.close()


def test_nothing_of_streamlit_itself_is_in_sight(browser, address):
    page = screenshots.open_page(browser, address)
    for part in ("stToolbar", "stHeader", "stAppDeployButton", "stMainMenu", "stSidebar"):
        for found in page.get_by_test_id(part).all():
            expect(found).to_be_hidden()
    page.context.close()


def test_view_survives_reload_and_sharing(browser, address):
    page = screenshots.open_page(browser, address)
    page.get_by_role("radio", name="EN").click()
    expect(page.locator(".board")).to_have_attribute("lang", "en")
    page.get_by_role("combobox", name="View by").click()
    page.get_by_role("option", name="Team", exact=True).click()
    expect(page.locator(".head")).to_contain_text("team")
    page.get_by_role("combobox", name="Period").click()
    page.get_by_role("option", name="Quarterly").click()
    expect(page.locator(".head")).to_contain_text("Q")
    screenshots.settle(page)
    for part in ("lang=en", "view=team", "of=", "per=quarter"):
        assert part in page.url
    head, cards, url = page.locator(".head").inner_text(), page.locator(".board").inner_text(), page.url
    page.reload()
    screenshots.settle(page)
    assert page.url == url
    assert (page.locator(".head").inner_text(), page.locator(".board").inner_text()) == (head, cards)
    other = screenshots.open_page(browser, url, language="nl")
    assert (other.locator(".head").inner_text(), other.locator(".board").inner_text()) == (head, cards)
    assert_sound(page, "desk")
    page.context.close()
    other.context.close()


def test_definition_appears_on_keyboard_focus(browser, address):
    page = screenshots.open_page(browser, address)
    card = page.locator(".card").first
    expect(card.locator(".bubble")).to_be_hidden()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('tip')"):
            break
    expect(card.locator(".bubble")).to_be_visible()
    picture(page, "definition")
    page.context.close()


def test_details_open_by_keyboard(browser, address):
    page = screenshots.open_page(browser, address)
    page.locator(".st-key-details summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".table").first).to_be_visible()
    assert_sound(page, "desk")
    picture(page, "details")
    page.context.close()


def test_hidden_team_on_a_phone(browser, planted):
    with served(planted) as url:
        page = screenshots.open_page(browser, f"{url}?view=team&of=T10", size="phone", theme="dark")
        assert_sound(page, "phone")
        assert page.locator(".card.blank").count() == 15
        picture(page, "hidden_phone")
        page.context.close()


def test_open_page_follows_the_warehouse(browser, changing):
    url, folder = changing
    page = screenshots.open_page(browser, url, language="en")
    expect(page.locator(".full")).to_contain_text("No figures have been published yet")
    picture(page, "nothing_published")
    serving.write_status(folder, state="running", step="dbt build", step_number=2, step_count=6)
    expect(page.locator(".full")).to_contain_text("step 2 of 6", timeout=20_000)
    serving.build_serving(folder)
    serving.write_status(folder, state="succeeded")
    expect(page.locator(".card")).to_have_count(16, timeout=20_000)
    expect(page.locator(".full")).to_have_count(0)
    serving.build_serving(folder, "20260702T041200Z")
    expect(page.locator(".strip")).to_contain_text("2\u00a0July 2026", timeout=20_000)
    serving.write_status(folder, state="running", step="dbt build", step_number=2, step_count=6)
    expect(page.locator(".note")).to_contain_text("step 2 of 6", timeout=20_000)
    picture(page, "build_running")
    reason = "assert_rows_reconcile: 3 rows of answers are neither accepted, duplicate nor rejected. " * 4
    serving.write_status(folder, state="failed", message=reason, failures=["a", "b", "c", "d"])
    expect(page.locator(".banner")).to_contain_text("You see the figures of 2\u00a0July 2026", timeout=20_000)
    screenshots.settle(page)
    assert_sound(page, "desk")
    assert_first_screen(page)
    picture(page, "build_failed")
    page.context.close()
