"""Who may see what: roles from a table, by the e-mail address that the identity provider vouches for.

Everything that is not allowed is denied, and a denial wins from every permission. Pure, no Streamlit: rows in, a
Viewer out. The table is read on every run, so that a right that is taken away is gone at the next click and not at
the next build. Columns of the table (app/roles.csv, or SERVICE_CONTROL_ROLES names another file):

    email         as the provider gives it; capitals make no difference
    role          one of ROLES; empty in a denial: all of them
    effect        allow or deny
    employee_id   whose feedback an employee sees: his or her own
    team_id       whose feedback a team lead sees; in a denial: no longer
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from service_control.errors import InputError

VIEWER, TEAM_LEAD, EMPLOYEE, ANALYST, PRIVACY_OFFICER = ROLES = (
    "viewer", "team_lead", "employee", "analyst", "privacy_officer",
)  # fmt: skip
ALLOW, DENY = EFFECTS = ("allow", "deny")
COLUMNS = ("email", "role", "effect", "employee_id", "team_id")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Viewer:
    """Somebody at the app.

    is_open : nobody can sign in, so this is anybody.
    employees, teams : whose feedback may be read: exactly these, nothing when both are empty.
    """

    email: str = ""
    roles: frozenset[str] = frozenset()
    employees: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def sees_figures(self) -> bool:
        """Figures of groups: every role has them; so has anybody where nobody can sign in."""
        return self.is_open or bool(self.roles)

    @property
    def sees_feedback(self) -> bool:
        """Feedback about single employees."""
        return bool(self.employees or self.teams)

    @property
    def codes_texts(self) -> bool:
        return ANALYST in self.roles

    @property
    def sees_rights(self) -> bool:
        return PRIVACY_OFFICER in self.roles


ANYBODY = Viewer(is_open=True)
NOBODY = Viewer()


def roles_file() -> Path:
    """The table of rights: SERVICE_CONTROL_ROLES, else `roles.csv` beside this file."""
    configured = os.environ.get("SERVICE_CONTROL_ROLES")
    return Path(configured) if configured else Path(__file__).with_name("roles.csv")


def read_rights(file: Path) -> list[dict[str, str]]:
    """Rows of the table, checked.

    Raises
    ------
    InputError : there is no such file, or a row that could be meant otherwise than it is read. Nobody has rights
        then: a denial that is misspelt must not be passed over.
    """
    remedy = f"see app/access.py for the columns: {', '.join(COLUMNS)}"
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            rows = [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]
            found = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"the table of rights cannot be read: {error}", where=str(file), remedy=remedy
        ) from error
    if found != COLUMNS:
        raise InputError(f"the columns are {', '.join(found)}", where=str(file), remedy=remedy)
    for line, row in enumerate(rows, 2):
        if problem := _problem(row):
            raise InputError(problem, where=f"{file}, row {line}", remedy=remedy)
    return rows


def _problem(row: Row) -> str:
    if "@" not in row["email"]:
        return f'"{row["email"]}" is no e-mail address'
    if row["effect"] not in EFFECTS:
        return f'"{row["effect"]}" is neither allow nor deny'
    if row["role"] not in ROLES and not (row["role"] == "" and row["effect"] == DENY):
        return f'"{row["role"]}" is no role'
    if row["effect"] == ALLOW and row["role"] == EMPLOYEE and not row["employee_id"]:
        return "an employee needs an employee_id"
    if row["effect"] == ALLOW and row["role"] == TEAM_LEAD and not row["team_id"]:
        return "a team lead needs a team_id"
    return ""


def viewer_of(email: str, rights: Iterable[Row]) -> Viewer:
    """What somebody may see. An address without rows may see nothing."""
    address = email.strip().casefold()
    mine = [row for row in rights if row["email"].casefold() == address] if address else []
    denied = [row for row in mine if row["effect"] == DENY]
    allowed = [row for row in mine if row["effect"] == ALLOW and not any(_takes(no, row) for no in denied)]
    return Viewer(
        email=address,
        roles=frozenset(row["role"] for row in allowed),
        employees=_distinct(row["employee_id"] for row in allowed if row["role"] == EMPLOYEE),
        teams=_distinct(row["team_id"] for row in allowed if row["role"] == TEAM_LEAD),
    )


def _takes(denial: Row, right: Row) -> bool:
    """Whether a denial takes a right away: of its role or all, of its employee and team or all."""
    return all(denial[name] in ("", right[name]) for name in ("role", "employee_id", "team_id"))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
