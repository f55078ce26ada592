"""The loader: files of landing/ into schema `raw` of build.duckdb, each file whole or not at all.

Belongs here: what is new, the transaction per file, the bookkeeping (`raw.landing_files`, `raw.landing_problems`).
Not here: bytes (files.py), rows (readers.py), columns (reshape.py), expectations (expectations.py).
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
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

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
from orchestration.project import Folders, Table, folders, read_contract, seeds_folder
from orchestration.readers import ROWS, Delivered, query, quoted, read_rows
from orchestration.refusals import FileRefused, Problem
from orchestration.reshape import LINEAGE, identifier_sql, reshape_contract, reshape_export, reshape_system
from orchestration.warehouse import build_lock, now, open_build
from service_control.errors import InputError, ServiceControlError

# Part of the fingerprint of every file: a loader that reads differently reads everything again.
LOADER_VERSION = 1

BOOKKEEPING = """
create schema if not exists raw;
create table if not exists raw.landing_files (
    file varchar primary key, area varchar, target_table varchar, survey_code varchar, sha256 varchar, bytes bigint,
    status varchar, row_count bigint, rejected_count bigint, loaded_at timestamp, last_accepted_at timestamp,
    modified_ns bigint, settings varchar);
create table if not exists raw.landing_problems (
    file varchar, target_table varchar, survey_code varchar, row_number bigint, column_name varchar, level varchar,
    reason_code varchar, reason varchar, raw_record varchar);
create table if not exists raw.landing_checks (
    file varchar, target_table varchar, check_name varchar, status varchar, failing_count bigint, message varchar,
    checked_at timestamp);
"""


@dataclass(frozen=True)
class Check:
    """Outcome of one expectation on one file: status is pass, warn or fail."""

    name: str
    status: str
    failing_count: int = 0
    message: str = ""


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
    """A file with what is needed to read it. `settings` is the fingerprint of everything but the file itself."""

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

    A file is read again when its size or time changed and its content too (with `full`: content compared for every
    file), or when the catalogue rows or the declaration that concern it changed. A file that is refused keeps the rows
    of its last accepted version.

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
        loader.prepare()
        seen = set()
        for file, found in discover(where.landing, contract):
            seen.add(file)
            if isinstance(found, FileRefused):
                loader.refuse_unplaced(file, found)
                continue
            declaration = declaration_for(file, declarations)
            survey = surveys.get(found.survey_code) if found.kind == "export" else None
            table = contract.get(found.target_table)
            settings = _fingerprint(declaration, table, survey, contract if found.kind == "export" else None)
            loader.load(_Job(found, declaration, table, survey, settings), full)
        loader.forget(set(loader.known) - seen)
        loader.note_catalogue(surveys.values())
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
    """One run: the connection, what is known of each file, and the transactions."""

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
        self.known: dict[str, dict[str, Any]] = {}

    def sql(self, statement: str, parameters: object = None) -> list[tuple]:
        return query(self.connection, statement, parameters)

    def prepare(self) -> None:
        """Create what does not exist yet, follow the contract's columns, and read what is known."""
        self.sql("attach ':memory:' as stage")
        self.sql(BOOKKEEPING)
        for table in self.contract.values():
            self.ensure_table(table.name, [column.name for column in table.columns], exact=True)
        names = ("file", "area", "target_table", "survey_code", "sha256", "bytes", "status", "row_count",
                 "loaded_at", "last_accepted_at", "modified_ns", "settings")  # fmt: skip
        for row in self.sql(f"select {', '.join(names)} from raw.landing_files"):
            self.known[row[0]] = dict(zip(names, row, strict=True))

    def ensure_table(self, name: str, columns: list[str], *, exact: bool) -> None:
        """A raw table with at least these columns as text (`exact`: no others), and the lineage columns."""
        table = f"raw.{identifier_sql(name)}"
        definition = ", ".join(f"{identifier_sql(column)} varchar" for column in columns)
        self.sql(
            f"create table if not exists {table} ({definition}, _file varchar, _row bigint, _loaded_at timestamp)"
        )
        existing = {
            row[0].casefold()
            for row in self.sql(
                "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ? "
                "and database_name = current_database()",
                [name],
            )
        }
        wanted = {column.casefold() for column in columns}
        for column in columns:
            if column.casefold() not in existing:
                self.sql(f"alter table {table} add column {identifier_sql(column)} varchar")
        if exact:
            for column in sorted(existing - wanted - set(LINEAGE)):
                self.sql(f"alter table {table} drop column {identifier_sql(column)}")

    def load(self, job: _Job, full: bool) -> None:
        """Load one file if it is new; every outcome is recorded."""
        landed, known = job.landed, self.known.get(job.landed.file)
        stat = landed.path.stat()
        same_settings = known is not None and known["settings"] == job.settings
        if (
            same_settings
            and not full
            and (known["bytes"], known["modified_ns"]) == (stat.st_size, stat.st_mtime_ns)
        ):
            self.result.unchanged += 1
            return
        started, digest = time.monotonic(), None
        try:
            inspected = inspect(landed, job.declaration, self.where.transcoded)
            digest = inspected.sha256
            if same_settings and known["sha256"] == digest:
                self.sql(
                    "update raw.landing_files set bytes = ?, modified_ns = ? where file = ?",
                    [stat.st_size, stat.st_mtime_ns, landed.file],
                )
                self.result.unchanged += 1
                return
            delivered, selects, warnings = self.read(job, inspected)
            checks = self.judge(job, selects)
            after = landed.path.stat()
            if (after.st_size, after.st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
                raise FileRefused(
                    "still_being_written",
                    "the file changed while it was being read; it is tried again at the next build",
                    where=landed.file,
                    remedy="write under another name (for instance with .part at the end) and rename when done",
                )
            self.accept(job, stat, inspected, delivered, selects, warnings, checks)
        except FileRefused as refusal:
            self.refuse(job, stat, digest, refusal)
        finally:
            for name in ("rows", "delivered", "responses", "answers", "gaps"):
                self.sql(f"drop table if exists stage.main.{name}")
        seconds = time.monotonic() - started
        outcome = self.result.refused.get(landed.file)
        rows = self.result.accepted.get(landed.file)
        self.report(
            f"{landed.file}: {f'refused ({outcome})' if outcome else f'{rows:,} rows'}, {seconds:.1f} s"
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
        self.sql(f"set TimeZone = {quoted(declaration.timezone)}")
        delivered = read_rows(self.connection, landed, inspected, declaration)
        if landed.kind == "export":
            reshaped = reshape_export(landed, job.survey, self.contract, delivered, declaration)
            selects, warnings = dict(reshaped.selects), reshaped.warnings
            # Written once so that it can be judged; the answers, which are many, go straight from the rows.
            self.sql(f"create or replace table stage.main.responses as {selects['responses']}")
            selects["responses"] = "select * from stage.main.responses"
        elif landed.kind == "contract":
            reshaped = reshape_contract(landed, job.table, delivered, declaration)
            warnings = reshaped.warnings
            self.sql(
                f"create or replace table stage.main.delivered as {reshaped.selects[landed.target_table]}"
            )
            self.sql(f"drop table {ROWS}")
            selects = {landed.target_table: "select * from stage.main.delivered"}
        else:
            columns, select = reshape_system(landed, delivered)
            self.ensure_table(landed.target_table, columns, exact=False)
            selects, warnings = {landed.target_table: select}, ()
        return delivered, selects, warnings

    def judge(self, job: _Job, selects: Mapping[str, str]) -> list[Check]:
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

    def accept(
        self,
        job: _Job,
        stat: Any,
        inspected: Inspection,
        delivered: Delivered,
        selects: Mapping[str, str],
        warnings: Iterable[Problem],
        checks: Iterable[Check],
    ) -> None:
        """Replace the rows of the file, and what is known about it, in one transaction."""
        landed, moment = job.landed, now()
        counts = {}
        with self.transaction():
            for table, select in selects.items():
                target = f"raw.{identifier_sql(table)}"
                self.sql(f"delete from {target} where _file = ?", [landed.file])
                ((counts[table],),) = self.sql(
                    f"insert into {target} by name select *, {quoted(landed.file)} as _file, "
                    f"timestamp '{moment}' as _loaded_at from ({select})"
                )
            target = "answers" if job.survey is not None and job.survey.is_long else landed.target_table
            self.sql("delete from raw.landing_problems where file = ?", [landed.file])
            self.sql("delete from raw.landing_checks where file = ?", [landed.file])
            self.note(landed, [*delivered.rejected, *warnings], target)
            for check in checks:
                self.sql(
                    "insert into raw.landing_checks values (?, ?, ?, ?, ?, ?, ?)",
                    [
                        landed.file,
                        target,
                        check.name,
                        check.status,
                        check.failing_count,
                        check.message,
                        moment,
                    ],
                )
            rows = counts[target] + len(delivered.rejected)
            self.record(
                job, stat, inspected.sha256, "accepted", target, rows, len(delivered.rejected), moment, moment
            )
        self.result.accepted[landed.file] = counts[target]
        self.result.rows += counts[target]
        self.result.rejected += len(delivered.rejected)

    def refuse(self, job: _Job, stat: Any, digest: str | None, refusal: FileRefused) -> None:
        """Record why a file is not loaded; the rows of its last accepted version stay."""
        landed, known = job.landed, self.known.get(job.landed.file)
        kept = known["row_count"] if known and known["last_accepted_at"] else 0
        problem = refusal.as_problem()
        if kept:
            problem = Problem(
                "refused",
                problem.reason_code,
                f"{problem.reason}. The {kept:,} rows accepted on {known['last_accepted_at']:%Y-%m-%d %H:%M} UTC stay",
                problem.row_number,
                problem.column_name,
            )
        # A file that was being written keeps no fingerprint, so the next run reads it again.
        settled = job.settings if refusal.reason_code != "still_being_written" else None
        with self.transaction():
            self.sql("delete from raw.landing_problems where file = ? and level = 'refused'", [landed.file])
            self.note(landed, [problem], known["target_table"] if kept else landed.target_table)
            if kept:
                self.sql(
                    "update raw.landing_files set status = 'refused', sha256 = ?, bytes = ?, modified_ns = ?, "
                    "settings = ?, loaded_at = ? where file = ?",
                    [digest, stat.st_size, stat.st_mtime_ns, settled, now(), landed.file],
                )
            else:
                self.record(job, stat, digest, "refused", landed.target_table, 0, 0, now(), None, settled)
        self.result.refused[landed.file] = problem.reason

    def refuse_unplaced(self, file: str, refusal: FileRefused) -> None:
        """Record a file whose place or name says no table."""
        problem = refusal.as_problem()
        area = file.split("/")[0] if "/" in file else None
        with self.transaction():
            self.sql("delete from raw.landing_problems where file = ?", [file])
            self.sql("delete from raw.landing_files where file = ?", [file])
            self.sql(
                "insert into raw.landing_files (file, area, status, row_count, rejected_count, loaded_at) "
                "values (?, ?, 'refused', 0, 0, ?)",
                [file, area, now()],
            )
            self.sql(
                "insert into raw.landing_problems (file, level, reason_code, reason) values (?, ?, ?, ?)",
                [file, problem.level, problem.reason_code, problem.reason],
            )
        if file in self.known and self.known[file]["status"] == "refused":
            self.result.unchanged += 1
        else:
            self.result.refused[file] = problem.reason
            self.report(f"{file}: refused ({problem.reason})")

    def forget(self, files: Iterable[str]) -> None:
        """Take out the rows of files that are gone."""
        for file in sorted(files):
            known = self.known[file]
            if known["status"] == "removed":
                continue
            targets = ["responses", "answers"] if known["survey_code"] else [known["target_table"]]
            with self.transaction():
                for target in filter(None, targets):
                    self.sql(f"delete from raw.{identifier_sql(target)} where _file = ?", [file])
                self.sql("delete from raw.landing_problems where file = ?", [file])
                self.sql("delete from raw.landing_checks where file = ?", [file])
                if known["last_accepted_at"] is None:
                    self.sql("delete from raw.landing_files where file = ?", [file])
                    continue
                self.sql(
                    "update raw.landing_files set status = 'removed', sha256 = null, bytes = null, settings = null, "
                    "modified_ns = null, row_count = 0, rejected_count = 0, loaded_at = ? where file = ?",
                    [now(), file],
                )
                reason = f"{file}: the file is gone, so its {known['row_count']:,} rows no longer count"
                self.sql(
                    "insert into raw.landing_problems (file, target_table, survey_code, level, reason_code, reason) "
                    "values (?, ?, ?, 'warning', 'file_removed', ?)",
                    [file, known["target_table"], known["survey_code"], reason],
                )
            self.result.removed.append(file)
            self.report(reason)

    def note_catalogue(self, surveys: Iterable[Survey]) -> None:
        """Record catalogue rows that cannot be used, also of surveys that are delivered contract-shaped."""
        with self.transaction():
            self.sql("delete from raw.landing_problems where file = ?", [CATALOGUE])
            for survey in surveys:
                for problem in survey.problems:
                    self.sql(
                        "insert into raw.landing_problems (file, target_table, survey_code, column_name, level, "
                        "reason_code, reason) values (?, 'answers', ?, ?, 'refused', ?, ?)",
                        [CATALOGUE, survey.code, problem.column_name, problem.reason_code, str(problem)],
                    )

    def note(self, landed: LandingFile, problems: list[Problem], target: str) -> None:
        if not problems:
            return
        columns = ("row_number", "column_name", "level", "reason_code", "reason", "raw_record")
        table = pa.table(
            {
                name: pa.array(
                    [getattr(p, name) for p in problems], pa.int64() if name == "row_number" else pa.string()
                )
                for name in columns
            }
        )
        self.connection.register("found_problems", table)
        self.sql(
            f"insert into raw.landing_problems by name select ? as file, ? as target_table, ? as survey_code, "
            f"{', '.join(columns)} from found_problems",
            [landed.file, target, landed.survey_code],
        )
        self.connection.unregister("found_problems")

    def record(
        self,
        job: _Job,
        stat: Any,
        digest: str | None,
        status: str,
        target: str,
        rows: int,
        rejected: int,
        loaded_at: datetime,
        accepted_at: datetime | None,
        settings: str | None = "",
    ) -> None:
        landed = job.landed
        self.sql(
            "insert or replace into raw.landing_files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [landed.file, landed.area, target, landed.survey_code, digest, stat.st_size, status, rows, rejected,
             loaded_at, accepted_at, stat.st_mtime_ns, job.settings if settings == "" else settings],
        )  # fmt: skip

    def transaction(self) -> _Transaction:
        return _Transaction(self.connection)


class _Transaction:
    """begin … commit, or rollback when anything is raised."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        query(self.connection, "begin")

    def __exit__(self, kind: object, *_: object) -> None:
        query(self.connection, "commit" if kind is None else "rollback")


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
