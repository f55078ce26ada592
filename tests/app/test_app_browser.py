"""The page in a real browser: sizes, themes, languages, links and keyboard.

Each check runs on the planted snapshot and on what a real build of the simulated organisation published.
SERVICE_CONTROL_TEST_WAREHOUSE names another published warehouse to look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import screenshots
from playwright.sync_api import expect

from tests.app.looking import assert_first_screen, assert_sound, picture
from tests.app.running import served

BACKGROUNDS = {"light": "rgb(245, 243, 238)", "dark": "rgb(19, 21, 27)"}


@pytest.fixture(scope="module", params=["planted", "published"])
def address(request, planted) -> Iterator[str]:
    folder = planted
    if request.param == "published":
        named = os.environ.get("SERVICE_CONTROL_TEST_WAREHOUSE")
        folder = Path(named) if named else request.getfixturevalue("demo").root / "warehouse"
    with served(folder) as url:
        yield url


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
    assert_sound(page)
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
    assert_sound(page)
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
    page.wait_for_timeout(400)  # it fades in
    picture(page, "definition")
    page.context.close()


def test_details_open_by_keyboard(browser, address):
    page = screenshots.open_page(browser, address)
    page.locator(".st-key-details summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".table").first).to_be_visible()
    assert_sound(page)
    picture(page, "details")
    page.context.close()
