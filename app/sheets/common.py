"""What all sheets use: texts of cells, rows of the scope or else of the organisation, and why there is no answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import formats
import frame
from frame import Here
from text import Words

Row = dict[str, Any]


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


def share(column: str, decimals: int, words: Words) -> Callable[[Row], str]:
    """Text of a share from 0 to 100, empty for NULL."""
    said = number(column, decimals, words)
    return lambda row: f"{said(row)}%" if row[column] is not None else ""


def euros(column: str, words: Words) -> Callable[[Row], str]:
    """Text of an amount in euros, empty for NULL."""
    return lambda row: "" if row[column] is None else formats.euros(row[column], words)


def span(row: Row, words: Words) -> str:
    """The twelve months that a mart looked at."""
    return months(row["period_start"], row["period_end"], words)


def months(first: date, last: date, words: Words) -> str:
    names = (formats.period("month", on, on, words) for on in (first, last))
    return words["months_between"].format(**dict(zip(("first", "last"), names, strict=True)))


def of_scope(at: Here, mart: str) -> tuple[list[Row], bool]:
    """Rows of a mart for the scope of the view, else of the organisation; and whether it is the latter instead."""
    rows = frame.mart(at, "of_scope", mart, at.view.kind, at.view.key)
    if rows or at.view.kind == "organisation":
        return rows, False
    return frame.mart(at, "of_scope", mart, "organisation", at.organisation), True


def newest(rows: Sequence[Row]) -> list[Row]:
    """Those of the last period."""
    latest = max((row["period_start"] for row in rows), default=None)
    return [row for row in rows if row["period_start"] == latest]


def asked(at: Here, rows: Sequence[Row], grain: str) -> list[Row]:
    """Those of a grain, of the last complete period that the view asks for."""
    until = at.view.until
    return newest(
        [
            row
            for row in rows
            if row["period_grain"] == grain
            and row["is_complete_period"]
            and (until is None or row["period_end"] <= until)
        ]
    )


def refusal(row: Row, words: Words) -> str:
    """Why a row has no estimate, in a sentence."""
    numbers = {
        name: "" if row[f"refusal_{name}"] is None else formats.plain(round(row[f"refusal_{name}"], 2), words)
        for name in ("needed", "found")
    }
    return words["refused"].format(reason=words[f"reason_{row['refusal_reason']}"].format(**numbers))


def count_range(counts: Sequence[int], words: Words) -> dict[str, str]:
    return {"low": formats.number(min(counts), 0, words), "high": formats.number(max(counts), 0, words)}


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
