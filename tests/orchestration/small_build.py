"""A build with a stand-in for dbt: fills small public marts, then audits nothing and publishes. Run as a
process.

`python -m tests.orchestration.small_build <generation> [<moment to die at>]`
"""

from __future__ import annotations

import os
import signal
import sys

from orchestration import build, ledger, publish
from orchestration.project import Folders
from orchestration.warehouse import now, open_build

TABLES = ("first", "second", "third")
# function of a module, and the how-manieth call of it that is not survived
MOMENTS = {
    "loading a file": (ledger.Ledger, "_record", 1),
    "building models": (build, "transform", 1),
    "copying tables": (publish, "_carry_runs_over", 1),
    "between database and folder": (publish.Path, "replace", 2),
    "before the pointer": (publish, "_point_to", 1),
    "after the pointer": (publish, "_drop_old", 1),
}


def fill_marts(where: Folders, generation: int, rows: int = 1000) -> None:
    """Every row of every table carries the generation, so that a mixture shows."""
    with open_build(where) as connection:
        connection.execute("create schema if not exists marts")
        for table in TABLES:
            connection.execute(
                f"create or replace table marts.{table} as select {generation} as generation, range as id "
                f"from range({rows})"
            )
            connection.execute(f"comment on table marts.{table} is 'About {table}. One row per id.'")
            connection.execute(f"comment on column marts.{table}.id is 'The {table}''s id.'")


def run(generation: int, moment: str | None) -> int:
    """The real order of steps on the folders of the environment; returns the exit code."""

    def transform(where: Folders, *_: object) -> str:
        fill_marts(where, generation)
        return "filled"

    build.transform = transform
    build.audit_marts = lambda where: []
    build.all_checks = lambda where, checks: []
    build.LandingAudit = lambda where: None
    build.judge_raw_tables = lambda where, contract: None
    if moment:
        die_at(moment)
    return build.main([])


def die_at(moment: str) -> None:
    """Make the process kill itself without warning at that moment, as a power cut would."""
    module, name, call = MOMENTS[moment]
    original, calls = getattr(module, name), []

    def deadly(*arguments: object, **options: object) -> object:
        calls.append(now())
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(module, name, deadly)


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
