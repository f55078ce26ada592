"""What leaves the app: rows as they are in the mart, and the service-control page on one A4."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import frame
import pytest
import screenshots
from playwright.sync_api import Download, Page, expect

from tests.app.looking import address_of, picture
from tests.app.running import served

# A page, the sheet on it, and the rows of the mart that it shows.
SHEETS = [
    ("drivers", "customer_driver", "driver_scores", "driver_kind = 'customer_driver'"),
    ("blind_spots", "clicks", "emo_click_agreement", "true"),
    ("emotions", "flower", "emotion_profile", "true"),
]
A4 = (842, 595)  # points


@pytest.fixture(scope="module")
def warehouse(request) -> Path:
    named = os.environ.get("SERVICE_CONTROL_TEST_WAREHOUSE")
    return Path(named) if named else request.getfixturevalue("demo").root / "warehouse"


@pytest.fixture(scope="module")
def address(warehouse) -> Iterator[str]:
    with served(warehouse) as url:
        yield url


def saved(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8")


def as_text(rows: list[tuple], names: list[str]) -> list[dict[str, str]]:
    return [
        {name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)}
        for row in rows
    ]


def of_mart(warehouse: Path, mart: str, where: str) -> list[dict[str, str]]:
    """Rows of the last complete month of the organisation, as DuckDB gives them."""
    with duckdb.connect(str(warehouse / "serving.duckdb"), read_only=True) as connection:
        found = connection.execute(
            f"select * from marts.{mart} where period_grain = 'month' and scope_kind = 'organisation' "
            f"and is_complete_period and {where} qualify rank() over (order by period_start desc) = 1"
        )
        return as_text(found.fetchall(), [column[0] for column in found.description])


def key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.values())


@pytest.mark.parametrize(("name", "sheet", "mart", "where"), SHEETS)
def test_csv_of_a_sheet_equals_the_mart(browser, address, warehouse, name, sheet, mart, where):
    page = screenshots.open_page(browser, address)
    screenshots.turn_to(page, name, "nl")
    open_by_keyboard(page, sheet)
    with page.expect_download() as download:
        page.locator(f".st-key-download_{sheet} button").press("Enter")
    assert download.value.suggested_filename == f"{mart}.csv"
    rows = list(csv.DictReader(io.StringIO(saved(download.value))))
    assert sorted(rows, key=key) == sorted(of_mart(warehouse, mart, where), key=key)
    assert len(rows) > 0
    page.context.close()


def open_by_keyboard(page: Page, sheet: str) -> None:
    """Open the table behind a chart as somebody without a mouse does."""
    panel = page.locator(f".st-key-evidence_{sheet}")
    panel.locator("summary").press("Enter")
    expect(panel.locator("tbody tr").first).to_be_visible()
    screenshots.settle(page)


def test_files_outlive_what_other_readers_do(browser, address):
    page = screenshots.open_page(browser, address)
    files = [address_of_file(page, button) for button in ("page", "print")]
    screenshots.turn_to(page, "emotions", "nl")
    open_by_keyboard(page, "flower")
    sheet = address_of_file(page, "flower")
    screenshots.turn_to(page, "service_control", "nl")
    other = screenshots.open_page(browser, address)
    for name in ("drivers", "value", "trust"):
        screenshots.turn_to(other, name, "nl")
    assert [page.request.get(file).ok for file in files] == [True, True]
    screenshots.turn_to(page, "emotions", "nl")
    assert page.request.get(sheet).ok
    page.context.close()
    other.context.close()


def address_of_file(page: Page, button: str) -> str:
    with page.expect_download() as download:
        page.locator(f".st-key-download_{button} button").press("Enter")
    return download.value.url


def test_csv_of_service_control_equals_the_mart(browser, address, warehouse):
    page = screenshots.open_page(browser, f"{address}?view=team&versus=rolling_12_months")
    with page.expect_download() as download:
        page.locator(".st-key-download_page button").click()
    rows = {row["metric_code"]: row for row in csv.DictReader(io.StringIO(saved(download.value)))}
    team = re.search(r"of=(\w+)", address_of(page)).group(1)
    with duckdb.connect(str(warehouse / "serving.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select v.* from marts.metric_values as v join marts.dim_metrics as m using (metric_code) "
            "where m.is_headline and period_grain = 'month' and scope_kind = 'team' and scope_key = $1 "
            "and is_complete_period "
            "qualify row_number() over (partition by metric_code order by period_start desc) = 1",
            [team],
        )
        names = [column[0] for column in found.description]
        expected = {row["metric_code"]: row for row in as_text(found.fetchall(), names)}
    assert rows == expected
    page.context.close()


def test_service_control_prints_on_one_a4(browser, address, tmp_path):
    page = screenshots.open_page(browser, address, language="en", theme="dark")
    with page.expect_download() as download:
        page.locator(".st-key-download_print button").click()
    on_screen = page.locator(".board .value").all_text_contents()
    assert_one_a4(page)
    file = tmp_path / "service_control.html"
    file.write_text(saved(download.value), encoding="utf-8")
    page.goto(file.as_uri())
    expect(page.locator(".board .value")).to_have_text(on_screen)
    expect(page.locator(".story")).to_have_count(1)
    picture(page, "printable")
    assert_one_a4(page)
    page.context.close()


def assert_one_a4(page: Page) -> None:
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    width, height = (
        float(side) for side in re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups()
    )
    assert (round(width), round(height)) == A4


def test_a_csv_cannot_hold_a_formula():
    rows = [{"name": "=1+1", "value": -1.5, "other": None, "text": '-a, "b"\nc'}]
    assert frame.as_csv(rows) == 'name,value,other,text\n\'=1+1,-1.5,,"\'-a, ""b""\nc"\n'
    assert frame.as_csv([]) == ""
