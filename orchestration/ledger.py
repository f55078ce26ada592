"""The books of the loader: which files are known, what was wrong with them, which rows are theirs.

Belongs here: the tables `raw.landing_files`, `raw.landing_problems`, `raw.landing_checks` and the raw tables
as tables. Not here: whether a file is new or right (landing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.catalogue import CATALOGUE, Survey
from orchestration.files import LandingFile
from orchestration.project import Folders, Table
from orchestration.readers import query
from orchestration.refusals import FileRefused, Problem
from orchestration.reshape import LINEAGE, identifier_sql
from orchestration.warehouse import now, open_build, quoted

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

    check_name: str
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
    rejected_count: int
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


@dataclass(frozen=True)
class Staged:
    """A file that was read and judged and can be accepted.

    `selects` are its rows per raw table, `rows` their number in `target`; `own_columns` are those of the table
    of another system.
    """

    target: str
    selects: Mapping[str, str]
    rows: int
    rejected: list[Problem]
    warnings: Iterable[Problem] = ()
    checks: Iterable[Check] = ()
    own_columns: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of a new or changed file: staged or refused; neither when its content is the known one."""

    seen: Seen
    known: Known | None
    staged: Staged | None = None
    refused: FileRefused | None = None

    @property
    def kept(self) -> Known | None:
        """The accepted version whose rows stay because this one is refused."""
        return self.known if self.refused and self.known and self.known.kept_rows else None

    @property
    def target(self) -> str:
        """The raw table that the books name for the file."""
        landed = self.seen.landed
        return self.staged.target if self.staged else (self.kept or landed).target_table

    def problems(self) -> list[Problem]:
        """What to record of the file; a refusal says so when the last good load stays."""
        if self.staged:
            return [*self.staged.rejected, *self.staged.warnings]
        if not self.refused:
            return []
        problem = self.refused.as_problem()
        if not self.kept:
            return [problem]
        accepted_at = f"{self.kept.last_accepted_at:%Y-%m-%d %H:%M} UTC"
        stays = f"The {self.kept.kept_rows:,} rows accepted on {accepted_at} stay"
        return [replace(problem, reason=f"{problem.reason}. {stays}")]


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
        # One checkpoint at the end instead of one per 16 MB of log.
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

    def record(self, outcomes: list[Outcome]) -> None:
        """Replace the rows of the accepted files and what is known of every file: all of it, or nothing."""
        accepted = [outcome for outcome in outcomes if outcome.staged]
        refused = [outcome for outcome in outcomes if outcome.refused]
        for outcome in accepted:
            for table, columns in outcome.staged.own_columns.items():
                self.ensure_table(table, columns, exact=False)
        moment = now()
        with self.transaction():
            self._replace_rows(accepted, moment)
            self._delete("landing_problems", accepted)
            self._delete("landing_problems", refused, "level = 'refused'")
            self._delete("landing_checks", accepted)
            self._insert("landing_problems", [row for each in outcomes for row in _problem_rows(each)])
            self._insert("landing_checks", [row for each in accepted for row in _file_checks(each, moment)])
            self._record([_file_row(outcome, moment) for outcome in accepted + refused])
            for outcome in outcomes:
                if not (outcome.staged or outcome.refused):
                    self._same_content(outcome.seen)

    def _replace_rows(self, accepted: list[Outcome], moment: datetime) -> None:
        filling: dict[str, list[tuple[Outcome, str]]] = {}
        for outcome in accepted:
            for table, select in outcome.staged.selects.items():
                filling.setdefault(table, []).append((outcome, select))
        for table, parts in filling.items():
            raw = f"raw.{identifier_sql(table)}"
            # Not for files that were never seen: looking for their rows would read the whole table.
            former = ", ".join(quoted(outcome.seen.landed.file) for outcome, _ in parts if outcome.known)
            if former:
                self.sql(f"delete from {raw} where _file in ({former})")
            rows = " union all by name ".join(
                f"(select *, {quoted(outcome.seen.landed.file)} as _file from ({select}))"
                for outcome, select in parts
            )
            self.sql(f"insert into {raw} by name select *, timestamp '{moment}' as _loaded_at from ({rows})")

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
            self._insert("landing_checks", _check_rows(None, table, checks, now()))

    def _same_content(self, seen: Seen) -> None:
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

    def _delete(self, book: str, outcomes: list[Outcome], condition: str = "true") -> None:
        files = ", ".join(quoted(outcome.seen.landed.file) for outcome in outcomes)
        if files:
            self.sql(f"delete from raw.{book} where file in ({files}) and {condition}")

    def _record(self, rows: list[dict[str, Any]]) -> None:
        self._insert("landing_files", rows, "insert or replace")

    def _insert(self, book: str, rows: list[dict[str, Any]], verb: str = "insert") -> None:
        if not rows:
            return
        # As one Arrow table: a statement per row takes longer than reading a small file.
        self.connection.register("book_rows", pa.Table.from_pylist(rows))
        self.sql(f"{verb} into raw.{book} by name select * from book_rows")
        self.connection.unregister("book_rows")


def _problem_rows(outcome: Outcome) -> list[dict[str, Any]]:
    landed = outcome.seen.landed
    about = {"file": landed.file, "target_table": outcome.target, "survey_code": landed.survey_code}
    return [{**about, **asdict(problem)} for problem in outcome.problems()]


def _file_checks(outcome: Outcome, moment: datetime) -> list[dict[str, Any]]:
    landed = outcome.seen.landed
    return _check_rows(landed.file, landed.target_table, outcome.staged.checks, moment)


def _check_rows(
    file: str | None, table: str, checks: Iterable[Check], moment: datetime
) -> list[dict[str, Any]]:
    about = {"file": file, "target_table": table, "checked_at": moment}
    return [{**about, **asdict(check)} for check in checks]


def _file_row(outcome: Outcome, moment: datetime) -> dict[str, Any]:
    seen, known, staged = outcome.seen, outcome.known, outcome.staged
    row = {
        "file": seen.landed.file,
        "area": seen.landed.area,
        "target_table": outcome.target,
        "survey_code": seen.landed.survey_code,
        "sha256": seen.sha256,
        "bytes": seen.bytes,
        "status": "accepted" if staged else "refused",
        "row_count": outcome.kept.row_count if outcome.kept else 0,
        "rejected_count": outcome.kept.rejected_count if outcome.kept else 0,
        "loaded_at": moment,
        "last_accepted_at": known.last_accepted_at if known else None,
        "modified_ns": seen.modified_ns,
        "settings": seen.settings,
    }
    if staged:
        rejected = len(staged.rejected)
        row |= {"row_count": staged.rows + rejected, "rejected_count": rejected, "last_accepted_at": moment}
    return row


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
