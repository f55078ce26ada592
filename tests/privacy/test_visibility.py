"""No sum or difference of shown cells isolates fewer than five people, whatever the organisation looks like."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.privacy.auditor import isolated
from tests.privacy.rules import Cell, Metric, Seen, shown

ENOUGH = 5
FIRST, LAST = date(2025, 1, 1), date(2026, 3, 31)
LENGTHS = {
    "day": relativedelta(days=1),
    "week": relativedelta(days=7),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "rolling_12_months": relativedelta(months=12),
}
# Kinds that are part of one another are looked at together; a part of one kind minus a part of another kind is not.
SYSTEMS = (("organisation", "department", "team"), ("organisation", "segment"))
# department by team; in a department itself are those without a team of their own
TEAMS = {
    "A": "A", "A1": "A", "A2": "A", "A3": "A", "B": "B", "B1": "B", "B2": "B", "C1": "C", "C2": "C", "free": None,
}  # fmt: skip
METRICS_AT_ONCE = 12


def covers(cell: Cell, one: Seen) -> bool:
    return one.key(cell.kind) == cell.key and cell.start <= one.day < cell.start + LENGTHS[cell.grain]


def organisation(draw: random.Random) -> list[Seen]:
    """Parts of very different size, busy and quiet months, in half of the organisations people who come back."""
    days = [
        date(2025, draw.randint(1, 6), 1) + timedelta(draw.randrange(draw.choice((3, 16, 31))))
        for _ in range(draw.randint(2, 12))
    ]
    days += [date(2026, draw.randint(1, 3), draw.randint(1, 28)) for _ in range(draw.randint(0, 4))]
    teams = draw.sample([*TEAMS, None], draw.randint(1, 7))
    segments = draw.sample(["x", "y", "z", None], draw.randint(1, 4))
    persons = draw.choice((10**9, 10**9, 30, 12))
    share = draw.choice((0.3, 1.0))
    return [
        Seen(draw.randrange(persons), day, TEAMS.get(team), team, draw.choice(segments))
        for team in teams
        for day in draw.sample(days, draw.randint(1, min(len(days), 9)))
        for _ in range(draw.choice((1, 2, 4, 5, 6, 9)))
        if draw.random() < share
    ]


def leaks(seen: Sequence[Seen], cells: Sequence[Cell]) -> list[list[Seen]]:
    return [
        found
        for kinds in SYSTEMS
        for found in isolated(seen, [cell for cell in cells if cell.kind in kinds], covers, ENOUGH)
    ]


# A shorter example says no more than the set that was isolated.
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.integers(0, 2**32), st.sampled_from(["day", "day", "month"]))
def test_nobody_is_isolated(seed: int, finest_grain: str) -> None:
    # an organisation takes more choices than hypothesis keeps track of
    draw = random.Random(seed)
    metrics = [Metric(f"m{i}", organisation(draw), finest_grain) for i in range(METRICS_AT_ONCE)]
    cells = shown(metrics, FIRST, LAST, TEAMS)
    for metric in metrics:
        assert not leaks(metric.seen, [cell for cell, is_shown in cells[metric.code].items() if is_shown])


def test_hiding_small_cells_alone_isolates_people() -> None:
    """What the rule was before; and that the audit sees it."""
    draw = random.Random(2026)
    metrics = [Metric(f"m{i}", organisation(draw)) for i in range(METRICS_AT_ONCE)]
    cells = shown(metrics, FIRST, LAST, TEAMS)
    isolating = 0
    for metric in metrics:
        large = [
            cell
            for cell in cells[metric.code]
            if len({one.person for one in metric.seen if covers(cell, one)}) >= ENOUGH
        ]
        isolating += bool(leaks(metric.seen, large))
    assert isolating >= METRICS_AT_ONCE - 3


def test_weeks_and_months_do_not_give_away_a_part_of_a_team() -> None:
    """Departments with enough in every week and teams with enough in every month are not enough: the second week minus
    the two teams that were there only then is one person of a third."""
    weeks = {1: date(2025, 9, 3), 2: date(2025, 9, 10)}
    people = {("A1", 1): 5, ("A1", 2): 1, ("A2", 2): 5, ("B1", 1): 6, ("B2", 2): 6}
    places = [place for place, count in people.items() for _ in range(count)]
    seen = [Seen(number, weeks[week], TEAMS[team], team) for number, (team, week) in enumerate(places)]
    cells = shown([Metric("m", seen)], FIRST, LAST, TEAMS)["m"]
    months = [Cell("month", date(2025, 9, 1), "team", team) for team in ("A1", "A2", "B1", "B2")]
    by_week = [Cell("week", date(2025, 9, start), "organisation", "all") for start in (1, 8)]
    assert [len(found) for found in leaks(seen, [*months, *by_week])] == [1]
    assert all(cells[cell] for cell in months)
    assert not any(cells[cell] for cell in by_week)


def test_a_part_that_does_not_add_up_over_time_is_kept_by_its_siblings() -> None:
    """Churn and attrition: every period is a block of its own."""
    month = date(2025, 3, 1)

    def cell(kind: str, key: str) -> Cell:
        return Cell("month", month, kind, key)

    counts = {cell("organisation", "all"): 40, cell("department", "A"): 20, cell("department", "B"): 20}
    counts |= {cell("team", "A1"): 3, cell("team", "A2"): 8, cell("team", "A3"): 9, cell("team", "B1"): 20}
    cells = shown([Metric("loss", counts=counts)], FIRST, LAST, TEAMS)["loss"]
    assert {cell.key for cell, is_shown in cells.items() if is_shown} == {"all", "A", "B", "A3", "B1"}
