"""HTML of the service-control page: the cards in their four quadrants, each with its definition behind its name.

What a card says is decided by the marts (display, verdict); this module only chooses words and places. All
text from the marts is escaped. One line of HTML per part: a blank line would end the block in Markdown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import charts
import definition
import formats
import trust
from text import Words

Row = dict[str, Any]
QUADRANTS = (
    ("employee", "experience"),
    ("employee", "engagement"),
    ("customer", "experience"),
    ("customer", "engagement"),
)
SHOWN = ("normal", "indicative")
MARKS = {"better": "✓", "worse": "!", "no_demonstrable_change": "", "not_compared": ""}


def name(row: Row, words: Words) -> str:
    return row[f"metric_name_{words.language}"]


def is_shown(row: Row) -> bool:
    return row["display"] in SHOWN and row["value"] is not None


def page_period(rows: Sequence[Row]) -> tuple[date, date] | None:
    """First and last day of the period most figures are about (the latest of equals), None without
    figures."""
    periods = Counter((row["period_end"], row["period_start"]) for row in rows if is_shown(row))
    if not periods:
        return None
    (end, start), _ = max(periods.items(), key=lambda item: (item[1], item[0]))
    return start, end


def is_year_before(row: Row) -> bool:
    """Compared with the twelve months before it: no period of the grain, so it has no name of one."""
    return row["change"] is not None and row.get("comparison") == "rolling_12_months"


def about(rows: Sequence[Row], grain: str, scope_label: str, words: Words) -> list[str]:
    """What most figures are about: period, scope, and the period compared with."""
    page = page_period(rows)
    period = formats.period(grain, *page, words) if page else words["period_none"]
    parts = [period[0].upper() + period[1:], scope_label]
    if any(is_year_before(row) and is_shown(row) for row in rows):
        return [*parts, words["compared_year_before"]]
    earlier = Counter(
        row["comparison_period_start"]
        for row in rows
        if is_shown(row) and row["change"] is not None and other_period(row, page, grain, words) == ""
    )
    if earlier:
        start = max(earlier, key=lambda on: (earlier[on], on))
        before = formats.period(grain, start, formats.period_end(grain, start), words)
        parts.append(words["compared"].format(period=before))
    return parts


def other_period(row: Row, page: tuple[date, date] | None, grain: str, words: Words) -> str:
    """Name of the period of a figure when it is not that of the page."""
    if page is None or (row["period_start"], row["period_end"]) == page:
        return ""
    return formats.period(grain, row["period_start"], row["period_end"], words)


def _notes(row: Row, page: tuple[date, date] | None, grain: str, words: Words) -> str:
    """Indicative or not, and the period and comparison where they are not those in the head of the page."""
    chip, said = "", []
    if row["display"] == "indicative":
        help_text = escape(words["indicative_help"], quote=True)
        chip = f'<span class="chip" title="{help_text}">{escape(words["indicative"])}</span>'
    if other := other_period(row, page, grain, words):
        said.append(words["about_period"].format(period=other))
    start = row["comparison_period_start"]
    if row["change"] is not None and start and grain != "rolling_12_months" and not is_year_before(row):
        end = formats.period_end(grain, start)
        is_expected = end + timedelta(days=1) == row["period_start"]
        if row.get("comparison") == "same_period_last_year":
            is_expected = not other  # the head of the page says it
        if not is_expected:
            said.append(words["versus"].format(period=formats.period(grain, start, end, words)))
    return f'<div class="notes">{chip}<span>{escape(", ".join(said))}</span></div>' if chip or said else ""


def board(
    rows: Sequence[Row], course: Sequence[Row], grain: str, limits: definition.Limits, words: Words
) -> str:
    """The 2 x 2 with a card per headline metric."""
    axis, points = _points(course)
    page = page_period(rows)
    html = []
    for audience, side in QUADRANTS:
        here = [row for row in rows if row["audience"] == audience and row["side"] == side]
        cards = "".join(
            card(row, points.get(row["metric_code"], []), axis, page, grain, limits, words) for row in here
        )
        # Three cards fill a row, four make two rows of two: no card stands alone on a line.
        columns = 2 if len(here) in (2, 4) else 3
        title = words[f"quadrant_{audience}_{side}"]
        html.append(
            f'<div class="quadrant" role="region" aria-label="{escape(title, quote=True)}">'
            f'<div class="quadrant-title" role="heading" aria-level="2">{escape(title)}'
            f"<span>{escape(words[f'side_{side}'])}</span></div>"
            f'<div class="cards columns-{columns}" role="list">{cards}</div></div>'
        )
    return f'<div class="sc board" lang="{words.language}">{"".join(html)}</div>'


def row_of_cards(
    rows: Sequence[Row], course: Sequence[Row], grain: str, limits: definition.Limits, words: Words
) -> str:
    """Cards side by side, without quadrants."""
    axis, points = _points(course)
    page = page_period(rows)
    found = "".join(
        card(row, points.get(row["metric_code"], []), axis, page, grain, limits, words) for row in rows
    )
    row_of = f'<div class="cards columns-2" role="list">{found}</div>'
    return f'<div class="sc board alone" lang="{words.language}">{row_of}</div>'


def _points(course: Sequence[Row]) -> tuple[list[date], dict[str, list[charts.Point]]]:
    """The axis that the sparklines share, and the points by metric."""
    axis = sorted({point["period_end"] for point in course})
    points: dict[str, list[charts.Point]] = {}
    for p in course:
        point = charts.Point(p["period_end"], p["value"], p["ci_low"], p["ci_high"])
        points.setdefault(p["metric_code"], []).append(point)
    return axis, points


def card(
    row: Row,
    points: list[charts.Point],
    axis: Sequence[date],
    page: tuple[date, date] | None,
    grain: str,
    limits: definition.Limits,
    words: Words,
) -> str:
    """One figure. A hidden figure and one without data give the same card: neither may tell which it is."""
    code = escape(row["metric_code"], quote=True)
    title = _title(row, limits, words)
    if not is_shown(row):
        return (
            f'<div class="card blank" role="listitem" data-metric="{code}">{title}'
            '<div class="value" aria-hidden="true">–</div>'
            f'<div class="none">{escape(words["no_figure"])}</div></div>'
        )
    verdict = row["verdict"] if row["change"] is not None else "not_compared"
    figures = (
        f'<div class="figure"><div class="value">{escape(formats.value(row, row["value"], words))}'
        f"<span>{escape(formats.unit(row, words))}</span></div>{_course(row, points, axis, words)}</div>"
    )
    facts = [words["count"].format(n=formats.number(row["n"], 0, words))]
    if row["ci_low"] is not None and row["ci_high"] is not None:
        facts.insert(0, formats.interval(row, words))
    said = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    rest = _notes(row, page, grain, words) + _change(row, verdict, words)
    return (
        f'<div class="card {verdict} {row["display"]}" role="listitem" data-metric="{code}">{title}{figures}'
        f'<div class="facts">{said}</div>{rest}</div>'
    )


def _title(row: Row, limits: definition.Limits, words: Words) -> str:
    """The name; pressed, it opens the definition."""
    code, said = escape(row["metric_code"], quote=True), escape(name(row, words))
    facts = trust.facts_list(definition.facts(row, limits, words), words)
    return (
        f'<div class="name" role="heading" aria-level="3"><button type="button" popovertarget="define-{code}" '
        f'aria-haspopup="dialog">{said}</button></div>'
        f'<div class="definition" popover="auto" id="define-{code}" role="dialog" aria-label="{said}">'
        f'<div class="sheet-title">{said}</div><p>{escape(row[f"definition_{words.language}"] or "")}</p>'
        f"{facts}</div>"
    )


def _change(row: Row, verdict: str, words: Words) -> str:
    parts = []
    if verdict != "not_compared":
        amount = formats.change(row, words)
        arrow = {"+": "▲", formats.MINUS: "▼"}.get(
            amount[0], ""
        )  # no arrow beside a change that is shown as zero
        parts.append(f'<span class="amount"><i aria-hidden="true">{arrow}</i>{escape(amount)}</span>')
    mark, said = MARKS[verdict], escape(words[f"verdict_{verdict}"])
    parts.append(f'<span class="pill"><i aria-hidden="true">{mark}</i>{said}</span>')
    if row["target"] is not None:
        target = words["target"].format(target=formats.value(row, row["target"], words))
        parts.append(f'<span class="goal">{escape(target)}</span>')
    alone = " alone" if verdict == "not_compared" else ""
    return f'<div class="change{alone}">{"".join(parts)}</div>'


def _course(row: Row, points: list[charts.Point], axis: Sequence[date], words: Words) -> str:
    if not points:
        return ""
    label = words["trend_label"].format(
        name=name(row, words),
        count=len(points),
        first=formats.value(row, points[0].value, words),
        last=formats.value(row, points[-1].value, words),
    )
    return charts.sparkline(points, axis, label, row["target"])
