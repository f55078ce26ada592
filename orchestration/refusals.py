"""What can be wrong with a delivered file, and how it is said.

Belongs here: the reasons, the record of a finding, the exception that refuses a file. Not here: finding them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from service_control.errors import InputError

# reason_code -> what it means; the codes are public (raw.landing_problems, rejected_rows), so they only ever
# grow.
REASONS = {
    # whole file
    "truncated": "the last record is incomplete: the file was cut off",
    "encoding": "a byte does not belong to the declared encoding",
    "empty": "the file holds no rows",
    "no_header": "the first line names no columns",
    "missing_column": "a column that the table needs is absent",
    "duplicate_column": "two columns have the same name",
    "unreadable": "the file is not of the kind its name says, or most of its lines do not fit the header",
    "unknown_table": "the place or name of the file says no known table",
    "not_in_catalogue": "the survey has no rows in the catalogue",
    "no_response_id": "the catalogue names no response id for the survey",
    "two_roles": "a role or item is claimed by two columns, or a column by two roles",
    "unknown_role": "the catalogue uses a role that does not exist",
    "incomplete_catalogue": "the catalogue misses a role that this kind of export needs",
    "nps_scale": "an NPS item is not measured from 0 to 10",
    "unknown_scale": "an item has a scale that is not in the list of scales",
    "mixed_scales": "one metric is fed by two scales within a survey",
    "landing_expectations": "the content is mostly wrong: the expectations on the table failed",
    # a line that could not be read
    "wrong_field_count": "the line has more or fewer fields than the header",
    "bad_quote": "a quoted field is not closed properly",
    "bad_json": "the line is not a JSON object",
    "unreadable_line": "the line could not be read",
    # worth knowing
    "unknown_column": "a column that the contract or catalogue does not know",
    "missing_item": "an item of the catalogue is not in the file",
    "file_removed": "a file that was accepted before is gone; its rows are gone too",
    "still_being_written": "the file changed while it was being read; it is tried again next time",
    "settings_wrong": "a row of the survey catalogue or of the file declarations is wrong",
}


@dataclass(frozen=True)
class Problem:
    """One finding about one file. `row_number` counts data rows from 1; `level` is refused, rejected or
    warning."""

    level: str
    reason_code: str
    reason: str
    row_number: int | None = None
    column_name: str | None = None
    raw_record: str | None = None

    def __post_init__(self) -> None:
        assert self.reason_code in REASONS, self.reason_code


class FileRefused(InputError):
    """A whole file is not loaded; what was accepted before stays."""

    def __init__(
        self,
        reason_code: str,
        problem: str,
        *,
        where: str = "",
        remedy: str = "",
        row_number: int | None = None,
        column_name: str | None = None,
    ) -> None:
        super().__init__(problem, where=where, remedy=remedy)
        self.reason_code, self.row_number, self.column_name = reason_code, row_number, column_name

    def as_problem(self) -> Problem:
        return Problem("refused", self.reason_code, str(self), self.row_number, self.column_name)


def near_misses(name: str, candidates: Iterable[str]) -> str:
    """A clause that names what was probably meant, or nothing: ' (did you mean "contact_id"?)'."""
    by_fold = {candidate.casefold(): candidate for candidate in candidates if candidate}
    found = difflib.get_close_matches(name.casefold(), by_fold, n=3, cutoff=0.6)
    if not found:
        return ""
    return " (did you mean " + " or ".join(f'"{by_fold[key]}"' for key in found) + "?)"
