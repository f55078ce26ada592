"""A published snapshot in a PostgreSQL, for BI tools: `python -m orchestration.publish_postgres [--snapshot id]`.

Belongs here: replacing the rows of schema `marts` there by those of a snapshot, and checking them. Not here: making
snapshots (publish.py), and PostgreSQL as an engine of the models (engine_postgres.py), which works in a database of its
own.

The rows are replaced within one transaction, in tables that stay. PostgreSQL keeps the old rows for whoever still sees
them, so readers and publishing do not wait for each other and no statement sees two snapshots; views of users keep
standing on the same tables. Tables beside, switched by name, do neither (DECISIONS.md).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.compare import mart_keys
from orchestration.project import Folders, folders
from orchestration.publish import PUBLIC_SCHEMA, current_id, snapshot_ids
from orchestration.transform import parse_models, read_manifest
from orchestration.warehouse import quoted
from service_control.errors import PublishError, ServiceControlError

# A connection string of libpq; what it leaves out comes from libpq's own variables and ~/.pgpass.
ADDRESS = "SERVICE_CONTROL_PUBLISH_POSTGRES"
READER = "SERVICE_CONTROL_PUBLISH_READER"
# A schema with tables and without this comment belongs to somebody else.
SCHEMA_COMMENT = "Service Control: made equal to the published snapshot by every publication"
BATCH_ROWS = 100_000
# Shorter than PostgreSQL's deadlock_timeout (1 s), so that publishing gives way and no reader is ended.
LOCK_WAIT = "500ms"
PATIENCE_SECONDS = 60
LOCK_NOT_AVAILABLE = "55P03"
TYPES = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
}


@dataclass(frozen=True)
class Mart:
    """A table of a snapshot. `columns` are names with their DuckDB types, in order; `key` may be empty."""

    name: str
    comment: str | None
    columns: Mapping[str, str]
    column_comments: Mapping[str, str]
    key: Sequence[str]

    @property
    def table(self) -> str:
        return f"{PUBLIC_SCHEMA}.{_identifier(self.name)}"

    @property
    def names(self) -> str:
        return ", ".join(_identifier(column) for column in self.columns)


def is_configured() -> bool:
    """Whether a PostgreSQL to publish to is named."""
    return bool(os.environ.get(ADDRESS))


def publish_to_postgres(
    where: Folders, report: Callable[[str], None], snapshot_id: str | None = None
) -> dict[str, int]:
    """Make schema `marts` equal to a snapshot, the served one by default. Returns rows per mart.

    All rows in one transaction: whatever goes wrong, also a kill, leaves those that were shown.

    Raises
    ------
    PublishError : there is no such snapshot, the database cannot be reached or refuses, another publication is under
        way, or what was loaded is not what the snapshot holds. What was shown is still shown.
    """
    snapshot_id = _known_snapshot(where, snapshot_id)
    manifest = read_manifest(where)
    if not manifest:
        parse_models(where)
        manifest = read_manifest(where)
    database = where.snapshots / f"serving_{snapshot_id}.duckdb"
    with duckdb.connect(str(database), read_only=True) as snapshot, _connection() as postgres:
        marts = _marts(snapshot, mart_keys(manifest))
        with postgres.cursor() as cursor:
            _take_turn(cursor)
            _prepare(postgres, cursor, marts)
            row_counts = {}
            for mart in marts:
                row_counts[mart.name] = _load(snapshot, cursor, mart)
                report(f"{mart.name}: {row_counts[mart.name]:,} rows")
            _describe(cursor, marts)
            _grant(cursor, marts)
            postgres.commit()
            _tidy(postgres, cursor, marts)
    return row_counts


def _known_snapshot(where: Folders, snapshot_id: str | None) -> str:
    kept = snapshot_ids(where)
    chosen = snapshot_id or current_id(where)
    if chosen not in kept:
        raise PublishError(
            f"there is no snapshot {chosen}" if chosen else "nothing is published yet",
            where=str(where.snapshots),
            remedy="choose one of " + ", ".join(kept) if kept else "run `make build` first",
        )
    return chosen


@contextmanager
def _connection() -> Iterator[Any]:
    """A connection in a transaction that is undone unless it is committed."""
    if not is_configured():
        raise PublishError(
            "no PostgreSQL to publish to is named",
            where=ADDRESS,
            remedy=f"set {ADDRESS} to a connection string such as 'postgresql://publisher@host/bi' (docs/bi.md)",
        )
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise PublishError(
            f"the driver of PostgreSQL is not installed ({error})",
            where="adbc-driver-postgresql",
            remedy="pip install 'service-control[postgres]'",
        ) from None
    try:
        with dbapi.connect(os.environ[ADDRESS]) as connection:
            yield connection
    except dbapi.Error as error:
        raise PublishError(
            f"PostgreSQL says: {' '.join(str(error).split())[:500]}",
            where=ADDRESS,
            remedy="mend what it says; what was shown before is still shown",
        ) from None


def _marts(snapshot: duckdb.DuckDBPyConnection, keys: Mapping[str, Sequence[str]]) -> list[Mart]:
    columns: dict[str, dict[str, str]] = {}
    comments: dict[str, dict[str, str]] = {}
    for table, column, kind, comment in snapshot.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = ? "
        "order by table_name, column_index",
        [PUBLIC_SCHEMA],
    ).fetchall():
        if kind not in TYPES:
            raise PublishError(
                f"the type {kind} of {table}.{column} is not known to PostgreSQL",
                where=f"{PUBLIC_SCHEMA}.{table}",
                remedy=f"give the column one of the types {', '.join(TYPES)} in the YAML of the model",
            )
        columns.setdefault(table, {})[column] = kind
        if comment:
            comments.setdefault(table, {})[column] = comment
    return [
        Mart(
            name=table,
            comment=comment,
            columns=columns[table],
            column_comments=comments.get(table, {}),
            key=[column for column in keys.get(table, ()) if set(keys[table]) <= columns[table].keys()],
        )
        for table, comment in snapshot.execute(
            "select table_name, comment from duckdb_tables() where schema_name = ? order by 1",
            [PUBLIC_SCHEMA],
        ).fetchall()
    ]


def _take_turn(cursor: Any) -> None:
    # Held until the connection ends, however it ends.
    cursor.execute(f"select pg_try_advisory_lock(hashtext('{PUBLIC_SCHEMA}'))")
    if not cursor.fetchone()[0]:
        raise PublishError(
            "another publication is under way in this database",
            where=ADDRESS,
            remedy="wait until it is done; if its client is gone, end its session (pg_terminate_backend)",
        )


def _prepare(postgres: Any, cursor: Any, marts: Sequence[Mart]) -> None:
    """Make the tables fit the marts. Only a new column has to wait for readers, and it never holds them up long."""
    began = time.monotonic()
    while True:
        try:
            cursor.execute(f"set local lock_timeout = '{LOCK_WAIT}'")
            _fit(cursor, marts)
            postgres.commit()
            return
        except Exception as error:
            if getattr(error, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            postgres.rollback()
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise PublishError(
                    f"a mart has a new column, and for {PATIENCE_SECONDS} s its table was never free: {error}",
                    where=ADDRESS,
                    remedy="end the transactions that stay open (pg_stat_activity, state 'idle in transaction')",
                ) from None
            time.sleep(1)


def _fit(cursor: Any, marts: Sequence[Mart]) -> None:
    known: dict[str, dict[str, str]] = {}
    for table, column, kind in _rows(
        cursor,
        "select relname, attname, format_type(atttypid, null) from pg_class left join pg_attribute "
        "on attrelid = pg_class.oid and attnum > 0 and not attisdropped "
        f"where relnamespace = to_regnamespace('{PUBLIC_SCHEMA}') and relkind not in ('i', 't') order by 1, attnum",
    ):
        known.setdefault(table, {})[column] = kind
    comment = _rows(cursor, f"select obj_description(to_regnamespace('{PUBLIC_SCHEMA}'), 'pg_namespace')")[0][
        0
    ]
    if comment != SCHEMA_COMMENT:
        if known:
            raise PublishError(
                f"schema {PUBLIC_SCHEMA} of the database has tables of another origin, the first: {min(known)}",
                where=ADDRESS,
                remedy="publish to a database of its own; the one that models are built in is not for readers",
            )
        cursor.execute(f"create schema if not exists {PUBLIC_SCHEMA}")
        cursor.execute(f"comment on schema {PUBLIC_SCHEMA} is {quoted(SCHEMA_COMMENT)}")
    strange = sorted(known.keys() - {mart.name for mart in marts})
    if strange:
        raise PublishError(
            f"{PUBLIC_SCHEMA}.{strange[0]} is not in the snapshot, so it would be of another one than the rest",
            where=ADDRESS,
            remedy="drop it, or move it to a schema of its own if it was made by hand",
        )
    for mart in marts:
        wanted = {column: TYPES[kind] for column, kind in mart.columns.items()}
        kept = known.get(mart.name)
        if kept is None:
            columns = ", ".join(f"{_identifier(column)} {kind}" for column, kind in wanted.items())
            cursor.execute(f"create table {mart.table} ({columns})")
            if mart.key:
                key = ", ".join(_identifier(column) for column in mart.key)
                cursor.execute(f"alter table {mart.table} add primary key ({key})")
            continue
        changed = [column for column, kind in wanted.items() if kept.get(column, kind) != kind]
        if changed:
            raise PublishError(
                f"{mart.name}.{changed[0]} was {kept[changed[0]]} and is now {wanted[changed[0]]}",
                where=ADDRESS,
                remedy=f"drop table {mart.table} cascade, with the views of users on it, and publish again",
            )
        for column in wanted.keys() - kept.keys():
            cursor.execute(f"alter table {mart.table} add column {_identifier(column)} {wanted[column]}")


def _load(snapshot: duckdb.DuckDBPyConnection, cursor: Any, mart: Mart) -> int:
    """Replace the rows of a mart and compare every cell with the snapshot. Returns its rows."""
    cursor.execute(f"delete from {mart.table}")
    # DuckDB and PostgreSQL give the schema and the table of a mart the same names.
    reader = snapshot.sql(f"select {mart.names} from {mart.table}").to_arrow_reader(BATCH_ROWS)
    cursor.adbc_ingest(mart.name, reader, mode="append", db_schema_name=PUBLIC_SCHEMA)
    sent = _fingerprint(snapshot, mart, mart.table)
    cursor.execute(f"select {mart.names} from {mart.table}")
    snapshot.register("arrived", cursor.fetch_record_batch())
    arrived = _fingerprint(snapshot, mart, "arrived")
    snapshot.unregister("arrived")
    if arrived != sent:
        raise PublishError(
            f"what arrived of {mart.name} is not what was sent: {arrived[0]:,} rows of {sent[0]:,}"
            + ("" if arrived[0] != sent[0] else ", of which some differ"),
            where=ADDRESS,
            remedy="publish again; what was shown before is still shown",
        )
    return sent[0]


def _fingerprint(snapshot: duckdb.DuckDBPyConnection, mart: Mart, relation: str) -> tuple[int, int]:
    """Number of rows and a number that changes with any cell, whatever the order of the rows."""
    typed = ", ".join(f"cast({_identifier(column)} as {kind})" for column, kind in mart.columns.items())
    return snapshot.execute(f"select count(*), coalesce(sum(hash({typed})), 0) from {relation}").fetchall()[0]


def _describe(cursor: Any, marts: Sequence[Mart]) -> None:
    for mart in marts:
        cursor.execute(f"comment on table {mart.table} is {quoted(mart.comment or '')}")
        for column, comment in mart.column_comments.items():
            cursor.execute(f"comment on column {mart.table}.{_identifier(column)} is {quoted(comment)}")


def _grant(cursor: Any, marts: Sequence[Mart]) -> None:
    """Let the role of readers read the marts, and nothing else."""
    role = os.environ.get(READER)
    if not role:
        return
    if not _rows(cursor, f"select 1 from pg_roles where rolname = {quoted(role)}"):
        if not _rows(
            cursor, "select 1 from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)"
        ):
            raise PublishError(
                f'the role "{role}" does not exist and this user may not create it',
                where=READER,
                remedy=f"have an administrator run: create role {_identifier(role)}",
            )
        cursor.execute(f"create role {_identifier(role)}")
    cursor.execute(f"grant usage on schema {PUBLIC_SCHEMA} to {_identifier(role)}")
    for mart in marts:
        cursor.execute(f"grant select on {mart.table} to {_identifier(role)}")


def _tidy(postgres: Any, cursor: Any, marts: Sequence[Mart]) -> None:
    """Give the room of the replaced rows back to the next publication, and the planner its statistics. Rows that an
    open transaction still sees stay until the next time."""
    postgres.adbc_connection.set_autocommit(True)
    for mart in marts:
        cursor.execute(f"vacuum (analyze, truncate false) {mart.table}")


def _rows(cursor: Any, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    return cursor.fetchall()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main(arguments: list[str] | None = None) -> int:
    """Show the served snapshot, or an earlier one, in the PostgreSQL that SERVICE_CONTROL_PUBLISH_POSTGRES names."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.publish_postgres", description=main.__doc__
    )
    parser.add_argument(
        "--snapshot", metavar="id", help="this one instead of the served one (make snapshots)"
    )
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        row_counts = publish_to_postgres(folders(), lambda line: print(f"      {line}"), options.snapshot)
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(row_counts)} marts, {sum(row_counts.values()):,} rows in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
