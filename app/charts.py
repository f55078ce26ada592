"""Drawing: sparklines as inline SVG, every other chart in Altair with the look of `chart_style`.

Inline SVG costs one string per sparkline; a chart library would cost a component per card. A function takes rows
of a mart and the words, and gives a Vega-Lite specification. Nothing is computed here but the place of a point on
the paper and the words beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import altair as alt
import chart_style as style
import formats
from text import Words

Row = dict[str, Any]
Specification = dict[str, Any]
WIDTH, HEIGHT, MARGIN = 100.0, 36.0, 3.0


@dataclass(frozen=True)
class Point:
    """Value with its interval on the last day of a period; the interval is None where it does not exist."""

    on: date
    value: float
    low: float | None
    high: float | None


def sparkline(points: Sequence[Point], axis: Sequence[date], label: str, target: float | None = None) -> str:
    """SVG of the course of one metric: interval band, line, last point, dashed target.

    points : oldest first, in the unit of the metric.
    axis : the period ends that all sparklines of the page share, so that cards can be compared by eye; a
    period without a point is a gap in the line.
    label : what a screen reader says instead of the drawing.
    Returns an empty string when there is nothing to draw.
    """
    if not points:
        return ""
    place = {on: index for index, on in enumerate(axis)}
    step = (WIDTH - 2 * MARGIN) / max(len(axis) - 1, 1)
    bounds = [bound for p in points for bound in (p.value, p.low, p.high) if bound is not None]
    lowest, highest = min(bounds), max(bounds)
    if target is not None:
        reach = highest - lowest
        if lowest - reach <= target <= highest + reach:
            lowest, highest = min(lowest, target), max(highest, target)
        else:
            target = None  # drawing a far target would press the course flat; the card says it in words
    span = (highest - lowest) or 1.0

    def at(on: date, value: float) -> str:
        x = MARGIN + place[on] * step
        y = HEIGHT - MARGIN - (value - lowest) / span * (HEIGHT - 2 * MARGIN)
        return f"{x:.1f} {y:.1f}"

    parts = []
    if target is not None:
        y = at(axis[0], target).split()[1]
        parts.append(f'<path class="aim" d="M0 {y}H{WIDTH:.0f}"/>')
    for run in _runs(points, place):
        band = [p for p in run if p.low is not None and p.high is not None]
        if band:
            upper = [at(p.on, p.high) for p in band]
            lower = [at(p.on, p.low) for p in reversed(band)]
            closing = "Z" if len(band) > 1 else ""
            kind = "band" if len(band) > 1 else "whisker"
            parts.append(f'<path class="{kind}" d="M{"L".join(upper + lower)}{closing}"/>')
        if len(run) > 1:
            parts.append(f'<path class="line" d="M{"L".join(at(p.on, p.value) for p in run)}"/>')
        else:
            parts.append(f'<path class="point" d="M{at(run[0].on, run[0].value)}h0.01"/>')
    # A line of no length with a round cap: a circle would become an ellipse in a stretched drawing.
    parts.append(f'<path class="dot" d="M{at(points[-1].on, points[-1].value)}h0.01"/>')
    return (
        f'<svg class="spark" role="img" aria-label="{escape(label, quote=True)}" '
        f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" preserveAspectRatio="none">{"".join(parts)}</svg>'
    )


def _runs(points: Sequence[Point], place: dict[date, int]) -> list[list[Point]]:
    """Stretches of neighbouring periods."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and place[point.on] == place[runs[-1][-1].on] + 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


# Charts of whole sheets
# -----------------------------------------------------------------------------------------------------


def dots(rows: Sequence[Row], words: Words, title: str) -> Specification:
    """A line per row with its interval, its value as a dot, and what is said of it at the end.

    rows : label, low, value, high, said; and tone: better, worse or none.
    """
    base = alt.Chart(style.data(rows)).encode(y=alt.Y("label:N", sort=None, axis=style.names()))
    room = style.ROOM if any(" " in row["said"] for row in rows) else style.LITTLE_ROOM
    scale = alt.Scale(zero=False, padding=12, range=[0, {"expr": f"width - {room}"}])
    tone = alt.Color(
        "tone:N",
        scale=alt.Scale(domain=["none", "better", "worse"], range=[style.ACCENT, style.GOOD, style.BAD]),
        legend=None,
    )
    bars = base.mark_rule(strokeWidth=style.THICK, strokeCap="round", opacity=0.3).encode(
        x=alt.X("low:Q", scale=scale, axis=style.numbers(words, title, tickCount=5)), x2="high:Q", color=tone
    )
    points = base.mark_circle(size=style.DOT, opacity=1).encode(x="value:Q", color=tone)
    told = base.mark_text(align="right").encode(x=alt.value("width"), text="said:N")
    return style.finished(bars + points + told, height=style.ROW_HEIGHT * len(rows) + style.AXIS_HEIGHT)


def courses(rows: Sequence[Row], words: Words, title: str) -> Specification:
    """Lines with their bands over periods, a dashed one for the second series, and a rule at 0.

    rows : period (a name), series (a name), low, value, high; oldest first.
    """
    periods = list(dict.fromkeys(row["period"] for row in rows))
    names = list(dict.fromkeys(row["series"] for row in rows))
    base = alt.Chart(style.data(rows)).encode(
        x=alt.X("period:N", sort=periods, axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True)),
        color=alt.Color(
            "series:N", sort=names, scale=alt.Scale(range=[style.ACCENT, style.SECOND, style.THIRD]),
            legend=None if len(names) == 1 else alt.Legend(symbolType="stroke"),
        ),
    )  # fmt: skip
    height = alt.Y("low:Q", axis=style.numbers(words, title, tickCount=5))
    bands = base.mark_area(opacity=0.15).encode(y=height, y2="high:Q")
    lines = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=22)).encode(
        y="value:Q", strokeDash=alt.StrokeDash("series:N", sort=names, legend=None)
    )
    zero = alt.Chart(style.data([{"at": 0}])).mark_rule(color=style.SOFT, strokeDash=[3, 3]).encode(y="at:Q")
    return style.finished(zero + bands + lines, height=style.LINE_HEIGHT)


def squares(rows: Sequence[Row], words: Words, across: str, down: str) -> Specification:
    """A table as squares, darker for more, the number written in each.

    rows : x, y (names), share (0 to 1) and said.
    """
    tight = alt.Scale(paddingInner=0.05)
    base = alt.Chart(style.data(rows)).encode(
        x=alt.X("x:N", sort=None, axis=style.names(across, labelAngle=0, orient="top"), scale=tight),
        y=alt.Y("y:N", sort=None, axis=style.names(down), scale=tight),
    )
    fields = base.mark_rect(cornerRadius=6, color=style.ACCENT).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 0.5]), legend=None)
    )
    told = base.mark_text(fontSize=style.FIGURE_SIZE).encode(text="said:N")
    return style.finished(fields + told, height=style.LINE_HEIGHT)


def driver_dots(rows: Sequence[Row], words: Words, kind: str) -> Specification:
    """Means of the drivers of one kind (rows of driver_scores with their comparison)."""
    found = sorted(
        (row for row in rows if row["driver_kind"] == kind), key=lambda row: row["display_position"]
    )
    return dots(
        [
            {
                "label": row[f"driver_name_{words.language}"],
                "low": row["ci_low"],
                "value": row["mean_score"],
                "high": row["ci_high"],
                "tone": _tone(row["verdict"]),
                "said": " ".join(
                    filter(None, (formats.number(row["mean_score"], 2, words), _verdict(row, words)))
                ),
            }
            for row in found
        ],
        words,
        words["chart_scale"],
    )


def pyramid(rows: Sequence[Row], words: Words) -> Specification:
    """Score per level, the highest level on top (rows of service_pyramid)."""
    levels = {row["level_number"]: row for row in rows if row["level_score"] is not None}
    return dots(
        [
            {
                "label": row[f"level_name_{words.language}"],
                "low": row["level_ci_low"],
                "value": row["level_score"],
                "high": row["level_ci_high"],
                "tone": "none",
                "said": formats.number(row["level_score"], 1, words)
                + (f" · {words['pyramid_weakest']}" if row["is_weakest_level"] else ""),
            }
            for _, row in sorted(levels.items(), reverse=True)
        ],
        words,
        words["chart_score"],
    )


def resolution_gaps(rows: Sequence[Row], words: Words) -> Specification:
    """Gap of both ways of registering over the periods (rows of resolution_gap)."""
    return courses(
        [
            {
                "period": formats.short_period(row["period_grain"], row["period_end"], words),
                "series": words[f"registration_{row['registration']}"],
                "low": row["gap_ci_low"],
                "value": row["gap"],
                "high": row["gap_ci_high"],
            }
            for row in rows
        ],
        words,
        words["gap_axis"],
    )


CLICKS = ("click", "neutral", "no_click")


def clicks(rows: Sequence[Row], words: Words) -> Specification:
    """The three by three of clicks (the row of emo_click_agreement)."""
    (row,) = rows
    return squares(
        [
            {
                "x": words[f"click_{customer}"],
                "y": words[f"click_{employee}"],
                "share": row[f"{employee}_{customer}_count"] / row["n"],
                "said": formats.number(row[f"{employee}_{customer}_count"], 0, words),
            }
            for employee in CLICKS
            for customer in CLICKS
        ],
        words,
        words["clicks_customer"],
        words["clicks_employee"],
    )


def _tone(verdict: str) -> str:
    return verdict if verdict in ("better", "worse") else "none"


def _verdict(row: Row, words: Words) -> str:
    if row["verdict"] not in ("better", "worse"):
        return ""
    arrow = "▲" if row["change"] > 0 else "▼"
    return f"{arrow} {words['verdict_' + row['verdict']]}"
