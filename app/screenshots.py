"""Takes the screenshots of the README from a running app: both languages, light and dark, desk and phone.

    python app/screenshots.py --url http://localhost:8501 --out docs/images

Uses the Chromium on the PATH, else the one Playwright installed itself.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from choices import PAGES
from playwright.sync_api import Browser, Page, sync_playwright
from text import Words

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


# True when the script run is done, the style is in, every part has come, every chart is drawn and nothing is moving
# (but what never ends), and two looks with frames drawn in between see the same page: on a busy machine time passes in
# which nothing is drawn.
AT_REST = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    const page = document.querySelector('.sc.head, .sc.full');
    const styled = page && getComputedStyle(page).getPropertyValue('--card') !== '';
    const look = app && styled && app.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-testid="stSkeleton"]')
        && charts.every(chart => chart.querySelector('svg.marks'))
        && document.getAnimations().every(moving => moving.playState !== 'running'
            || moving.effect.getComputedTiming().endTime === Infinity)
        && document.fonts.status === 'loaded' && document.body.innerHTML.length + ':' + page.offsetWidth;
    const before = window.lookedAt;
    if (before && before.look === look)
        return Boolean(look) && before.isDrawn;
    const now = window.lookedAt = {look, isDrawn: false};
    requestAnimationFrame(() => requestAnimationFrame(() => { now.isDrawn = true; }));
    return false;
}"""


def settle(page: Page) -> None:
    """Wait until the page is drawn and nothing moves any more: on its state, not on time."""
    page.evaluate("window.lookedAt = null")
    page.wait_for_function(AT_REST, polling=100, timeout=60_000)


def turn_to(page: Page, name: str, language: str) -> None:
    """Go to another page by the bar, as a reader does."""
    title = Words(language)[f"nav_{name}"]
    link = page.locator(".st-key-links").get_by_role("link", name=title, exact=True)
    if link.count():
        link.click()
        page.locator(".sc.here").get_by_text(title, exact=True).wait_for()
    settle(page)


def take(url: str, out: Path) -> list[Path]:
    """Service control in every combination, the other pages once, as
    `<page>_<size>_<theme>_<language>.png`. Those of a phone, and of the other pages, are the whole page."""
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    with chromium() as browser:
        for size, theme, language in product(SIZES, THEMES, LOCALES):
            page = open_page(browser, url, size, theme, language)
            pages = PAGES if (size, theme, language) == ("desk", "light", "en") else PAGES[:1]
            for name in pages:
                turn_to(page, name, language)
                page.set_viewport_size(SIZES[size])
                if size == "phone" or name != PAGES[0]:
                    # Streamlit scrolls inside the page: as high as its content, the whole of it is drawn.
                    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": SIZES[size]["width"], "height": height})
                settle(page)
                path = out / f"{name}_{size}_{theme}_{language}.png"
                page.screenshot(path=path)
                taken.append(path)
            page.context.close()
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
