"""Time of the simulated history: days counted from its start, seconds of the Amsterdam wall clock, opening
days.

A moment is an int64: seconds since HISTORY_START 00:00 on the wall clock. Nothing happens between 00:00 and
06:00, so the hour that summer time repeats or skips never occurs and the offset to UTC depends on the day
alone.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from .parameters import HISTORY_END, HISTORY_START, MONTH_COUNT, TRUTH

DAY_SECONDS = 86_400
DAY_COUNT = (HISTORY_END - HISTORY_START).days + 1
START_EPOCH_DAY = (HISTORY_START - date(1970, 1, 1)).days
NEVER = np.int32(10_000_000)
"""Day number of what has not ended."""

_days = np.arange(DAY_COUNT) + np.datetime64(HISTORY_START)
_months = _days.astype("datetime64[M]")
month_of_day = (_months - _months[0]).astype(np.int64)
"""Shape (DAY_COUNT,): month number 0 .. MONTH_COUNT - 1."""
month_start = np.searchsorted(month_of_day, np.arange(MONTH_COUNT + 1))
"""Shape (MONTH_COUNT + 1,): first day of each month; the last entry is DAY_COUNT."""
month_of_year = (_months[month_start[:-1]].astype(np.int64)) % 12
"""Shape (MONTH_COUNT,): 0 is January."""
quarter_of_day = month_of_day // 3
weekday = (_days.astype(np.int64) + 3) % 7
"""Shape (DAY_COUNT,): 0 is Monday."""


def day_number(day: date) -> int:
    """Days since HISTORY_START; negative before it."""
    return (day - HISTORY_START).days


def easter(year: int) -> date:
    """Easter Sunday, after Butcher's form of the Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> list[date]:
    """Dutch public holidays on which nobody is at work."""
    moving = [easter(year) + timedelta(days=n) for n in (1, 39, 50)]
    king = date(year, 4, 27) if date(year, 4, 27).weekday() != 6 else date(year, 4, 26)
    return [date(year, 1, 1), king, date(year, 12, 25), date(year, 12, 26), *moving]


def _opening_weights() -> np.ndarray:
    weights = np.asarray(TRUTH.weekday_factors)[weekday]
    for year in range(HISTORY_START.year, HISTORY_END.year + 1):
        closed = [day_number(day) for day in holidays(year)]
        weights[[n for n in closed if 0 <= n < DAY_COUNT]] = 0.0
    return weights


opening_weight = _opening_weights()
"""Shape (DAY_COUNT,): relative number of staffed contacts on a day; 0 when closed."""
_cumulative_staffed = np.concatenate([[0.0], np.cumsum(opening_weight)])
_open_days = np.flatnonzero(opening_weight > 0)
_next_open = np.append(_open_days, DAY_COUNT)[np.searchsorted(_open_days, np.arange(DAY_COUNT))]


def next_open_day(day: np.ndarray) -> np.ndarray:
    """The day itself when open, else the next open day; DAY_COUNT when that is past the history."""
    return np.where(day < DAY_COUNT, _next_open[np.minimum(day, DAY_COUNT - 1)], DAY_COUNT)


def draw_day(uniform: np.ndarray, month: np.ndarray, is_staffed: np.ndarray) -> np.ndarray:
    """A day within `month` for each uniform draw: by opening weight when staffed, else any day alike."""
    first, last = month_start[month], month_start[month + 1]
    low, high = _cumulative_staffed[first], _cumulative_staffed[last]
    staffed = np.searchsorted(_cumulative_staffed, low + uniform * (high - low), side="right") - 1
    anyday = first + (uniform * (last - first)).astype(np.int64)
    return np.where(is_staffed, np.minimum(staffed, last - 1), anyday)


def draw_second(rng: np.random.Generator, day: np.ndarray, is_staffed: np.ndarray) -> np.ndarray:
    """A second of the day: staffed 08-18 h (Saturday 09-17 h) with a hump at midday, else 07-23 h."""
    size = len(day)
    hump = (rng.random(size, np.float32) + rng.random(size, np.float32)) / 2
    is_saturday = weekday[day] == 5
    opens = np.where(is_staffed, np.where(is_saturday, 9, 8), 7)
    hours = np.where(is_staffed, np.where(is_saturday, 8, 10), 16)
    return ((opens + hours * hump) * 3600).astype(np.int64)


def next_waking_moment(moment: np.ndarray) -> np.ndarray:
    """Moves what falls between 22:00 and 07:00 nine hours on: people answer surveys by day."""
    second = moment % DAY_SECONDS
    return np.where((second >= 22 * 3600) | (second < 7 * 3600), moment + 9 * 3600, moment)


def _last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _utc_offsets() -> np.ndarray:
    offsets = np.full(DAY_COUNT + 1, 3600, dtype=np.int64)
    for year in range(HISTORY_START.year, HISTORY_END.year + 1):
        first, last = day_number(_last_sunday(year, 3)), day_number(_last_sunday(year, 10))
        offsets[max(first, 0) : max(last, 0)] = 7200
    return offsets


utc_offset = _utc_offsets()
"""Shape (DAY_COUNT + 1,): seconds that Amsterdam is ahead of UTC."""


def utc_microseconds(moment: np.ndarray) -> np.ndarray:
    """Microseconds since 1970 in UTC, of wall clock moments."""
    seconds = moment + START_EPOCH_DAY * DAY_SECONDS - utc_offset[moment // DAY_SECONDS]
    return seconds * 1_000_000
