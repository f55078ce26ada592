"""What a sound page is, for the browser tests; SCREENSHOT_DIR keeps the pictures."""

from __future__ import annotations

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOT_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def address_of(page: Page) -> str:
    """The address as the page itself has it: what Playwright keeps may lag behind on a busy machine."""
    return page.evaluate("location.href")


def assert_sound(page: Page) -> None:
    """No exception, nothing cut off or beside the screen, no chart without words for a screen reader."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    width = page.viewport_size["width"]
    assert page.evaluate("Math.max(...[...document.querySelectorAll('html, body, [data-testid=stMain]')]"
                         ".map(e => e.scrollWidth))") <= width  # fmt: skip
    cut = page.evaluate(CUT)
    assert cut == [], cut
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        assert chart.get_attribute("aria-label") or chart.locator("[aria-label]").count(), (
            "a chart without words"
        )


# Elements whose text does not fit, and words of a chart beyond its edge.
CUT = """() => [
    ...[...document.querySelectorAll('.figure, .facts, .change, .name, .notes, .story, .strip, .sheet, .head, .here, '
        + '[data-testid=stPageLink-NavLink] p')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth),
    ...[...document.querySelectorAll('svg.marks')].flatMap(svg => {
        const edge = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            const beyond = box.left < edge.left - 2 || box.right > edge.right + 2;
            return box.width && text.getAttribute('opacity') !== '0' && (beyond || text.textContent.endsWith('…'));
        });
    }),
].map(e => e.outerHTML)"""


# Words of a page and of what a screen reader says of it, but what customers wrote and what Streamlit and dbt say.
SPOKEN = """() => {
    const foreign = 'blockquote, code, style, script, [lang=en], [data-testid=stElementToolbar]';
    const said = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
        if (!walk.currentNode.parentElement.closest(foreign)) said.push(walk.currentNode.textContent);
    for (const name of ['aria-label', 'title', 'alt', 'placeholder'])
        for (const element of document.querySelectorAll(`[${name}]`))
            if (!element.closest(foreign)) said.push(element.getAttribute(name));
    return said;
}"""
ENGLISH = re.compile(
    r"\b(the|and|not|with|from|which|are|were|must|should|choose|rows?|values?|filled|required|refused|between)\b",
    re.I,
)


def assert_dutch(page: Page) -> None:
    """Nothing on a Dutch page is English; names of files, columns and tests are what they are."""
    found = [
        said for said in page.evaluate(SPOKEN) if ENGLISH.search(re.sub(r"\w+[_/.]\S+|\S+_\w+", "", said))
    ]
    assert found == [], found


def assert_accessible(page: Page, name: str) -> None:
    """axe-core finds no serious or critical violation on the page."""
    found = Axe().run(page).response["violations"]
    told = [
        f"{name}: {rule['id']} ({rule['impact']}): {rule['help']}: {[node['html'][:200] for node in rule['nodes'][:3]]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]
    assert told == [], "\n".join(told)


def assert_sixteen(page: Page) -> None:
    expect(page.locator(".card")).to_have_count(16)
    for card in page.locator(".card").all():
        expect(card).to_be_visible()


def assert_first_screen(page: Page) -> None:
    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.card')].map(e => e.getBoundingClientRect().bottom))"
    )
    assert bottom <= 900
