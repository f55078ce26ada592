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
GOOD_WASH, BAD_WASH, QUIET_WASH = (f"var(--{name}-wash)" for name in ("good", "bad", "quiet"))
# Plutchik's eight in the order of the wheel; a petal has its name beside it.
EMOTIONS = ["joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation"]
PETALS = 8
# The second and third series of a chart; each has a dash or a shape of its own too.
SECOND, THIRD = "var(--second)", "var(--third)"
FONT = "Source Sans, sans-serif"
ROW_HEIGHT, AXIS_HEIGHT, LINE_HEIGHT, LABEL_WIDTH = 26, 46, 250, 240
TALL, TALL_AXIS, FLOWER, PART_HEIGHT, LEGEND_HEIGHT = 330, 84, 360, 44, 64
# Of half the drawing: the longest petal, and the names around.
PETAL_REACH, LABEL_REACH = 0.68, 0.86
LABEL_LENGTH, LETTER, LINE, TWO_LINES = 18, 7, 14, 34
DOT, NUMBERED, THICK = 90, 420, 6
TEXT_SIZE, FIGURE_SIZE = 12.5, 16
SEPARATOR = " · "
# On a phone words at the end of a line leave no room for the chart, unless their parts stand under each other.
IS_NARROW = "width < 320"
# A part of a bar in which a sign and a share do not stand side by side.
IS_NARROW_PART = "width * datum.share / 100 < 44"


PADDING = {"left": 5, "right": 2, "top": 8, "bottom": 4}
SPREAD = alt.Scale(paddingOuter=0.3)


def data(rows: Sequence[dict[str, Any]]) -> alt.Data:
    return alt.Data(values=list(rows))


def numbers(words: Words, title: str | None = None, **options: Any) -> alt.Axis:
    """An axis of numbers, with the decimal comma where Dutch is read: Vega itself only writes a point."""
    if words.language == "nl":
        thousands = "replace(datum.label, regexp(',', 'g'), '#')"
        options["labelExpr"] = f"replace(replace({thousands}, '.', ','), regexp('#', 'g'), '.')"
    return alt.Axis(title=title, **options)


def names(**options: Any) -> alt.Axis:
    """An axis of names, those that `wrapped` cut in two on two lines."""
    two = {"test": "indexof(datum.value, '\\n') > 0", "value": -LINE / 2}
    if options.get("labelAngle") != 0:
        options["labelOffset"] = {"condition": two, "value": 0}
    return alt.Axis(title=None, labelExpr="split(datum.label, '\\n')", labelLineHeight=LINE, **options)


def wrapped(name: str) -> str:
    """A name too long for a phone, cut at the space nearest its middle."""
    spaces = [place for place, sign in enumerate(name) if sign == " "]
    if len(name) <= LABEL_LENGTH or not spaces or "\n" in name:
        return name
    cut = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:cut]}\n{name[cut + 1 :]}"


def stacked(said: str) -> str:
    """What stands at the end of a line, its parts under each other."""
    return wrapped(said.replace(SEPARATOR, "\n"))


def room(said: Sequence[str]) -> int:
    """Width to keep free at the end of the lines for these words."""
    return LETTER * max((len(line) for words in said for line in words.split("\n")), default=0) + LETTER


def rows_height(labels: Sequence[str], said: Sequence[str] = ()) -> int:
    return (TWO_LINES if any("\n" in words for words in (*labels, *said)) else ROW_HEIGHT) * len(labels)


def either(narrow: str, wide: str) -> dict[str, str]:
    """An expression that follows the width of the drawing."""
    return {"expr": f"{IS_NARROW} ? {narrow} : {wide}"}


def finished(chart: alt.TopLevelMixin, height: int | None = None) -> dict[str, Any]:
    """The specification in the style of the app."""
    if height is not None:
        chart = chart.properties(width="container", height=height, padding=PADDING)
    styled = (
        # Vega would tell each mark in English, by the names of its columns; the whole has words of its own (`alt`).
        chart.configure(background="transparent", font=FONT, aria=False)
        .configure_mark(aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            domain=False, ticks=False, gridColor=RULE, labelColor=SOFT, titleColor=SOFT, labelFontSize=TEXT_SIZE,
            titleFontSize=TEXT_SIZE, titleFontWeight="normal", labelPadding=6, titlePadding=8,
            labelLimit=LABEL_WIDTH, labelFlush=False,
        )
        .configure_axisY(labelColor=INK)
        .configure_legend(
            labelColor=INK, labelFontSize=TEXT_SIZE, title=None, orient="top", labelLimit=320, symbolStrokeWidth=2,
        )
        .configure_text(color=INK, fontSize=TEXT_SIZE)
        .configure_scale(bandPaddingInner=0.4)
    )  # fmt: skip
    return styled.to_dict(validate=False)
