"""No sum or difference of shown cells isolates fewer than five people, whatever the organisation looks like."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.privacy.auditor import isolated
from tests.privacy.rules import Cell, Metric, Seen, shown

ENOUGH = 5
LENGTHS = {
    "day": relativedelta(days=1),
    "week": relativedelta(days=7),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "rolling_12_months": relativedelta(months=12),
}
# Cells of one system are looked at together: a part of one kind minus a part of another is said to be left open.
SYSTEMS = {"teams": ("organisation", "department", "team"), "segments": ("organisation", "segment")}
TEAMS = {"A": "A", "A1": "A", "A2": "A", "A3": "A", "B": "B", "B1": "B", "B2": "B", "C1": "C", "C2": "C", "free": None}


def covers(cell: Cell, one: Seen) -> bool:
    return one.key(cell.kind) == cell.key and cell.start <= one.day < cell.start + LENGTHS[cell.grain]


def organisation(draw: random.Random) -> list[Seen]:
    """A small organisation with parts of very different size, busy and quiet months, and repeated visitors."""
    days = [
        date(2025, draw.choice((1, 2, 3, 4, 5, 6)), 1) + timedelta(draw.randrange(draw.choice((3, 16, 31))))
        for _ in range(draw.randint(2, 12))
    ]
    days += [date(2026, draw.choice((1, 2, 3)), draw.randint(1, 28)) for _ in range(draw.randint(0, 4))]
    teams = draw.sample([*TEAMS, None], draw.randint(1, len(TEAMS)))
    segments = draw.sample(["x", "y", "z", None], draw.randint(1, 4))
    persons = draw.choice((10**9, 10**9, 30, 12))
    weights = [draw.choice((1, 3, 9)) for _ in teams]
    seen = []
    for team in teams:
        for day in draw.sample(days, draw.randint(1, len(days))):
            for _ in range(draw.choice((1, 2, 4, 5, 6, 9)) if draw.random() < 0.9 else 30):
                if draw.random() < max(weights) / 9:
                    seen.append(
                        Seen(draw.randrange(persons), day, TEAMS.get(team), team, draw.choice(segments))
                    )
    return seen


def leaks(seen: Sequence[Seen], published: Sequence[Cell]) -> list:
    return [
        (system, found)
        for system, kinds in SYSTEMS.items()
        for found in isolated(seen, [cell for cell in published if cell.kind in kinds], covers, ENOUGH)
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.sampled_from(["day", "month"]))
def test_nobody_is_isolated(draw: random.Random, finest_grain: str) -> None:
    metrics = [Metric(f"m{i}", organisation(draw), finest_grain) for i in range(20)]
    cells = shown(metrics, date(2025, 1, 1), date(2026, 3, 31), TEAMS)
    for metric in metrics:
        published = [cell for cell, is_shown in cells[metric.code].items() if is_shown]
        assert not leaks(metric.seen, published)
