"""Takes the screenshots of the README from a running app: both languages, light and dark, desk and phone.

    python app/screenshots.py --url http://localhost:8501 --out docs/images

Uses the Chromium on the PATH, else the one Playwright installed itself.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LOCALES = {"nl": "nl-NL", "en": "en-GB"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
THEMES = ("light", "dark")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser, closed at the end. Raises playwright's Error, which names the install command,
    without one."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def open_page(
    browser: Browser, url: str, size: str = "desk", theme: str = "light", language: str = "nl"
) -> Page:
    """The app at rest: figures (or the page that says there are none) drawn and fonts loaded."""
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme, locale=LOCALES[language])
    page = context.new_page()
    page.goto(url)
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the script run is done and nothing moves any more."""
    page.wait_for_selector(".sc.strip, .sc.full", state="attached", timeout=30_000)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)


def take(url: str, out: Path) -> list[Path]:
    """Every combination as `service_control_<size>_<theme>_<language>.png`; the phone's are the whole
    page."""
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    with chromium() as browser:
        for size in SIZES:
            for theme in THEMES:
                for language in LOCALES:
                    page = open_page(browser, url, size, theme, language)
                    path = out / f"service_control_{size}_{theme}_{language}.png"
                    if size == "phone":
                        # Streamlit scrolls inside the page: as high as its content, the whole of it is drawn.
                        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                        page.set_viewport_size({"width": SIZES[size]["width"], "height": height})
                        page.wait_for_timeout(300)
                    page.screenshot(path=path)
                    page.context.close()
                    taken.append(path)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:8501", help="address of the running app")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="folder for the pictures")
    arguments = parser.parse_args()
    for path in take(arguments.url, arguments.out):
        print(path)


if __name__ == "__main__":
    main()
