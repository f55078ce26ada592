"""A page in a real browser while the warehouse changes under it, and one that is nearly all hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import screenshots
from playwright.sync_api import expect

from tests.app import serving
from tests.app.looking import assert_first_screen, assert_sixteen, assert_sound, picture
from tests.app.running import served


@pytest.fixture(scope="module")
def changing(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """Address and folder of an app whose warehouse the test fills and changes."""
    folder = tmp_path_factory.mktemp("changing")
    with served(folder) as url:
        yield url, folder


def test_hidden_team_on_a_phone(browser, planted):
    with served(planted) as url:
        page = screenshots.open_page(browser, f"{url}?view=team&of=T10", size="phone", theme="dark")
        assert_sound(page)
        assert_sixteen(page)
        expect(page.locator(".card.blank")).to_have_count(15)
        picture(page, "hidden_phone")
        page.context.close()


def test_open_page_follows_the_warehouse(browser, changing):
    url, folder = changing
    page = screenshots.open_page(browser, url, language="en")
    expect(page.locator(".full")).to_contain_text("No figures have been published yet")
    picture(page, "nothing_published")
    serving.write_status(folder, state="running", step="dbt build", step_number=2, step_count=6)
    expect(page.locator(".full")).to_contain_text("step 2 of 6")
    serving.build_serving(folder)
    serving.write_status(folder, state="succeeded")
    expect(page.locator(".card")).to_have_count(16)
    expect(page.locator(".full")).to_have_count(0)
    serving.build_serving(folder, "20260702T041200Z")
    expect(page.locator(".strip")).to_contain_text("2\u00a0July 2026")
    serving.write_status(folder, state="running", step="dbt build", step_number=2, step_count=6)
    expect(page.locator(".note")).to_contain_text("step 2 of 6")
    picture(page, "build_running")
    reason = "assert_rows_reconcile: 3 rows of answers are neither accepted, duplicate nor rejected. " * 4
    serving.write_status(folder, state="failed", message=reason, failures=["a", "b", "c", "d"])
    expect(page.locator(".banner")).to_contain_text("You see the figures of 2\u00a0July 2026")
    screenshots.settle(page)
    assert_sound(page)
    assert_first_screen(page)
    picture(page, "build_failed")
    page.context.close()
