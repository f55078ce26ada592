"""The sheets of the pages: which rows of a mart, which chart, which sentence, which table.

A sheet takes rows that a page read and draws them; without rows it says why there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import charts
import formats
import frame
from frame import Here
from tables import Column
from text import Words

Row = dict[str, Any]


def compared(at: Here, scores: Sequence[Row]) -> list[Row]:
    """driver_scores with the comparison that the reader chose; the mart itself has the previous period."""
    view = at.view
    found = frame.read(at.path, "comparisons", view.grain, view.comparison, view.kind, view.key)
    changes = {(row["metric_code"], row["period_start"]): row for row in found}
    nothing = {"comparison_period_start": None, "change": None, "p_value": None, "verdict": "not_compared"}
    rows = []
    for row in scores:
        change = changes.get((row["metric_code"], row["period_start"]), nothing)
        rows.append(row | {column: change[column] for column in nothing})
    return rows


def as_figures(scores: Sequence[Row]) -> list[Row]:
    """Rows of driver_scores as figures with a name, a unit and a value."""
    return [
        row
        | {
            "metric_name_en": row["driver_name_en"],
            "metric_name_nl": row["driver_name_nl"],
            "value": row["mean_score"],
            "unit": "score",
            "decimals": 2,
        }
        for row in scores
    ]


def interval(low: str, high: str, decimals: int, words: Words) -> Callable[[Row], str]:
    """Text of an interval from two columns."""

    def said(row: Row) -> str:
        if row[low] is None or row[high] is None:
            return ""
        bounds = (formats.number(row[bound], decimals, words) for bound in (low, high))
        return words["bounds"].format(**dict(zip(("low", "high"), bounds, strict=True)))

    return said


def number(column: str, decimals: int, words: Words, *, signed: bool = False) -> Callable[[Row], str]:
    """Text of a number of a column, empty for NULL."""
    return lambda row: (
        "" if row[column] is None else formats.number(row[column], decimals, words, signed=signed)
    )


def text(column: str) -> Callable[[Row], str]:
    return lambda row: "" if row[column] is None else str(row[column])


def period(words: Words) -> Callable[[Row], str]:
    return lambda row: formats.period(row["period_grain"], row["period_start"], row["period_end"], words)


def drivers(at: Here, scores: Sequence[Row], kind: str) -> None:
    """Means of the drivers of one kind."""
    words, title = at.words, at.words[f"drivers_{kind}"]
    rows = sorted(
        (row for row in scores if row["driver_kind"] == kind), key=lambda row: row["display_position"]
    )
    if not rows:
        with frame.panel(kind, title, "", words):
            frame.absent(at, "driver_scores")
        return
    counts = [row["n"] for row in rows]
    said = words["read_interval"].format(
        period=sentence(period(words)(rows[0])),
        low=formats.number(min(counts), 0, words),
        high=formats.number(max(counts), 0, words),
    )
    means = [
        formats.number(row["mean_score"], 2, words) for row in sorted(rows, key=lambda r: r["mean_score"])
    ]
    with frame.panel(kind, title, said, words):
        alt = words["drivers_alt"].format(title=title, count=len(rows), lowest=means[0], highest=means[-1])
        frame.chart(kind, frame.drawn(at, "driver_dots", rows, kind), alt)
        columns = [
            Column("column_driver", False, text(f"driver_name_{words.language}")),
            Column("column_mean", True, number("mean_score", 2, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 2, words)),
            Column("column_favourable", True, lambda row: f"{formats.number(row['top_box_pct'], 1, words)}%"),
            Column("column_n", True, number("n", 0, words)),
            Column("column_change", True, number("change", 2, words, signed=True)),
            Column("column_verdict", False, lambda row: words[f"verdict_{row['verdict']}"]),
            Column("column_period", False, period(words)),
        ]
        whole = {row["driver_code"] for row in rows}
        as_in_mart = [
            row
            for row in frame.mart(at, "latest", "driver_scores", *at.figures)
            if row["driver_code"] in whole
        ]
        frame.evidence(kind, "driver_scores", rows, columns, words, as_in_mart)


def pyramid(at: Here, rows: Sequence[Row]) -> None:
    """The levels of the service experience, from promise kept to a good feeling."""
    words = at.words
    scored = [row for row in rows if row["level_score"] is not None]
    said = words["pyramid_said"].format(period=sentence(period(words)(rows[0]))) if scored else ""
    with frame.panel("pyramid", words["pyramid_title"], said, words):
        if not scored:
            frame.absent(at, "service_pyramid")
            return
        levels = {
            row[f"level_name_{words.language}"]: formats.number(row["level_score"], 1, words)
            for row in scored
        }
        alt = words["pyramid_alt"].format(
            levels=", ".join(f"{name} {score}" for name, score in levels.items())
        )
        frame.chart("pyramid", frame.drawn(at, "pyramid", rows), alt)
        columns = [
            Column("column_level", False, text(f"level_name_{words.language}")),
            Column("column_metric", False, text(f"metric_name_{words.language}")),
            Column("column_score", True, number("score", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("pyramid", "service_pyramid", rows, columns, words)


def items(at: Here, rows: Sequence[Row]) -> None:
    """Every survey question with its score: only a table."""
    words = at.words
    said = ""
    if rows:
        latest = max(row["period_start"] for row in rows)
        said = words["items_said"].format(period=formats.period("month", latest, latest, words))
    with frame.panel("items", words["items_title"], said, words):
        if not rows:
            frame.absent(at, "item_scores")
            return
        columns = [
            Column("column_question", False, text(f"item_label_{words.language}")),
            Column("column_mean", True, number("mean_score", 2, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 2, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("items", "item_scores", rows, columns, words)


def gaps(at: Here, rows: Sequence[Row], course: Sequence[Row]) -> None:
    """Resolution as registered against resolution as perceived."""
    words = at.words
    said = words["gap_said"].format(n=formats.number(max(row["n"] for row in rows), 0, words)) if rows else ""
    with frame.panel("gap", words["gap_title"], said, words):
        if not rows:
            frame.absent(at, "resolution_gap")
            return
        last = formats.number(course[-1]["gap"], 1, words)
        alt = words["gap_alt"].format(count=len({row["period_start"] for row in course}), last=last)
        frame.chart("gap", frame.drawn(at, "resolution_gaps", course), alt)
        columns = [
            Column("column_registration", False, lambda row: words[f"registration_{row['registration']}"]),
            Column("column_period", False, period(words)),
            Column("column_gap", True, number("gap", 1, words, signed=True)),
            Column("column_interval", True, interval("gap_ci_low", "gap_ci_high", 1, words)),
            Column(
                "column_overstated", True, lambda row: f"{formats.number(row['overstated_pct'], 1, words)}%"
            ),
            Column(
                "column_understated", True, lambda row: f"{formats.number(row['understated_pct'], 1, words)}%"
            ),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("gap", "resolution_gap", course, columns, words)


def clicks(at: Here, rows: Sequence[Row]) -> None:
    """Clicks of employee and customer on the same contact."""
    words = at.words
    if not rows:
        with frame.panel("clicks", words["clicks_title"], "", words):
            frame.absent(at, "emo_click_agreement")
        return
    (row,) = rows
    numbers = {
        name: number(name, 2, words)(row) or "–" for name in ("kappa", "kappa_ci_low", "kappa_ci_high")
    }
    count = formats.number(row["n"], 0, words)
    said = words["clicks_said"].format(
        kappa=numbers["kappa"], low=numbers["kappa_ci_low"], high=numbers["kappa_ci_high"], n=count,
        period=sentence(period(words)(row)),
    )  # fmt: skip
    with frame.panel("clicks", words["clicks_title"], said, words):
        both = formats.number(row["click_click_count"], 0, words)
        frame.chart("clicks", frame.drawn(at, "clicks", rows), words["clicks_alt"].format(both=both, n=count))
        cells = [
            {"employee": words[f"click_{e}"], "customer": words[f"click_{c}"], "n": row[f"{e}_{c}_count"]}
            for e in charts.CLICKS
            for c in charts.CLICKS
        ]
        columns = [
            Column("clicks_employee", False, text("employee")),
            Column("clicks_customer", False, text("customer")),
            Column("column_contacts", True, number("n", 0, words)),
        ]
        frame.evidence("clicks", "emo_click_agreement", cells, columns, words, rows)


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
