"""The field's own rules for reports to small groups, k = 5, as they are printed in guidelines."""

from __future__ import annotations

from datetime import date

import pytest

from tests.privacy.rules import Cell, Metric, Seen, shown

MONTH = date(2025, 3, 1)


def shown_keys(teams: dict[str, int], members: dict[str, int] | None = None) -> set[str]:
    """Which departments and teams are shown of one department X; a key X itself are those directly in it."""
    places = [team for team, count in teams.items() for _ in range(count)]
    seen = [Seen(number, date(2025, 3, 5), "X", team) for number, team in enumerate(places)]
    counted = [(MONTH, "department", "X", sum((members or teams).values()))]
    counted += [(MONTH, "team", team, count) for team, count in (members or teams).items()]
    cells = shown(
        [Metric("enps", seen, "month")],
        date(2025, 1, 1),
        date(2025, 12, 31),
        dict.fromkeys(teams, "X"),
        counted,
    )["enps"]
    month = [cell for cell, is_shown in cells.items() if is_shown and cell.grain == "month"]
    assert Cell("month", MONTH, "organisation", "all") in month
    return {f"{cell.kind} {cell.key}" for cell in month if cell.kind in ("department", "team")}


@pytest.mark.parametrize(
    ("teams", "expected"),
    [
        ({"A": 3, "B": 6}, {"department X"}),
        ({"A": 3, "B": 6, "X": 4}, {"department X", "team B"}),
        ({"Marketing": 2, "X": 1, "Sales": 5}, {"department X"}),
        ({"A": 5, "B": 6}, {"department X", "team A", "team B"}),
    ],
)
def test_what_a_department_shows(teams: dict[str, int], expected: set[str]) -> None:
    assert shown_keys(teams) == expected


def test_enough_answers_of_too_few_members_are_hidden() -> None:
    """Contacts of a team and the customers who answer count by the dozen, whoever of its four people had them."""
    contacts, members = {"A": 40, "B": 60, "C": 80}, {"A": 4, "B": 6, "C": 9}
    assert shown_keys(contacts, members) == {"department X", "team C"}
