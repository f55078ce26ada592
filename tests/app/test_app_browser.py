"""The pages in a real browser: sizes, themes, languages, links and keyboard.

The checks run on what a real build of the simulated organisation published.
SERVICE_CONTROL_TEST_WAREHOUSE names another published warehouse to look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import choices
import pytest
import screenshots
from playwright.sync_api import Page, expect

from tests.app.looking import (
    address_of,
    assert_accessible,
    assert_dutch,
    assert_first_screen,
    assert_sixteen,
    assert_sound,
    picture,
)
from tests.app.running import served

BACKGROUNDS = {"light": "rgb(245, 243, 238)", "dark": "rgb(19, 21, 27)"}


@pytest.fixture(scope="module")
def address(request) -> Iterator[str]:
    named = os.environ.get("SERVICE_CONTROL_TEST_WAREHOUSE")
    folder = Path(named) if named else request.getfixturevalue("demo").root / "warehouse"
    with served(folder) as url:
        yield url


@pytest.mark.parametrize(("size", "theme"), list(product(screenshots.SIZES, screenshots.THEMES)))
def test_every_page_in_every_size_theme_and_language(browser, address, size, theme):
    context = browser.new_context(viewport=screenshots.SIZES[size], color_scheme=theme, locale="nl-NL")
    page = context.new_page()
    hosts, errors = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    screenshots.settle(page)
    background = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert background == BACKGROUNDS[theme]
    assert_sixteen(page)
    if size == "desk":
        assert_first_screen(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 900
    for language in screenshots.LOCALES:
        speak(page, language)
        for name in choices.PAGES:
            screenshots.turn_to(page, name, language)
            assert_sound(page)
            expect(page.locator(".head")).to_have_attribute("lang", language)
            if (size, theme, language) in LOOKED_AT_BY_AXE:
                assert_accessible(page, f"{name} {size} {theme}")
                if language == "nl":
                    assert_all_dutch(page)
            picture(page, f"{name}_{size}_{theme}_{language}")
    assert hosts - {None} == {"localhost"}
    assert errors == []
    context.close()


# Both sizes, both themes and both languages, without looking at everything eight times.
LOOKED_AT_BY_AXE = {("desk", "light", "nl"), ("phone", "dark", "en")}


def assert_all_dutch(page: Page) -> None:
    """The page, and what its tabs hold."""
    assert_dutch(page)
    for tab in page.get_by_role("tab").all()[1:]:
        tab.click()
        screenshots.settle(page)
        assert_dutch(page)


def speak(page: Page, language: str) -> None:
    page.get_by_role("radio", name=language.upper()).click()
    expect(page.locator(".head")).to_have_attribute("lang", language)
    screenshots.settle(page)


def test_cards_in_every_state_fit_the_first_screen(browser, planted):
    with served(planted) as url:
        page = screenshots.open_page(browser, url)
        assert_sound(page)
        assert_sixteen(page)
        assert_first_screen(page)
        page.context.close()


def test_nothing_of_streamlit_itself_is_in_sight(browser, address):
    page = screenshots.open_page(browser, address)
    for part in ("stToolbar", "stHeader", "stAppDeployButton", "stMainMenu", "stSidebar"):
        for found in page.get_by_test_id(part).all():
            expect(found).to_be_hidden()
    screenshots.turn_to(page, "emotions", "nl")
    chart = page.get_by_test_id("stFullScreenFrame").first
    chart.hover()
    toolbar = chart.get_by_test_id("stElementToolbar")
    expect(toolbar).to_have_count(1)
    expect(toolbar).to_be_hidden()
    page.context.close()


def test_view_survives_other_pages_reload_and_sharing(browser, address):
    page = screenshots.open_page(browser, address)
    page.get_by_role("radio", name="EN").click()
    expect(page.locator(".board")).to_have_attribute("lang", "en")
    for label, option, shown in (
        ("View by", "Team", "team"),
        ("Period", "Quarterly", "Q"),
        ("Compared with", "Same period last year", "2025"),
        ("Up to", "Q1 2026", "Q1 2026"),
    ):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option, exact=True).click()
        expect(page.locator(".head")).to_contain_text(shown)
        screenshots.settle(page)
    for part in (
        "lang=en",
        "view=team",
        "of=",
        "per=quarter",
        "until=2026-03-31",
        "versus=same_period_last_year",
    ):
        assert part in address_of(page)
    head, cards = page.locator(".head").text_content(), page.locator(".board").text_content()
    url = address_of(page)
    page.reload()
    screenshots.settle(page)
    assert address_of(page) == url
    assert_shows(page, head, cards)
    other = screenshots.open_page(browser, url, language="nl")
    assert_shows(other, head, cards)
    assert_sound(page)
    screenshots.turn_to(page, "drivers", "en")
    assert parse_qs(urlsplit(address_of(page)).query) == parse_qs(urlsplit(url).query)
    expect(page.locator(".head")).to_contain_text("team")
    screenshots.turn_to(page, "service_control", "en")
    assert_shows(page, head, cards)
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".head")).to_contain_text("whole organisation")
    screenshots.settle(page)
    assert urlsplit(address_of(page)).query == "lang=en"
    page.context.close()
    other.context.close()


def assert_shows(page: Page, head: str, cards: str) -> None:
    expect(page.locator(".head")).to_have_text(head)
    expect(page.locator(".board")).to_have_text(cards)


def test_definition_opens_and_closes_by_keyboard(browser, address):
    page = screenshots.open_page(browser, address)
    card = page.locator(".card").first
    definition = page.locator(".definition").first
    expect(definition).to_be_hidden()
    card.get_by_role("button").press("Enter")
    expect(definition).to_be_visible()
    expect(definition).to_contain_text("95%")
    picture(page, "definition")
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()
    expect(card.get_by_role("button")).to_be_focused()
    page.context.close()
