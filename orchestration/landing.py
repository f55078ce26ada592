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
import time
from collections.abc import Callable, Iterable, Mapping
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
from orchestration.ledger import Check, Ledger, Seen, refusal
from orchestration.project import Folders, Table, folders, read_contract, seeds_folder
from orchestration.readers import ROWS, Delivered, query, quoted, read_rows
from orchestration.refusals import FileRefused, Problem
from orchestration.reshape import reshape_contract, reshape_export, reshape_system
from orchestration.warehouse import build_lock, open_build
from service_control.errors import InputError, ServiceControlError

# Part of the fingerprint of every file: a loader that reads differently reads everything again.
LOADER_VERSION = 1

# Judges rows before they replace the accepted ones: (connection, contract table, relation, file) -> checks.
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
    """A file with what is needed to read it. `settings` is the fingerprint of everything but the file
    itself."""

    landed: LandingFile
    declaration: Declaration
    table: Table | None
    survey: Survey | None
    settings: str


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
        loader = _Loader(where, connection, contract, audit, report, result)
        present = set()
        for file, found in discover(where.landing, contract):
            present.add(file)
            if isinstance(found, FileRefused):
                loader.refuse_unplaced(file, found)
                continue
            declaration = declaration_for(file, declarations)
            survey = surveys.get(found.survey_code) if found.kind == "export" else None
            table = contract.get(found.target_table)
            settings = _fingerprint(declaration, table, survey, contract if found.kind == "export" else None)
            loader.load(_Job(found, declaration, table, survey, settings), full)
        loader.remove(set(loader.known) - present)
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


class _Loader:
    """One run: the connection, the books, and what came out so far."""

    def __init__(
        self,
        where: Folders,
        connection: duckdb.DuckDBPyConnection,
        contract: Mapping[str, Table],
        audit: Audit | None,
        report: Callable[[str], None],
        result: LoadResult,
    ) -> None:
        self.where, self.connection, self.contract = where, connection, contract
        self.audit, self.report, self.result = audit, report, result
        query(connection, "attach ':memory:' as stage")
        self.books = Ledger(connection)
        for table in contract.values():
            self.books.ensure_table(table.name, [column.name for column in table.columns], exact=True)
        self.known = self.books.known_files()

    def load(self, job: _Job, full: bool) -> None:
        """Load one file if it is new; every outcome is recorded."""
        landed, known, started = job.landed, self.known.get(job.landed.file), time.monotonic()
        stat = landed.path.stat()
        seen = Seen(landed, stat.st_size, stat.st_mtime_ns, None, job.settings)
        is_read_alike = known is not None and known.settings == job.settings
        if is_read_alike and not full and (known.bytes, known.modified_ns) == (seen.bytes, seen.modified_ns):
            self.result.unchanged += 1
            return
        try:
            inspected = inspect(landed, job.declaration, self.where.transcoded)
            seen = replace(seen, sha256=inspected.sha256)
            if is_read_alike and known.sha256 == seen.sha256:
                self.books.same_content(seen)
                self.result.unchanged += 1
                return
            delivered, selects, warnings = self.read(job, inspected)
            checks = self.judge(job)
            self.refuse_if_changing(seen)
            target = "answers" if job.survey is not None and job.survey.is_long else landed.target_table
            rows = self.books.accept(
                seen, target, selects, delivered.rejected, warnings, checks, is_new=known is None
            )
            self.result.accepted[landed.file] = rows
            self.result.rows += rows
            self.result.rejected += len(delivered.rejected)
            outcome = f"{rows:,} rows"
        except FileRefused as refused:
            if refused.reason_code == "still_being_written":
                # Without a fingerprint the next run reads it again.
                seen = replace(seen, settings=None)
            problem = refusal(seen, known, refused)
            self.books.refuse(seen, known, problem)
            self.result.refused[landed.file] = problem.reason
            outcome = f"refused ({refused.reason_code})"
        finally:
            for name in ("rows", "delivered", "responses", "gaps"):
                query(self.connection, f"drop table if exists stage.main.{name}")
        self.report(f"{landed.file}: {outcome}, {time.monotonic() - started:.1f} s")

    def refuse_if_changing(self, seen: Seen) -> None:
        """A file that another program is still writing is not accepted, whatever was read of it."""
        stat = seen.landed.path.stat()
        if (stat.st_size, stat.st_mtime_ns) != (seen.bytes, seen.modified_ns):
            raise FileRefused(
                "still_being_written",
                "the file changed while it was being read; it is tried again at the next build",
                where=seen.landed.file,
                remedy="write under another name (for instance with .part at the end) and rename when done",
            )

    def read(self, job: _Job, inspected: Inspection) -> tuple[Delivered, dict[str, str], tuple[Problem, ...]]:
        """Read the file and say which relation fills which raw table."""
        landed, declaration = job.landed, job.declaration
        if landed.kind == "export":
            if job.survey is None:
                raise FileRefused(
                    "not_in_catalogue",
                    f'the survey "{landed.survey_code}" has no rows in the catalogue',
                    where=landed.file,
                    remedy=f"add its columns to {CATALOGUE}, or name the file after an existing survey_code",
                )
            judge_export(job.survey)
        # A timestamp without offset is local time of the declared zone; the casts in reshape.py rely on it.
        query(self.connection, f"set TimeZone = {quoted(declaration.timezone)}")
        delivered = read_rows(self.connection, landed, inspected, declaration)
        if landed.kind == "export":
            reshaped = reshape_export(landed, job.survey, self.contract, delivered, declaration)
            selects, warnings = dict(reshaped.selects), reshaped.warnings
            # Written once so that it can be judged; the answers, which are many, go straight from the rows.
            query(self.connection, f"create or replace table stage.main.responses as {selects['responses']}")
            selects["responses"] = "select * from stage.main.responses"
        elif landed.kind == "contract":
            reshaped = reshape_contract(landed, job.table, delivered, declaration)
            warnings = reshaped.warnings
            select = reshaped.selects[landed.target_table]
            query(self.connection, f"create or replace table stage.main.delivered as {select}")
            query(self.connection, f"drop table {ROWS}")
            selects = {landed.target_table: "select * from stage.main.delivered"}
        else:
            columns, select = reshape_system(landed, delivered)
            self.books.ensure_table(landed.target_table, columns, exact=False)
            selects, warnings = {landed.target_table: select}, ()
        return delivered, selects, warnings

    def judge(self, job: _Job) -> list[Check]:
        """Run the expectations on the rows that are about to be accepted."""
        if self.audit is None or job.landed.kind == "system":
            return []
        relation = "stage.main.responses" if job.landed.kind == "export" else "stage.main.delivered"
        checks = self.audit(
            self.connection, self.contract[job.landed.target_table], relation, job.landed.file
        )
        failed = [check for check in checks if check.status == "fail"]
        if failed:
            raise FileRefused(
                "landing_expectations",
                "the content is mostly wrong: " + "; ".join(check.message or check.name for check in failed),
                where=job.landed.file,
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
