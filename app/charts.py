"""Drawing: small charts as inline SVG, coloured by the classes of `style.css` so that they follow the theme.

Inline SVG costs one string per chart; a chart library would cost a component per card. Nothing is computed
here but the place of a point on the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

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
