"""Numbers, units, dates and periods as a Dutch or English reader writes them.

Values arrive in the unit they are shown in. No locale of the machine is used: the page must look the same on
every server.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from text import Words

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NO_BREAK = "\u00a0"
MINUS = "\u2212"


def number(value: float, decimals: int, words: Words, *, signed: bool = False) -> str:
    """`-1234.5` -> `−1.234,5` (nl) or `−1,234.5` (en); signed puts a plus before what is above zero."""
    digits = f"{abs(value):,.{decimals}f}"
    if words.language == "nl":
        digits = digits.translate(str.maketrans(",.", ".,"))
    is_zero = not any(character in "123456789" for character in digits)
    sign = "" if is_zero else MINUS if value < 0 else "+" if signed else ""
    return sign + digits


def plain(value: float, words: Words) -> str:
    """A number with the decimals it has and no more: `5.0` -> `5`, `0.05` -> `0,05` (nl)."""
    _, _, digits = f"{value:.9f}".rstrip("0").partition(".")
    return number(value, len(digits), words)


def value(row: dict[str, Any], amount: float, words: Words) -> str:
    """An amount in the unit of a metric with its symbol, without unit words: `42,3`, `81,4%`, `€ 12,00`."""
    figure = number(amount, row["decimals"], words)
    if row["unit"] == "percent":
        return f"{figure}%"
    if row["unit"] == "eur":
        return _euro(figure, words)
    return figure


def interval(row: dict[str, Any], words: Words) -> str:
    """`95%: 71,0 tot 74,0%`: the symbol once, where that language puts it."""
    low, high = (number(row[bound], row["decimals"], words) for bound in ("ci_low", "ci_high"))
    if row["unit"] == "percent":
        high = f"{high}%"
    elif row["unit"] == "eur":
        low = _euro(low, words)
    return words["interval"].format(low=low, high=high)


def _euro(figure: str, words: Words) -> str:
    sign, digits = (figure[0], figure[1:]) if figure[0] in f"+{MINUS}" else ("", figure)
    return f"{sign}€{NO_BREAK}{digits}" if words.language == "nl" else f"{sign}€{digits}"


def euros(amount: float, words: Words) -> str:
    """An amount in whole euros: `€ 1.234` (nl), `€1,234` (en)."""
    return _euro(number(amount, 0, words), words)


def unit(row: dict[str, Any], words: Words) -> str:
    """Words behind the value: `punten`, `op 1–7`, `van −100 tot 100`, or nothing when the symbol says it."""
    if row["unit"] == "nps_points":
        return words["unit_points"]
    if row["unit"] == "score" and row["scale_maximum"] is not None and row["scale_minimum"] is not None:
        # A dash beside a minus cannot be read.
        key = "unit_scale_signed" if row["scale_minimum"] < 0 else "unit_scale"
        return words[key].format(
            low=number(row["scale_minimum"], 0, words), high=number(row["scale_maximum"], 0, words)
        )
    return ""


def change(row: dict[str, Any], words: Words, *, signed: bool = True) -> str:
    """Change with its own unit: a share changes in percentage points, never in percent."""
    amount = row["change"]
    figure = number(amount if signed else abs(amount), row["decimals"], words, signed=signed)
    if row["unit"] == "eur":
        return _euro(figure, words)
    is_one = figure.lstrip(f"+{MINUS}") == "1"
    key = {"percent": "change_percentage", "nps_points": "change_points"}.get(row["unit"], "change_plain")
    return words[f"{key}_one" if is_one else key].format(figure=figure).replace(" ", NO_BREAK)


def day(moment: date, words: Words) -> str:
    """`30 juni 2026` / `30 June 2026`."""
    return f"{moment.day}{NO_BREAK}{words.months[moment.month - 1]} {moment.year}"


def clock(moment: datetime, words: Words) -> str:
    """UTC moment in Amsterdam time: `1 juli 2026, 06:12`. A moment without zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))
    local = aware.astimezone(AMSTERDAM)
    return f"{day(local.date(), words)}, {local:%H:%M}"


def period_end(grain: str, start: date) -> date:
    """Last day of the period that begins on start."""
    months = {"month": 1, "quarter": 3, "rolling_12_months": 12}.get(grain)
    if months is None:
        return start + timedelta(days=6 if grain == "week" else 0)
    after = start.year * 12 + start.month - 1 + months
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def short_period(grain: str, end: date, words: Words) -> str:
    """Name of a period for an axis: `jun 26`, `Q2 26`."""
    year = f"{end:%y}"
    if grain == "quarter":
        return f"{words['quarter_short']}{(end.month - 1) // 3 + 1} {year}"
    return f"{words['months_short'].split()[end.month - 1]} {year}"


def ending(grain: str, end: date, words: Words) -> str:
    """Name of the period that ends on a day."""
    return period(grain, end - timedelta(days=6) if grain == "week" else end, end, words)


def period(grain: str, start: date, end: date, words: Words) -> str:
    """Name of a period; end is its last day."""
    month = words.months[end.month - 1]
    if grain == "day":
        return day(end, words)
    if grain == "week":
        iso = start.isocalendar()
        return words["period_week"].format(week=iso.week, year=iso.year)
    if grain == "month":
        return f"{month} {end.year}"
    if grain == "quarter":
        return words["period_quarter"].format(quarter=(end.month - 1) // 3 + 1, year=end.year)
    return words["period_rolling"].format(month=month, year=end.year)
