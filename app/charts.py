"""Drawing: sparklines as inline SVG, every other chart in Altair with the look of `chart_style`.

Inline SVG costs one string per sparkline; a chart library would cost a component per card. A function takes rows
of a mart and the words, and gives a Vega-Lite specification. Nothing is computed here but the place of a point on
the paper and the words beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import altair as alt
import chart_style as style
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
    rows = [row | {"stacked": style.stacked(row["said"])} for row in _wrapped(rows, "label")]
    base = alt.Chart(style.data(rows)).encode(y=alt.Y("label:N", sort=None, axis=style.names()))
    narrow, wide = (f"width - {style.room([row[column] for row in rows])}" for column in ("stacked", "said"))
    scale = alt.Scale(padding=12, range=[0, style.either(narrow, wide)], zero=False)
    tone = alt.Color(
        "tone:N",
        scale=alt.Scale(domain=["none", "better", "worse"], range=[style.ACCENT, style.GOOD, style.BAD]),
        legend=None,
    )
    bars = base.mark_rule(strokeWidth=style.THICK, strokeCap="round", opacity=0.3).encode(
        x=alt.X("low:Q", scale=scale, axis=style.numbers(words, title, tickCount=5)), x2="high:Q", color=tone
    )
    points = base.mark_circle(size=style.DOT, opacity=1).encode(x="value:Q", color=tone)
    told = base.mark_text(
        align="right", baseline="middle", lineBreak="\n", lineHeight=style.LINE,
        text=style.either("datum.stacked", "datum.said"),
        dy=style.either(f"indexof(datum.stacked, '\\n') > 0 ? {-style.LINE / 2} : 0", "0"),
    ).encode(x=alt.value("width"))  # fmt: skip
    height = style.rows_height([row["label"] for row in rows], [row["stacked"] for row in rows])
    return style.finished(bars + points + told, height=height + style.AXIS_HEIGHT)


def courses(rows: Sequence[Row], words: Words, title: str, *, from_zero: bool = True) -> Specification:
    """Lines with their bands over periods, a dashed one for the second series, and a rule at 0 where it is shown.

    rows : period (a name), series (a name), low, value, high; oldest first.
    """
    periods = list(dict.fromkeys(row["period"] for row in rows))
    names = list(dict.fromkeys(row["series"] for row in rows))
    base = alt.Chart(style.data(rows)).encode(
        x=alt.X("period:N", sort=periods, axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True)),
        color=alt.Color(
            "series:N", sort=names, scale=alt.Scale(range=[style.ACCENT, style.SECOND, style.THIRD]),
            legend=None if len(names) == 1 else alt.Legend(symbolType="stroke", symbolOpacity=1, columns=1),
        ),
    )  # fmt: skip
    scale = alt.Scale(zero=from_zero)
    height = alt.Y("low:Q", axis=style.numbers(words, title, tickCount=5), scale=scale)
    bands = base.mark_area(opacity=0.15).encode(y=height, y2="high:Q")
    lines = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=22)).encode(
        y="value:Q", strokeDash=alt.StrokeDash("series:N", sort=names, legend=None)
    )
    zero = alt.Chart(style.data([{"at": 0}])).mark_rule(color=style.SOFT, strokeDash=[3, 3]).encode(y="at:Q")
    drawn = zero + bands + lines if from_zero else bands + lines
    return style.finished(drawn, height=style.LINE_HEIGHT)


def squares(rows: Sequence[Row]) -> Specification:
    """A table as squares, darker for more, the number written in each.

    rows : x, y (names), share (0 to 1) and said.
    """
    tight = alt.Scale(paddingInner=0.05)
    rows = _wrapped(rows, "x", "y")
    base = alt.Chart(style.data(rows)).encode(
        x=alt.X(
            "x:N",
            sort=None,
            axis=style.names(labelAngle=0, orient="top", labelPadding=style.LINE + 6),
            scale=tight,
        ),
        y=alt.Y("y:N", sort=None, axis=style.names(), scale=tight),
    )
    fields = base.mark_rect(cornerRadius=6, color=style.ACCENT).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 0.5]), legend=None)
    )
    told = base.mark_text(fontSize=style.FIGURE_SIZE).encode(text="said:N")
    return style.finished(fields + told, height=style.LINE_HEIGHT)


def _wrapped(rows: Sequence[Row], *columns: str) -> list[Row]:
    return [row | {column: style.wrapped(row[column]) for column in columns} for row in rows]


def _leaving_room(rows: Sequence[Row], **options: Any) -> alt.Scale:
    """A scale that ends before the words at the end of the lines."""
    end = {"expr": f"width - {style.room([row['said'] for row in rows])}"}
    return alt.Scale(padding=12, range=[0, end], **options)


def scatter(rows: Sequence[Row], words: Words, across: str, up: str) -> Specification:
    """Numbered points with an interval upwards; the shape tells those with an effect from the others.

    rows : x, low, value, high, said (the number) and is_sure.
    """
    base = alt.Chart(style.data(rows)).encode(
        x=alt.X(
            "x:Q", scale=alt.Scale(zero=False, padding=24), axis=style.numbers(words, across, tickCount=5)
        )
    )
    height = alt.Y("value:Q", scale=alt.Scale(padding=18), axis=style.numbers(words, up, tickCount=5))
    bars = base.mark_rule(strokeWidth=2, opacity=0.35, color=style.ACCENT).encode(
        y=alt.Y("low:Q", axis=style.numbers(words, up, tickCount=5)), y2="high:Q"
    )
    points = base.mark_point(size=style.NUMBERED, filled=True, opacity=1, stroke=style.ACCENT).encode(
        y=height,
        fill=alt.Fill(
            "is_sure:N", scale=alt.Scale(domain=[True, False], range=[style.ACCENT, style.CARD]), legend=None
        ),
    )
    told = base.mark_text(fontWeight="bold").encode(
        y=height,
        text="said:N",
        color=alt.Color(
            "is_sure:N", scale=alt.Scale(domain=[True, False], range=[style.CARD, style.ACCENT]), legend=None
        ),
    )
    return style.finished(bars + points + told, height=style.TALL)


def contrasts(rows: Sequence[Row], words: Words, title: str, left: str, right: str) -> Specification:
    """Two effects per row, one to the left and one to the right of 0, each with its interval.

    rows : label, side (left or right), low, value, high; and said, at the end of the line, on one of the two.
    """
    rows = _wrapped(rows, "label")
    base = alt.Chart(style.data(rows)).encode(y=alt.Y("label:N", sort=None, axis=style.names()))
    scale = _leaving_room(rows)
    side = {"scale": alt.Scale(domain=[left, right], range=[style.BAD, style.ACCENT])}
    bars = base.mark_rule(strokeWidth=style.THICK, strokeCap="round", opacity=0.3).encode(
        x=alt.X("low:Q", scale=scale, axis=style.numbers(words, title, tickCount=5)), x2="high:Q",
        color=alt.Color("side:N", legend=None, **side),
    )  # fmt: skip
    points = base.mark_point(size=style.DOT, filled=True, opacity=1).encode(
        x="value:Q", color=alt.Color("side:N", legend=alt.Legend(symbolType="circle"), **side),
        shape=alt.Shape("side:N", scale=alt.Scale(domain=[left, right], range=["diamond", "circle"])),
    )  # fmt: skip
    zero = alt.Chart(style.data([{"at": 0}])).mark_rule(color=style.SOFT, strokeDash=[3, 3]).encode(x="at:Q")
    told = base.mark_text(align="right").encode(x=alt.value("width"), text="said:N")
    height = style.rows_height(list(dict.fromkeys(row["label"] for row in rows)))
    return style.finished(zero + bars + points + told, height=height + style.TALL_AXIS)


def steps(rows: Sequence[Row], words: Words, title: str) -> Specification:
    """Values with intervals in a given order, joined by a line.

    rows : label, low, value, high; above and below, the words over and under the point, may be empty.
    """
    rows = _wrapped(rows, "label")
    base = alt.Chart(style.data(rows)).encode(
        x=alt.X("label:N", sort=None, axis=style.names(labelAngle=0), scale=style.SPREAD)
    )
    options = {
        "scale": alt.Scale(zero=False, padding=26),
        "axis": style.numbers(words, title, tickCount=5),
    }
    low, value, high = (alt.Y(f"{column}:Q", **options) for column in ("low", "value", "high"))
    bars = base.mark_rule(
        strokeWidth=style.THICK, strokeCap="round", opacity=0.25, color=style.ACCENT
    ).encode(y=low, y2="high:Q")
    line = base.mark_line(
        strokeWidth=2, color=style.ACCENT, point={"size": style.DOT, "fill": style.ACCENT}
    ).encode(y=value)
    above = base.mark_text(dy=-9).encode(y=high, text="above:N")
    below = base.mark_text(dy=13, color=style.SOFT).encode(y=low, text="below:N")
    return style.finished(bars + line + above + below, height=style.LINE_HEIGHT)


def shares(rows: Sequence[Row], words: Words, order: Sequence[str]) -> Specification:
    """Bars that are 100 together, every part with its words.

    rows : label, part (one of order), at (its place), share and said. The first part is good, the last bad.
    """
    rows = [row | {"stacked": row["said"].replace(" ", "\n")} for row in rows]
    base = alt.Chart(style.data(rows)).encode(y=alt.Y("label:N", sort=None, axis=style.names()))
    fields = base.mark_bar(height=30, stroke=style.CARD, strokeWidth=2).encode(
        x=alt.X("share:Q", stack="zero", axis=None, scale=alt.Scale(domain=[0, 100])),
        color=alt.Color(
            "part:N", sort=list(order), legend=alt.Legend(symbolType="square", columns=1),
            scale=alt.Scale(domain=list(order), range=[style.GOOD_WASH, style.QUIET_WASH, style.BAD_WASH]),
        ),
        order="at:Q",
    )  # fmt: skip
    told = base.mark_text(
        baseline="middle", lineBreak="\n", lineHeight=style.LINE,
        text={"expr": f"{style.IS_NARROW_PART} ? datum.stacked : datum.said"},
        dy={"expr": f"{style.IS_NARROW_PART} ? {-style.LINE / 2} : 0"},
    ).encode(
        x=alt.X("share:Q", stack="zero", bandPosition=0.5, axis=None), detail="part:N", order="at:Q",
    )  # fmt: skip
    return style.finished(
        fields + told, height=style.PART_HEIGHT * len({row["label"] for row in rows}) + style.LEGEND_HEIGHT
    )


# One petal, upwards, within a square of -1 to 1.
PETAL = "M0,0C.1,-.2 .27,-.5 .27,-.7C.27,-.88 .12,-1 0,-1C-.12,-1 -.27,-.88 -.27,-.7C-.27,-.5 -.1,-.2 0,0Z"
# Shade of an intensity: 1 mild, the edge; 3 intense, the core.
SHADES = {1: 0.3, 2: 0.6, 3: 1.0}


def flower(rows: Sequence[Row], words: Words) -> Specification:
    """Plutchik's flower: a petal per emotion, in three shades from the core outwards.

    rows : emotion (a code), place (1 to 8, clockwise from the top), intensity, reach (part of the longest petal that is
    filled up to this shade, 0 to 1), and said, the name and share, on the outermost shade only.
    """
    half = "min(width, height) / 2"
    span = {"domain": [-1, 1], "zero": False, "nice": False}
    turn = math.tau / style.PETALS
    placed = [
        row
        | {
            "x": 0, "y": 0, "area": row["reach"] ** 2, "angle": math.degrees((row["place"] - 1) * turn),
            "label_x": style.LABEL_REACH * math.sin((row["place"] - 1) * turn),
            "label_y": style.LABEL_REACH * math.cos((row["place"] - 1) * turn),
        }
        for row in sorted(rows, key=lambda row: row["intensity"])
    ]  # fmt: skip
    across = alt.Scale(range=[{"expr": f"width/2 - {half}"}, {"expr": f"width/2 + {half}"}], **span)
    up = alt.Scale(range=[{"expr": f"height/2 + {half}"}, {"expr": f"height/2 - {half}"}], **span)
    base = alt.Chart(style.data(placed))
    petals = base.mark_point(shape=PETAL, filled=True, strokeWidth=0).encode(
        x=alt.X("x:Q", scale=across, axis=None),
        y=alt.Y("y:Q", scale=up, axis=None),
        size=alt.Size(
            "area:Q", legend=None,
            scale=alt.Scale(domain=[0, 1], range=[0, {"expr": f"pow(2 * {style.PETAL_REACH} * {half}, 2)"}]),
        ),
        angle=alt.Angle("angle:Q", scale=alt.Scale(domain=[0, 360], range=[0, 360])),
        opacity=alt.Opacity("shade:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
        color=alt.Color(
            "emotion:N", legend=None,
            scale=alt.Scale(domain=style.EMOTIONS, range=[f"var(--{name})" for name in style.EMOTIONS]),
        ),
    ).transform_calculate(shade=f"{list(SHADES.values())}[datum.intensity - 1]")  # fmt: skip
    told = base.mark_text(lineBreak="\n", baseline="middle", lineHeight=15).encode(
        x=alt.X("label_x:Q", scale=across, axis=None),
        y=alt.Y("label_y:Q", scale=up, axis=None),
        text="said:N",
    )
    return style.finished(petals + told, height=style.FLOWER)
