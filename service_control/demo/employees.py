"""The employees of one block: who sat on which position when, how engaged each team was, and the HR tables.

The block has a fixed number of positions per team. Somebody who leaves is followed, after a gap, by a new
employee or by a colleague from another team, so that the size of each team stays what `TRUTH` says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .clock import DAY_COUNT, NEVER, month_of_day, month_start
from .parameters import MONTH_COUNT, TRUTH
from .streams import normals, stream

QUARTER_COUNT = MONTH_COUNT // 3
TEAM_SIZES = np.array([team.size for team in TRUTH.teams])
TEAM_OF_POSITION = np.repeat(np.arange(len(TRUTH.teams)), TEAM_SIZES)
TEAM_START = np.concatenate([[0], np.cumsum(TEAM_SIZES)])
DEPARTMENT_CODES = tuple(department.code for department in TRUTH.departments)
DEPARTMENT_OF_TEAM = np.array([DEPARTMENT_CODES.index(team.department) for team in TRUTH.teams])
ROLES = ("service_employee", "senior_service_employee", "team_lead")
LEAVE_REASONS = ("own_request", "end_of_contract", "retirement")
HOURLY_COST_EUR = (31.0, 36.0, 46.0)
FULL_TIME_HOURS_PER_MONTH = 156.0
EXTERNAL = np.int32(1_000_000)
"""Employee numbers from here on are temporary staff that HR does not know."""


@dataclass
class Staff:
    """One block's employees. Days count from the start of history; NEVER is not ended."""

    team_engagement: np.ndarray  # (teams, quarters), points; 0 is the mean
    team_drivers: np.ndarray  # (drivers, teams, quarters)
    occupant: np.ndarray  # (positions, days) employee number at work, -1 when vacant or absent
    member: np.ndarray  # (positions, days) likewise, absent ones included
    hired: np.ndarray
    left: np.ndarray
    leave_reason: np.ndarray
    role: np.ndarray
    fte: np.ndarray
    skill: np.ndarray  # (employees,) sd of contact quality
    memberships: list[tuple[int, int, int, int]]  # employee, team, from, to
    absences: list[tuple[int, int, int, int]]  # employee, from, to, kind (0 sick, 1 leave)

    @property
    def count(self) -> int:
        """Number of employees ever."""
        return len(self.hired)


@dataclass
class _Roster:
    """Who sits where, while the history is being played."""

    hired: list[int] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)
    memberships: list[list[int]] = field(default_factory=list)
    seats: list[tuple[int, int, int]] = field(default_factory=list)  # position, employee, first day
    current: dict[int, tuple[int, int]] = field(
        default_factory=dict
    )  # position: employee, row of memberships

    def hire(self, position: int, day: int) -> None:
        self.hired.append(day)
        self.seat(position, len(self.hired) - 1, day)

    def seat(self, position: int, employee: int, day: int) -> None:
        self.memberships.append([employee, int(TEAM_OF_POSITION[position]), day, int(NEVER)])
        self.current[position] = (employee, len(self.memberships) - 1)
        self.seats.append((position, employee, day))

    def vacate(self, position: int, day: int) -> int:
        employee, row = self.current.pop(position)
        self.memberships[row][3] = day
        self.seats.append((position, -1, day))
        return employee


def _engagement(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Levels of the four drivers (drivers, teams, quarters) and the engagement they add up to (teams,
    quarters).
    """
    base = np.array([team.engagement for team in TRUTH.teams])
    weights = np.array([driver.weight for driver in TRUTH.employee_drivers])
    shape = (len(weights), len(base), 1)
    levels = base[:, None] + TRUTH.driver_team_sd * rng.standard_normal(shape)
    levels = levels + TRUTH.driver_quarter_sd * rng.standard_normal((*shape[:2], QUARTER_COUNT)).cumsum(
        axis=2
    )
    return levels, np.tensordot(weights, levels, axes=1).astype(np.float32)


def _play(rng: np.random.Generator, engagement: np.ndarray) -> _Roster:
    roster = _Roster()
    for position in range(len(TEAM_OF_POSITION)):
        roster.hire(position, -int(rng.gamma(1.6, 1300)) - 30)
    openings: list[tuple[int, int]] = []
    for month in range(MONTH_COUNT):
        hazard = TRUTH.leave_per_month * np.exp(TRUTH.leave_per_engagement * engagement[:, month // 3])
        leaving = rng.random(len(TEAM_OF_POSITION)) < hazard[TEAM_OF_POSITION]
        first, last = int(month_start[month]), int(month_start[month + 1])
        for position in np.flatnonzero(leaving):
            if position in roster.current:
                day = int(rng.integers(first, last))
                roster.left[roster.vacate(int(position), day)] = day
                openings.append((day + int(rng.integers(15, 60)), int(position)))
        openings.sort()
        while openings and openings[0][0] < last:
            day, position = openings.pop(0)
            source = int(rng.integers(len(TEAM_OF_POSITION)))
            changes_team = TEAM_OF_POSITION[source] != TEAM_OF_POSITION[position]
            seated = source in roster.current and roster.memberships[roster.current[source][1]][2] < day - 180
            if rng.random() < TRUTH.transfer_share and changes_team and seated:
                roster.seat(position, roster.vacate(source, day), day)
                openings.append((day + 30, source))
                openings.sort()
            else:
                roster.hire(position, day)
    return roster


def _occupancy(roster: _Roster) -> np.ndarray:
    occupant = np.full((len(TEAM_OF_POSITION), DAY_COUNT), -1, np.int32)
    for position, employee, day in sorted(roster.seats, key=lambda seat: (seat[2], seat[1] >= 0)):
        occupant[position, max(day, 0) :] = employee
    return occupant


def _absences(
    rng: np.random.Generator, member: np.ndarray, engagement: np.ndarray
) -> list[tuple[int, int, int, int]]:
    """Sick spells by team engagement, and a holiday each July or August."""
    spells = []
    for month in range(MONTH_COUNT):
        rate = TRUTH.absence_per_month * np.exp(TRUTH.absence_per_engagement * engagement[:, month // 3])
        is_sick = rng.random(len(TEAM_OF_POSITION)) < rate[TEAM_OF_POSITION]
        starts = rng.integers(month_start[month], month_start[month + 1], len(TEAM_OF_POSITION))
        lengths = 1 + rng.gamma(0.7, 9.0, len(TEAM_OF_POSITION)).astype(int)
        for position in np.flatnonzero(is_sick):
            spells.append((position, int(starts[position]), int(lengths[position]), 0))
        if month % 12 == 0:
            for position in range(len(TEAM_OF_POSITION)):
                spells.append(
                    (position, int(rng.integers(month_start[month], month_start[month] + 45)), 14, 1)
                )
    rows, busy_until = [], {}
    for position, start, length, kind in sorted(spells, key=lambda spell: spell[1]):
        employee = int(member[position, start])
        if employee >= 0 and start >= busy_until.get(employee, -1):
            busy_until[employee] = start + length
            rows.append((employee, start, start + length, kind))
    return rows


def build_staff(seed: int, block: int) -> Staff:
    """The employees of one block."""
    drivers, engagement = _engagement(stream(seed, block, "engagement"))
    roster = _play(stream(seed, block, "roster"), engagement)
    member = _occupancy(roster)
    absences = _absences(stream(seed, block, "absences"), member, engagement)
    occupant = member.copy()
    for employee, start, end, _ in absences:
        days = occupant[:, start : min(end, DAY_COUNT)]
        days[days == employee] = -1
    rng = stream(seed, block, "employees")
    count = len(roster.hired)
    left = np.full(count, NEVER)
    left[list(roster.left)] = list(roster.left.values())
    tenure = np.minimum(left, DAY_COUNT) - np.array(roster.hired)
    role = np.where((tenure > 1500) & (rng.random(count) < 0.4), 1, 0)
    role[TEAM_START[:-1][TEAM_SIZES >= 5]] = 2  # the first employee of a larger team leads it
    return Staff(
        team_engagement=engagement,
        team_drivers=drivers,
        occupant=occupant,
        member=member,
        hired=np.array(roster.hired),
        left=left,
        leave_reason=rng.choice(len(LEAVE_REASONS), count, p=(0.7, 0.2, 0.1)),
        role=role,
        fte=rng.choice((0.6, 0.7, 0.8, 0.9, 1.0), count, p=(0.1, 0.1, 0.3, 0.1, 0.4)),
        skill=TRUTH.quality_employee * normals(rng, count),
        memberships=[tuple(row) for row in roster.memberships],
        absences=absences,
    )


def assign(
    staff: Staff, team: np.ndarray, day: np.ndarray, uniform: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Employee and team that take a contact for `team` on `day`.

    Starts at a random position and moves on until somebody is at work; a team with nobody at work is helped
    out by the department's, in the end by any team. Returns two int32 arrays shaped like `team`.
    """
    first, size = TEAM_START[team], TEAM_SIZES[team]
    position = first + (uniform * size).astype(np.int64)
    employee = staff.occupant[position, day]
    waiting = np.flatnonzero(employee < 0)
    for step in range(1, int(TEAM_SIZES.max())):
        if not len(waiting):
            break
        tried = first[waiting] + (position[waiting] - first[waiting] + step) % size[waiting]
        employee[waiting] = staff.occupant[tried, day[waiting]]
        found = employee[waiting] >= 0
        position[waiting[found]] = tried[found]
        waiting = waiting[~found]
    for index in waiting:  # rare: a whole small team is away
        department = DEPARTMENT_OF_TEAM[team[index]]
        order = np.argsort(DEPARTMENT_OF_TEAM[TEAM_OF_POSITION] != department, kind="stable")
        position[index] = order[np.argmax(staff.occupant[order, day[index]] >= 0)]
        employee[index] = staff.occupant[position[index], day[index]]
    return employee, TEAM_OF_POSITION[position].astype(np.int32)


def monthly_labour(staff: Staff) -> dict[str, np.ndarray]:
    """Employee, month, cost and hours, one entry per employee and month with at least one day in service."""

    def days_in(grid: np.ndarray) -> np.ndarray:
        cell = (grid * MONTH_COUNT + month_of_day)[grid >= 0]
        return np.bincount(cell, minlength=staff.count * MONTH_COUNT).reshape(staff.count, MONTH_COUNT)

    days, worked = days_in(staff.member), days_in(staff.occupant)
    employee, month = np.nonzero(days)
    month_days = np.diff(month_start)[month]
    hours = FULL_TIME_HOURS_PER_MONTH * staff.fte[employee] / month_days
    raise_factor = 1 + 0.03 * (month // 12)
    return {
        "employee": employee,
        "month": month,
        "cost_eur": np.asarray(HOURLY_COST_EUR)[staff.role[employee]]
        * hours
        * days[employee, month]
        * raise_factor,
        "worked_hours": hours * worked[employee, month],
    }
