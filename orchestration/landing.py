"""The loader: files of landing/ into schema `raw` of build.duckdb, each file whole or not at all.

Belongs here: what is new, and the way of a file from bytes to accepted or refused. Not here: bytes
(files.py), rows (readers.py), columns (reshape.py), expectations (expectations.py), the books (ledger.py).
Run alone: `python -m orchestration.landing [--full]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace

import duckdb

from orchestration.catalogue import (
    CATALOGUE,
    Declaration,
    Survey,
    declaration_for,
    judge_export,
    read_catalogue,
    read_declarations,
    read_scales,
)
from orchestration.files import Inspection, LandingFile, discover, inspect
from orchestration.ledger import Check, Known, Ledger, Outcome, Seen, Staged
from orchestration.project import Folders, Table, folders, read_contract, seeds_folder
from orchestration.readers import query, read_rows
from orchestration.refusals import FileRefused
from orchestration.reshape import reshape_contract, reshape_export, reshape_system
from orchestration.warehouse import build_lock, open_build, quoted
from service_control.errors import InputError, ServiceControlError

# Part of the fingerprint of every file: a loader that reads differently reads everything again.
LOADER_VERSION = 1

# Files are accepted in groups of about this size, while as much again is read ahead: two large files never
# wait beside each other, and many small ones are read on all cores.
GROUP_BYTES = 64 * 1024 * 1024
# What a file costs however small it is: tables of its own and its share of a commit.
FILE_BYTES = 1024 * 1024

# Judges rows before they replace the accepted ones, several files at a time:
# (connection to take a cursor of, contract table, relation, file) -> checks.
Audit = Callable[[duckdb.DuckDBPyConnection, Table, str, str], list[Check]]


@dataclass
class LoadResult:
    """What a run of the loader did, file by file."""

    accepted: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    rows: int = 0
    rejected: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.accepted or self.refused or self.removed)


@dataclass(frozen=True)
class _Job:
    """A new or changed file with what is needed to read it; its tables are in the schema `stage`."""

    seen: Seen
    known: Known | None
    declaration: Declaration
    table: Table | None
    survey: Survey | None
    stage: str

    @property
    def size(self) -> int:
        return self.seen.bytes + FILE_BYTES

    @property
    def judged(self) -> str:
        """The table of the rows that the expectations are about."""
        return f"{self.stage}.judged"


def load_landing(
    where: Folders,
    *,
    audit: Audit | None = None,
    full: bool = False,
    report: Callable[[str], None] = lambda line: None,
) -> LoadResult:
    """Bring schema `raw` up to date with landing/. The caller holds the build lock.

    A file is read again when its size or time changed and its content too (with `full`: content compared for
    every file), or when the catalogue rows or the declaration that concern it changed. A file that is refused
    keeps the rows of its last accepted version.

    Raises
    ------
    InputError : the landing folder does not exist, or a seed that describes files cannot be read.
    """
    if not where.landing.is_dir():
        raise InputError(
            "the landing folder does not exist",
            where=str(where.landing),
            remedy="create it, or set SERVICE_CONTROL_LANDING; the rows loaded before are untouched",
        )
    contract, seeds, result = read_contract(), seeds_folder(), LoadResult()
    surveys = read_catalogue(seeds / "survey_items.csv", read_scales(seeds / "scales.csv"))
    with open_build(where) as connection:
        zones = {name for (name,) in query(connection, "select name from pg_timezone_names()")}
        declarations = read_declarations(seeds / "landing_files.csv", zones)
        loader = _Loader(where, connection, contract, surveys, declarations, audit, report, result)
        found = dict(discover(where.landing, contract))
        loader.load(found, full)
        loader.remove(set(loader.known) - set(found))
        loader.books.note_catalogue(surveys.values())
    shutil.rmtree(where.transcoded, ignore_errors=True)
    return result


def _fingerprint(
    declaration: Declaration, table: Table | None, survey: Survey | None, contract: Mapping[str, Table] | None
) -> str:
    tables = [contract["responses"], contract["answers"]] if contract else [table] if table else []
    content = {
        "loader": LOADER_VERSION,
        "declaration": asdict(declaration),
        "tables": [asdict(each) for each in tables],
        "survey": [survey.rows, [str(problem) for problem in survey.problems]] if survey else None,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _still_being_written(outcome: Outcome) -> Outcome:
    refused = FileRefused(
        "still_being_written",
        "the file changed while it was being read; it is tried again at the next build",
        where=outcome.seen.landed.file,
        remedy="write under another name (for instance with .part at the end) and rename when done",
    )
    # Without a fingerprint the next run reads it again.
    return Outcome(replace(outcome.seen, settings=None), outcome.known, refused=refused)


def _is_as_seen(seen: Seen) -> bool:
    try:
        stat = seen.landed.path.stat()
    except FileNotFoundError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (seen.bytes, seen.modified_ns)


class _Loader:
    """One run: the connection, the books, and what came out so far.

    Files are read and judged side by side, each with a cursor and a schema of its own, and accepted in their
    order, a group per transaction. Only the thread of the caller writes to the build database.
    """

    def __init__(
        self,
        where: Folders,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, Table],
        surveys: Mapping[str, Survey],
        declarations: Iterable[Declaration],
        audit: Audit | None,
        report: Callable[[str], None],
        result: LoadResult,
    ) -> None:
        self.where, self.connection, self.contract = where, connection, contract
        self.surveys, self.declarations = surveys, declarations
        self.audit, self.report, self.result = audit, report, result
        query(connection, "attach ':memory:' as stage")
        self.books = Ledger(connection)
        for table in contract.values():
            self.books.ensure_table(table.name, [column.name for column in table.columns], exact=True)
        self.known = self.books.known_files()

    def load(self, found: Mapping[str, LandingFile | FileRefused], full: bool) -> None:
        """Load the files that are new or changed; every outcome is recorded."""
        group: list[tuple[_Job, Outcome]] = []
        ((threads,),) = query(self.connection, "select current_setting('threads')")
        with ThreadPoolExecutor(threads) as pool:
            for job, outcome in self.read_ahead(pool, self.new_jobs(found, full)):
                group.append((job, outcome))
                if sum(job.size for job, _ in group) >= GROUP_BYTES:
                    self.record(group)
                    group = []
        self.record(group)

    def new_jobs(self, found: Mapping[str, LandingFile | FileRefused], full: bool) -> Iterator[_Job]:
        """The files that may be new: all but those of the known size, time and settings."""
        for number, (file, landed) in enumerate(found.items()):
            if isinstance(landed, FileRefused):
                self.refuse_unplaced(file, landed)
                continue
            declaration = declaration_for(file, self.declarations)
            survey = self.surveys.get(landed.survey_code) if landed.kind == "export" else None
            table = self.contract.get(landed.target_table)
            contract = self.contract if landed.kind == "export" else None
            settings = _fingerprint(declaration, table, survey, contract)
            known, stat = self.known.get(file), landed.path.stat()
            seen = Seen(landed, stat.st_size, stat.st_mtime_ns, None, settings)
            as_known = known and (known.settings, known.bytes, known.modified_ns) == (
                settings, seen.bytes, seen.modified_ns,
            )  # fmt: skip
            if as_known and not full:
                self.result.unchanged += 1
                continue
            yield _Job(seen, known, declaration, table, survey, f"stage.file_{number}")

    def read_ahead(self, pool: ThreadPoolExecutor, jobs: Iterable[_Job]) -> Iterator[tuple[_Job, Outcome]]:
        """The outcomes in the order of the jobs. A file that is larger than a group is read alone."""
        waiting: deque[tuple[_Job, Future[Outcome]]] = deque()
        for job in jobs:
            while waiting and job.size + sum(each.size for each, _ in waiting) > GROUP_BYTES:
                first, outcome = waiting.popleft()
                yield first, outcome.result()
            waiting.append((job, pool.submit(self.stage, job)))
        for first, outcome in waiting:
            yield first, outcome.result()

    def stage(self, job: _Job) -> Outcome:
        """Read and judge one file, in a thread of its own."""
        seen, known = job.seen, job.known
        try:
            inspected = inspect(seen.landed, job.declaration, self.where.transcoded)
            seen = replace(seen, sha256=inspected.sha256)
            if known and (known.settings, known.sha256) == (seen.settings, seen.sha256):
                return Outcome(seen, known)
            with self.connection.cursor() as cursor:
                return Outcome(seen, known, self.read(cursor, job, inspected))
        except FileRefused as refused:
            return Outcome(seen, known, refused=refused)
        except FileNotFoundError:
            return _still_being_written(Outcome(seen, known))

    def record(self, group: list[tuple[_Job, Outcome]]) -> None:
        """Write a group of outcomes to the build database, and empty their stages."""
        # A file that another program is still writing is not accepted, whatever was read of it.
        outcomes = [
            _still_being_written(outcome) if outcome.staged and not _is_as_seen(outcome.seen) else outcome
            for _, outcome in group
        ]
        self.books.record(outcomes)
        for outcome in outcomes:
            self.note(outcome)
        for job, _ in group:
            query(self.connection, f"drop schema if exists {job.stage} cascade")

    def note(self, outcome: Outcome) -> None:
        """Count and report an outcome."""
        file, staged = outcome.seen.landed.file, outcome.staged
        if staged:
            self.result.accepted[file] = staged.rows
            self.result.rows += staged.rows
            self.result.rejected += len(staged.rejected)
            self.report(f"{file}: {staged.rows:,} rows")
        elif outcome.refused:
            (problem,) = outcome.problems()
            self.result.refused[file] = problem.reason
            self.report(f"{file}: refused ({problem.reason_code})")
        else:
            self.result.unchanged += 1

    def read(self, cursor: duckdb.DuckDBPyConnection, job: _Job, inspected: Inspection) -> Staged:
        """Read the file into its stage, judge it, and say which relation fills which raw table."""
        landed, declaration, survey = job.seen.landed, job.declaration, job.survey
        if landed.kind == "export":
            if survey is None:
                raise FileRefused(
                    "not_in_catalogue",
                    f'the survey "{landed.survey_code}" has no rows in the catalogue',
                    where=landed.file,
                    remedy=f"add its columns to {CATALOGUE}, or name the file after an existing survey_code",
                )
            judge_export(survey)
        query(cursor, f"create schema {job.stage}")
        # A timestamp without offset is local time of the declared zone; the casts in reshape.py rely on it.
        query(cursor, f"set TimeZone = {quoted(declaration.timezone)}")
        delivered = read_rows(cursor, job.stage, landed, inspected, declaration)
        target, rows = landed.target_table, delivered.row_count
        if landed.kind == "system":
            columns, select = reshape_system(landed, delivered)
            return Staged(target, {target: select}, rows, delivered.rejected, own_columns={target: columns})
        if landed.kind == "contract":
            reshaped = reshape_contract(landed, job.table, delivered, declaration)
        else:
            reshaped = reshape_export(landed, survey, self.contract, delivered, declaration)
            if survey.is_long:
                target = "answers"
                ((rows,),) = query(cursor, f"select count(*) from ({reshaped.selects[target]})")
        # Written once so that it can be judged; the answers of an export, which are many, go straight from the
        # rows.
        query(cursor, f"create table {job.judged} as {reshaped.selects[landed.target_table]}")
        if landed.kind == "contract":
            query(cursor, f"drop table {job.stage}.rows")
        selects = {**reshaped.selects, landed.target_table: f"select * from {job.judged}"}
        return Staged(target, selects, rows, delivered.rejected, reshaped.warnings, self.judge(job))

    def judge(self, job: _Job) -> list[Check]:
        """Run the expectations on the rows that are about to be accepted."""
        if self.audit is None:
            return []
        landed = job.seen.landed
        checks = self.audit(self.connection, self.contract[landed.target_table], job.judged, landed.file)
        failed = [check for check in checks if check.status == "fail"]
        if failed:
            raise FileRefused(
                "landing_expectations",
                "the content is mostly wrong: "
                + "; ".join(check.message or check.check_name for check in failed),
                where=landed.file,
                remedy="compare the export with the one before it, mend it and deliver it again",
            )
        return checks

    def refuse_unplaced(self, file: str, refused: FileRefused) -> None:
        """Record a file whose place or name says no table; told once."""
        self.books.refuse_unplaced(file, refused.as_problem())
        known = self.known.get(file)
        if known is not None and known.status == "refused":
            self.result.unchanged += 1
            return
        self.result.refused[file] = str(refused)
        self.report(f"{file}: refused ({refused.reason_code})")

    def remove(self, files: Iterable[str]) -> None:
        """Take out the rows of files that are gone."""
        for file in sorted(files):
            known = self.known[file]
            if known.status == "removed":
                continue
            reason = f"{file}: the file is gone, so its {known.row_count:,} rows no longer count"
            self.books.remove(file, known, reason)
            if known.last_accepted_at is not None:
                self.result.removed.append(file)
                self.report(reason)


def summary(result: LoadResult) -> str:
    """One line about a run of the loader."""
    parts = [f"{len(result.accepted)} files loaded, {result.rows:,} rows"]
    for count, text in (
        (result.rejected, "unreadable lines"),
        (len(result.refused), "files refused"),
        (len(result.removed), "files gone"),
        (result.unchanged, "files unchanged"),
    ):
        if count:
            parts.append(f"{count:,} {text}")
    return ", ".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Load landing/ without expectations, for adapter work; `make build` runs the same code with them."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.landing", description=main.__doc__)
    parser.add_argument(
        "--full", action="store_true", help="compare the content of every file, not size and time"
    )
    options = parser.parse_args(arguments)
    where = folders()
    try:
        with build_lock(where):
            result = load_landing(where, full=options.full, report=lambda line: print(f"  {line}"))
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    print(summary(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
