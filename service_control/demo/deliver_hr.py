"""The HR tables as a Dutch HR system exports them (semicolon, cp1252, dd-mm-yyyy, decimal comma), clean."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from . import columns, names
from .clock import DAY_COUNT, NEVER, month_start
from .employees import LEAVE_REASONS, ROLES, monthly_labour
from .keys import employee_key, team_key
from .organisation import Block
from .parameters import TRUTH
from .streams import stream

ABSENCE_KINDS = ("sick", "leave")


def _employees(block: Block) -> pa.Table:
    staff = block.staff
    rng = stream(block.seed, block.number, "employee_names")
    first = rng.integers(0, len(names.FIRST_NAMES), staff.count)
    last = rng.integers(0, len(names.LAST_NAMES), staff.count)
    has_left = staff.left < DAY_COUNT
    return pa.table(
        {
            "employee_id": employee_key(block, np.arange(staff.count)),
            "hired_on": columns.day_text(staff.hired, dutch=True),
            "left_on": columns.day_text(staff.left, has_left, dutch=True),
            "leave_reason": columns.text_of(LEAVE_REASONS, np.where(has_left, staff.leave_reason, -1)),
            "role": columns.text_of(ROLES, staff.role),
            "fte": columns.decimal_comma(staff.fte, 1),
            "full_name": columns.join(
                columns.text_of(names.FIRST_NAMES, first),
                columns.text_of(names.LAST_NAMES, last),
                separator=" ",
            ),
            "email": columns.join(
                columns.text_of(names.FIRST_ADDRESSES, first),
                ".",
                columns.text_of(names.LAST_ADDRESSES, last),
                "@verzekeraar.example",
            ),
        }
    )


def _teams(block: Block) -> pa.Table:
    """Departments belong to the first block; the teams of later blocks carry its number in their name."""
    departments = TRUTH.departments if block.number == 0 else ()
    suffix = "" if block.number == 0 else f" {block.number + 1}"
    keys = pa.concat_arrays(
        [pa.array([d.code for d in departments], pa.string()), team_key(block, np.arange(len(TRUTH.teams)))]
    )
    return pa.table(
        {
            "team_id": keys,
            "team_name": pa.array(
                [d.name for d in departments] + [team.name + suffix for team in TRUTH.teams]
            ),
            "parent_team_id": pa.array(
                [None for _ in departments] + [team.department for team in TRUTH.teams]
            ),
        }
    )


def _team_memberships(block: Block) -> pa.Table:
    employee, team, start, end = np.array(block.staff.memberships).T
    return pa.table(
        {
            "employee_id": employee_key(block, employee),
            "team_id": team_key(block, team),
            "valid_from": columns.day_text(start, dutch=True),
            "valid_to": columns.day_text(end, end < NEVER, dutch=True),
        }
    )


def _absences(block: Block) -> pa.Table:
    employee, start, end, kind = np.array(block.staff.absences).T
    return pa.table(
        {
            "absence_id": columns.code("V", np.arange(len(employee)) + 100_000 * block.number, 8),
            "employee_id": employee_key(block, employee),
            "started_on": columns.day_text(start, dutch=True),
            "ended_on": columns.day_text(end, end < DAY_COUNT, dutch=True),
            "kind": columns.text_of(ABSENCE_KINDS, kind),
        }
    )


def _labour_costs(block: Block) -> pa.Table:
    labour = monthly_labour(block.staff)
    return pa.table(
        {
            "employee_id": employee_key(block, labour["employee"]),
            "month": columns.day_text(month_start[labour["month"]], dutch=True),
            "cost_eur": columns.decimal_comma(labour["cost_eur"], 2),
            "worked_hours": columns.decimal_comma(labour["worked_hours"], 1),
        }
    )


def tables(block: Block) -> dict[str, pa.Table]:
    """All HR tables by name."""
    return {
        "hr/employees": _employees(block),
        "hr/teams": _teams(block),
        "hr/team_memberships": _team_memberships(block),
        "hr/absences": _absences(block),
        "hr/labour_costs": _labour_costs(block),
    }
