"""The look of every chart: sizes, type and colours, from the same tokens as `style.css`.

Colours are CSS variables: Vega writes them into its SVG as they are, so that a chart follows the theme without
being made again. Meaning is never carried by colour alone: a shape or a word goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
from text import Words

INK, SOFT, RULE, ACCENT, BAND = (f"var(--{name})" for name in ("ink", "soft", "rule", "accent", "band"))
GOOD, BAD, PAGE, CARD = (f"var(--{name})" for name in ("good", "bad", "page", "card"))
# The second and third series of a chart; each has a dash or a shape of its own too.
SECOND, THIRD = "var(--second)", "var(--third)"
FONT = "Source Sans, sans-serif"
ROW_HEIGHT, AXIS_HEIGHT, LINE_HEIGHT, LABEL_WIDTH = 26, 46, 250, 240
# Width that the words at the end of a line take: only a number, or a verdict too.
LITTLE_ROOM, ROOM = 54, 140
LABEL_LENGTH = 24
DOT, THICK = 90, 6
TEXT_SIZE, FIGURE_SIZE = 12.5, 16


def data(rows: Sequence[dict[str, Any]]) -> alt.Data:
    return alt.Data(values=list(rows))


def numbers(words: Words, title: str | None = None, **options: Any) -> alt.Axis:
    """An axis of numbers, with the decimal comma where Dutch is read: Vega itself only writes a point."""
    if words.language == "nl":
        options["labelExpr"] = "replace(datum.label, '.', ',')"
    return alt.Axis(title=title, **options)


def names(title: str | None = None, **options: Any) -> alt.Axis:
    """An axis of names; one too long for a phone takes two lines."""
    cut = f"length(datum.label) > {LABEL_LENGTH} && indexof(datum.label, ' ') > 0"
    space = f"indexof(substring(datum.label, {LABEL_LENGTH // 2}), ' ') + {LABEL_LENGTH // 2}"
    lines = f"[substring(datum.label, 0, {space}), substring(datum.label, {space} + 1)]"
    return alt.Axis(title=title, labelExpr=f"{cut} ? {lines} : datum.label", **options)


def finished(chart: alt.TopLevelMixin, height: int | None = None) -> dict[str, Any]:
    """The specification in the style of the app."""
    if height is not None:
        chart = chart.properties(width="container", height=height)
    styled = (
        chart.configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            domain=False, ticks=False, gridColor=RULE, labelColor=SOFT, titleColor=SOFT, labelFontSize=TEXT_SIZE,
            titleFontSize=TEXT_SIZE, titleFontWeight="normal", labelPadding=6, titlePadding=8,
            labelLimit=LABEL_WIDTH,
        )
        .configure_axisY(labelColor=INK)
        .configure_legend(
            labelColor=INK, labelFontSize=TEXT_SIZE, title=None, orient="top", labelLimit=320, symbolStrokeWidth=2,
        )
        .configure_text(color=INK, fontSize=TEXT_SIZE)
        .configure_scale(bandPaddingInner=0.4)
    )  # fmt: skip
    return styled.to_dict(validate=False)
