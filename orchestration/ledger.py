"""The books of the loader: which files are known, what was wrong with them, which rows are theirs.

Belongs here: the tables `raw.landing_files`, `raw.landing_problems`, `raw.landing_checks` and the raw tables
as tables. Not here: whether a file is new or right (landing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.catalogue import CATALOGUE, Survey
from orchestration.files import LandingFile
from orchestration.project import Folders, Table
from orchestration.readers import query, quoted
from orchestration.refusals import FileRefused, Problem
from orchestration.reshape import LINEAGE, identifier_sql
from orchestration.warehouse import now, open_build

BOOKS = """
create schema if not exists raw;
create table if not exists raw.landing_files (
    file varchar primary key, area varchar, target_table varchar, survey_code varchar, sha256 varchar,
    bytes bigint, status varchar, row_count bigint, rejected_count bigint, loaded_at timestamp,
    last_accepted_at timestamp, modified_ns bigint, settings varchar);
create table if not exists raw.landing_problems (
    file varchar, target_table varchar, survey_code varchar, row_number bigint, column_name varchar,
    level varchar, reason_code varchar, reason varchar, raw_record varchar);
create table if not exists raw.landing_checks (
    file varchar, target_table varchar, check_name varchar, status varchar, failing_count bigint,
    message varchar, checked_at timestamp);
"""


@dataclass(frozen=True)
class Check:
    """Outcome of one expectation on one file: status is pass, warn or fail."""

    name: str
    status: str
    failing_count: int = 0
    message: str = ""


@dataclass(frozen=True)
class Known:
    """What the books say of a file. `row_count` includes rejected lines; `settings` is how it was read."""

    target_table: str | None
    survey_code: str | None
    sha256: str | None
    bytes: int | None
    status: str
    row_count: int
    last_accepted_at: datetime | None
    modified_ns: int | None
    settings: str | None

    @property
    def kept_rows(self) -> int:
        """Rows of the last accepted version that still count."""
        return self.row_count if self.last_accepted_at is not None else 0


@dataclass(frozen=True)
class Seen:
    """A file as it was met: where it belongs, its size, time and content, and the fingerprint of its
    settings."""

    landed: LandingFile
    bytes: int
    modified_ns: int
    sha256: str | None
    settings: str | None


@dataclass
class Landed:
    """State of one raw table: rows, files, what was refused, and expectations that do not hold."""

    row_count: int = 0
    file_count: int = 0
    refused: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    check_count: int = 0


class Ledger:
    """The raw schema of one open build database. Every public method is one transaction, or none is
    needed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        # One checkpoint at the end instead of one per 16 MB: the commits of 200 files took 16 s, and take 5.
        self.sql("set checkpoint_threshold = '1GB'")
        self.sql(BOOKS)

    def sql(self, statement: str, parameters: object = None) -> list[tuple]:
        return query(self.connection, statement, parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, roll back when anything is raised."""
        self.sql("begin")
        try:
            yield
        except BaseException:
            self.sql("rollback")
            raise
        self.sql("commit")

    def known_files(self) -> dict[str, Known]:
        """Every file that is present or was ever accepted."""
        columns = ", ".join(Known.__dataclass_fields__)
        return {row[0]: Known(*row[1:]) for row in self.sql(f"select file, {columns} from raw.landing_files")}

    def ensure_table(self, name: str, columns: list[str], *, exact: bool) -> None:
        """A raw table with at least these columns as text (`exact`: no others), and the lineage columns."""
        table = f"raw.{identifier_sql(name)}"
        definition = ", ".join(f"{identifier_sql(column)} varchar" for column in columns)
        self.sql(
            f"create table if not exists {table} ({definition}, _file varchar, _row bigint, _loaded_at "
            f"timestamp)"
        )
        found = self.sql(
            "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ? "
            "and database_name = current_database()",
            [name],
        )
        existing = {column.casefold() for (column,) in found}
        wanted = {column.casefold() for column in columns}
        for column in columns:
            if column.casefold() not in existing:
                self.sql(f"alter table {table} add column {identifier_sql(column)} varchar")
        if exact:
            for column in sorted(existing - wanted - set(LINEAGE)):
                self.sql(f"alter table {table} drop column {identifier_sql(column)}")

    def accept(
        self,
        seen: Seen,
        target: str,
        selects: Mapping[str, str],
        rejected: list[Problem],
        warnings: Iterable[Problem],
        checks: Iterable[Check],
        *,
        is_new: bool,
    ) -> int:
        """Replace the rows of a file and all that is known about it. Returns the rows written to `target`.

        is_new: the file was never seen, so there is nothing to take out; looking for it would read the whole
        table once per file.
        """
        file, moment, counts = seen.landed.file, now(), {}
        with self.transaction():
            for table, select in selects.items():
                raw = f"raw.{identifier_sql(table)}"
                if not is_new:
                    self.sql(f"delete from {raw} where _file = ?", [file])
                ((counts[table],),) = self.sql(
                    f"insert into {raw} by name select *, {quoted(file)} as _file, "
                    f"timestamp '{moment}' as _loaded_at from ({select})"
                )
            self.sql("delete from raw.landing_problems where file = ?", [file])
            self.sql("delete from raw.landing_checks where file = ?", [file])
            self._note(seen.landed, target, [*rejected, *warnings])
            self._keep(file, seen.landed.target_table, checks)
            rows = counts[target] + len(rejected)
            self._record(seen, target, "accepted", rows, len(rejected), moment, moment)
        return counts[target]

    def refuse(self, seen: Seen, known: Known | None, problem: Problem) -> None:
        """Record why a file is not loaded; rows, rejects and warnings of its last accepted version stay."""
        file = seen.landed.file
        with self.transaction():
            self.sql("delete from raw.landing_problems where file = ? and level = 'refused'", [file])
            if known is not None and known.kept_rows:
                self._note(seen.landed, known.target_table, [problem])
                self.sql(
                    "update raw.landing_files set status = 'refused', sha256 = ?, bytes = ?, modified_ns "
                    "= ?, "
                    "settings = ?, loaded_at = ? where file = ?",
                    [seen.sha256, seen.bytes, seen.modified_ns, seen.settings, now(), file],
                )
            else:
                self._note(seen.landed, seen.landed.target_table, [problem])
                accepted_at = known.last_accepted_at if known is not None else None
                self._record(seen, seen.landed.target_table, "refused", 0, 0, now(), accepted_at)

    def refuse_unplaced(self, file: str, problem: Problem) -> None:
        """Record a file whose place or name says no table."""
        area = file.split("/")[0] if "/" in file else None
        with self.transaction():
            self._forget(file)
            self.sql(
                "insert into raw.landing_files (file, area, status, row_count, rejected_count, loaded_at) "
                "values (?, ?, 'refused', 0, 0, ?)",
                [file, area, now()],
            )
            self.sql(
                "insert into raw.landing_problems (file, level, reason_code, reason) values (?, ?, ?, ?)",
                [file, problem.level, problem.reason_code, problem.reason],
            )

    def remove(self, file: str, known: Known, reason: str) -> None:
        """Take out the rows of a file that is gone."""
        targets = ("responses", "answers") if known.survey_code else (known.target_table,)
        with self.transaction():
            for target in filter(None, targets):
                self.sql(f"delete from raw.{identifier_sql(target)} where _file = ?", [file])
            if known.last_accepted_at is None:
                self._forget(file)
                return
            self.sql("delete from raw.landing_problems where file = ?", [file])
            self.sql("delete from raw.landing_checks where file = ?", [file])
            self.sql(
                "update raw.landing_files set status = 'removed', sha256 = null, bytes = null, settings "
                "= null, "
                "modified_ns = null, row_count = 0, rejected_count = 0, loaded_at = ? where file = ?",
                [now(), file],
            )
            self.sql(
                "insert into raw.landing_problems (file, target_table, survey_code, level, reason_code, "
                "reason) "
                "values (?, ?, ?, 'warning', 'file_removed', ?)",
                [file, known.target_table, known.survey_code, reason],
            )

    def tables_to_judge(self) -> list[str]:
        """Raw tables whose files changed after their last checks, also when a build died in between."""
        found = self.sql(
            """
            with touched as (
                select unnest(case when survey_code is null then [target_table] else ['responses', 'answers'] end)
                    as target_table, loaded_at
                from raw.landing_files
            ), judged as (
                select target_table, min(checked_at) as checked_at from raw.landing_checks
                where file is null group by all
            )
            select target_table from touched left join judged using (target_table)
            where target_table is not null
            group by all
            having max(loaded_at) > coalesce(max(checked_at), timestamp '1970-01-01')
            order by 1
            """
        )
        return [table for (table,) in found]

    def keep_checks(self, table: str, checks: Iterable[Check]) -> None:
        """Replace the checks of a raw table as a whole; they have no file."""
        with self.transaction():
            self.sql("delete from raw.landing_checks where file is null and target_table = ?", [table])
            self._keep(None, table, checks)

    def _keep(self, file: str | None, table: str, checks: Iterable[Check]) -> None:
        for check in checks:
            self.sql(
                "insert into raw.landing_checks values (?, ?, ?, ?, ?, ?, ?)",
                [file, table, check.name, check.status, check.failing_count, check.message, now()],
            )

    def same_content(self, seen: Seen) -> None:
        """Note the size and time of a file whose content did not change."""
        self.sql(
            "update raw.landing_files set bytes = ?, modified_ns = ? where file = ?",
            [seen.bytes, seen.modified_ns, seen.landed.file],
        )

    def note_catalogue(self, surveys: Iterable[Survey]) -> None:
        """Record catalogue rows that cannot be used, also of surveys that are delivered contract-shaped."""
        with self.transaction():
            self.sql("delete from raw.landing_problems where file = ?", [CATALOGUE])
            for survey in surveys:
                for problem in survey.problems:
                    self.sql(
                        "insert into raw.landing_problems (file, target_table, survey_code, column_name, "
                        "level, "
                        "reason_code, reason) values (?, 'answers', ?, ?, 'refused', ?, ?)",
                        [CATALOGUE, survey.code, problem.column_name, problem.reason_code, str(problem)],
                    )

    def _forget(self, file: str) -> None:
        for book in ("landing_files", "landing_problems", "landing_checks"):
            self.sql(f"delete from raw.{book} where file = ?", [file])

    def _note(self, landed: LandingFile, target: str | None, problems: list[Problem]) -> None:
        if not problems:
            return
        # As one Arrow table: a file may have many lines that cannot be read.
        columns = ("row_number", "column_name", "level", "reason_code", "reason", "raw_record")
        types = {"row_number": pa.int64()}
        found = pa.table(
            {
                name: pa.array([getattr(problem, name) for problem in problems], types.get(name, pa.string()))
                for name in columns
            }
        )
        self.connection.register("found_problems", found)
        self.sql(
            "insert into raw.landing_problems by name select ? as file, ? as target_table, ? as survey_code, "
            f"{', '.join(columns)} from found_problems",
            [landed.file, target, landed.survey_code],
        )
        self.connection.unregister("found_problems")

    def _record(
        self, seen: Seen, target: str, status: str, rows: int, rejected: int, at: datetime, accepted: Any
    ) -> None:
        landed = seen.landed
        self.sql(
            "insert or replace into raw.landing_files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [landed.file, landed.area, target, landed.survey_code, seen.sha256, seen.bytes, status, rows,
             rejected, at, accepted, seen.modified_ns, seen.settings],
        )  # fmt: skip


def landed_tables(where: Folders, contract: Mapping[str, Table]) -> dict[str, Landed]:
    """State of every contract table after a load."""
    tables = {name: Landed() for name in contract}
    with open_build(where) as connection:
        for name, landed in tables.items():
            ((landed.row_count, landed.file_count),) = query(
                connection, f"select count(*), count(distinct _file) from raw.{identifier_sql(name)}"
            )
        books: list[tuple[str, Callable[[Landed, str], None]]] = [
            (
                "select target_table, reason from raw.landing_problems where level = 'refused' order by all",
                lambda landed, reason: landed.refused.append(reason),
            ),
            (
                "select target_table, file || ': ' || message from raw.landing_checks where status = "
                "'warn' order by all",
                lambda landed, message: landed.warned.append(message),
            ),
        ]
        for statement, add in books:
            for table, text in query(connection, statement):
                if table in tables:
                    add(tables[table], text)
        for table, count in query(
            connection, "select target_table, count(*) from raw.landing_checks group by all"
        ):
            if table in tables:
                tables[table].check_count = count
    return tables


def refusal(seen: Seen, known: Known | None, refused: FileRefused) -> Problem:
    """The problem to record for a refused file; it says so when the last good load stays."""
    problem = refused.as_problem()
    if known is None or not known.kept_rows:
        return problem
    stays = f"The {known.kept_rows:,} rows accepted on {known.last_accepted_at:%Y-%m-%d %H:%M} UTC stay"
    return Problem(
        problem.level,
        problem.reason_code,
        f"{problem.reason}. {stays}",
        problem.row_number,
        problem.column_name,
    )
