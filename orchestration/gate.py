"""What a build must have passed before it is published.

Belongs here: gathering every check of a build in one list, and saying which failed. Not here: the
expectations themselves (expectations.py) and the dbt tests (models, tests/dbt).
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.project import Folders
from orchestration.publish import CheckResult
from orchestration.readers import query
from orchestration.transform import dbt_checks
from orchestration.warehouse import open_build
from service_control.errors import BuildError


def landing_checks(where: Folders) -> list[CheckResult]:
    """Expectations on delivered files, as they were when each file was accepted; kept until the file
    changes."""
    with open_build(where) as connection:
        found = query(
            connection,
            "select check_name, 'gx_landing', target_table, status, failing_count, "
            "concat_ws(': ', file, nullif(message, '')), checked_at "
            "from raw.landing_checks order by all",
        )
    return [CheckResult(*row) for row in found]


def all_checks(where: Folders, mart_checks: Iterable[CheckResult]) -> list[CheckResult]:
    """Every check of the build: dbt tests, expectations on files and on marts.

    Raises
    ------
    BuildError : a model is not built, or checks failed; the message names the first five.
    """
    checks = [*dbt_checks(where), *landing_checks(where), *mart_checks]
    failed = [check for check in checks if check.status == "fail"]
    if failed:
        shown = "; ".join(describe(check) for check in failed[:5])
        raise BuildError(
            f"{len(failed)} of {len(checks)} checks failed: {shown}",
            where=str(where.build_database),
            remedy="mend the data or the models and build again; the former snapshot is still served",
        )
    return checks


def describe(check: CheckResult) -> str:
    """One line about a check that is not green."""
    on = f" on {check.target_table}" if check.target_table else ""
    return f"{check.check_name}{on}" + (f" ({check.message})" if check.message else "")
