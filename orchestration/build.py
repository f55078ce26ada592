"""The one path from landing/ to a published snapshot: `python -m orchestration.build`, which is `make build`.

Belongs here: the order of the steps, what the terminal and build_status.json say, what a failure leaves
behind. Not here: the steps themselves. Dagster (definitions.py) calls the same functions.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orchestration.auditing import LandingAudit, import_ahead, judge_marts, judge_raw_tables
from orchestration.engines import DUCKDB, chosen_target
from orchestration.files import discover
from orchestration.gate import all_checks
from orchestration.landing import load_landing, summary
from orchestration.portable_sql import assert_portable
from orchestration.project import ROOT, Folders, child_environment, folders, read_contract
from orchestration.publish import Run, publish, remove_unfinished
from orchestration.transform import build_models
from orchestration.warehouse import build_lock, now, open_build, write_json
from service_control.errors import BuildError, InputError, ServiceControlError

VERSIONED = ("service-control", "duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "dagster")


@dataclass
class Progress:
    """Says where the build is: on the terminal and in build_status.json."""

    where: Folders
    step_count: int
    started_at: str = field(default_factory=lambda: now().isoformat(timespec="seconds"))
    step: str = ""
    step_number: int = 0
    _step_started: float = 0.0
    _last_line: float = 0.0

    def begin(self, step: str) -> None:
        """Start the next step."""
        self.step, self.step_number, self._step_started = step, self.step_number + 1, time.monotonic()
        print(f"[{self.step_number}/{self.step_count}] {step}", flush=True)
        self.status("running", "")

    def note(self, line: str) -> None:
        """A line within the step; on a terminal it replaces the one before, elsewhere at most one per 2
        seconds."""
        if sys.stdout.isatty():
            width = max(os.get_terminal_size().columns - 1, 20)
            print("\r\033[K      " + line[: width - 6], end="", flush=True)
        elif time.monotonic() - self._last_line > 2:
            self._last_line = time.monotonic()
            print(f"      {line}", flush=True)

    def say(self, line: str) -> None:
        """A line that stays."""
        print(("\r\033[K" if sys.stdout.isatty() else "") + f"      {line}", flush=True)

    def end(self, outcome: str) -> None:
        """Close the step with what came out and how long it took."""
        self.say(f"{outcome} · {time.monotonic() - self._step_started:.1f} s")

    @contextmanager
    def telling_failures(self) -> Iterator[None]:
        """Whatever ends the block early is written to build_status.json."""
        try:
            yield
        except BaseException as error:
            failures = getattr(error, "failures", None) or [
                {"name": type(error).__name__, "message": str(error)}
            ]
            message = "the build was interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
            self.status("failed", message or type(error).__name__, failures)
            raise

    def status(self, state: str, message: str, failures: list[dict[str, str]] | None = None) -> None:
        """Write build_status.json. state: running, succeeded or failed."""
        write_json(
            self.where.build_status,
            {
                "state": state,
                "started_at": self.started_at,
                "finished_at": None if state == "running" else now().isoformat(timespec="seconds"),
                "step": self.step,
                "step_number": self.step_number,
                "step_count": self.step_count,
                "message": message,
                "failures": failures or [],
                "pid": os.getpid(),
            },
        )


class StepFailed(BuildError):
    """A step that failed on several things; each is listed for the reader of build_status.json."""

    def __init__(self, problem: str, failures: list[dict[str, str]], *, where: str, remedy: str) -> None:
        super().__init__(problem, where=where, remedy=remedy)
        self.failures = failures


def build(
    where: Folders, *, publishing: bool = True, full: bool = False, target: str = DUCKDB
) -> dict[str, Any] | None:
    """Run every step; returns the manifest of the published snapshot (None without publishing).

    Raises
    ------
    ServiceControlError : a step failed. build_status.json says so; the former snapshot is still served.
    """
    with build_lock(where):
        remove_unfinished(where)
        empty = landing_is_empty(where)
        progress = Progress(where, step_count=3 + publishing + empty)
        with progress.telling_failures():
            manifest = _run(where, progress, empty, publishing, full, target)
        progress.status("succeeded", f"snapshot {manifest['snapshot_id']}" if manifest else "not published")
        return manifest


def _run(
    where: Folders, progress: Progress, empty: bool, publishing: bool, full: bool, target: str
) -> dict[str, Any] | None:
    run = new_run()
    if empty:
        progress.begin("Simulate an organisation")
        simulate_organisation(where, progress.say)
        progress.end("landing folder filled")
    progress.begin("Load landing files")
    result = load_files(where, progress.note, full=full)
    for reason in result.refused.values():
        progress.say(f"refused: {reason}")
    progress.end(summary(result))

    progress.begin("Build and test models" + (f" on {target}" if target != DUCKDB else ""))
    assert_portable(target)
    if target == DUCKDB:
        # not beside an engine, whose client may not be imported meanwhile
        import_ahead()
    progress.end(transform(where, progress.note, target))

    progress.begin("Audit public marts")
    mart_checks = audit_marts(where)
    checks = all_checks(where, mart_checks)
    warned = sum(check.status == "warn" for check in checks)
    progress.end(f"{len(checks)} checks, {warned} warnings")
    if not publishing:
        return None

    progress.begin("Publish")
    manifest = publish(where, run, checks)
    rows = sum(manifest["row_counts"].values())
    progress.end(f"snapshot {manifest['snapshot_id']}, {len(manifest['row_counts'])} tables, {rows:,} rows")
    return manifest


def new_run() -> Run:
    """Identity of a build that starts now."""
    return Run(uuid.uuid4().hex[:12], now(), versions())


def landing_is_empty(where: Folders) -> bool:
    """No file of a user lies in the landing folder, not even one that has no place."""
    return not any(True for _ in discover(where.landing, read_contract()))


def simulate_organisation(where: Folders, report: Callable[[str], None]) -> None:
    """Fill an empty landing folder with the simulated organisation.

    Raises
    ------
    InputError : rows were loaded before, so an empty folder is a missing delivery rather than a first start.
    BuildError : the generator failed.
    """
    if where.build_database.exists():
        with open_build(where) as connection:
            known = connection.execute(
                "select count(*) from duckdb_tables() where schema_name = 'raw' and table_name = "
                "'landing_files'"
            ).fetchall() != [(0,)] and connection.execute(
                "select count(*) from raw.landing_files where last_accepted_at is not null"
            ).fetchall() != [(0,)]
        if known:
            raise InputError(
                "the landing folder is empty, but files were loaded from it before",
                where=str(where.landing),
                remedy="put the files back; or remove the warehouse folder to start again with simulated "
                "data",
            )
    where.landing.mkdir(parents=True, exist_ok=True)
    child = subprocess.run(
        [sys.executable, "-m", "service_control.demo", "--out", str(where.landing)],
        cwd=ROOT,
        env=child_environment(where),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    lines = child.stdout.strip().splitlines()
    if child.returncode:
        raise BuildError("the simulated organisation could not be made:\n" + "\n".join(lines[-15:]))
    for line in lines:
        report(line.strip())


def load_files(where: Folders, report: Callable[[str], None], *, full: bool = False) -> Any:
    """Bring the raw tables up to date and judge what changed: files before they are accepted, then the tables."""
    result = load_landing(where, audit=LandingAudit(where), full=full, report=report)
    judge_raw_tables(where, read_contract())
    return result


def transform(where: Folders, report: Callable[[str], None], target: str = DUCKDB, *options: str) -> str:
    """Build and test every model. Returns one line about it.

    Raises
    ------
    StepFailed : models or tests failed; each is listed.
    """
    nodes = build_models(where, report, target, *options)
    failed = [node for node in nodes if node["status"] != "skipped"]
    if failed:
        failures = [{"name": node["name"], "message": node["message"].strip()} for node in failed]
        shown = "\n".join(
            f"  {node['name']}: {' '.join(node['message'].split())[:300]}" for node in failures[:10]
        )
        raise StepFailed(
            f"{len(failed)} models or tests failed, {len(nodes) - len(failed)} were skipped:\n{shown}\n",
            failures,
            where="dbt build",
            remedy=f"mend the data or the model; the full log is {where.logs / 'dbt.log'}",
        )
    return "models and tests are green"


def audit_marts(where: Folders) -> list[Any]:
    """Run the expectations on the public marts. Returns their check results."""
    return judge_marts(where)


def versions() -> dict[str, str]:
    """Versions of the project and the tools that make a snapshot; the commit when there is one."""
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ) if (ROOT / ".git").exists() else None  # fmt: skip
    if git is not None and git.returncode == 0:
        found["git"] = git.stdout.strip()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Load what is new in landing/, build, test, audit and publish."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.build", description=main.__doc__)
    parser.add_argument("--no-publish", action="store_true", help="stop after the audit")
    parser.add_argument(
        "--full", action="store_true", help="compare the content of every file, not size and time"
    )
    parser.add_argument(
        "--target", default=chosen_target(), help="engine of the row-heavy models: duckdb, postgres or spark"
    )
    options = parser.parse_args(arguments)
    where, started = folders(), time.monotonic()
    try:
        build(where, publishing=not options.no_publish, full=options.full, target=options.target)
    except ServiceControlError as error:
        print(f"\nThe build failed, nothing was published.\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe build was interrupted, nothing was published.", file=sys.stderr)
        return 130
    print(f"Done in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # With Great Expectations and duckdb-sqlalchemy imported, DuckDB 2.0.0 prints pages about leaked instances
    # when the interpreter ends. All files are closed and synced here, so its farewell can be left out.
    os._exit(code)
