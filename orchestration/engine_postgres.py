"""PostgreSQL as the engine of the row-heavy models: tables travel over ADBC, in batches, without a file between.

Belongs here: how tables reach PostgreSQL and come back, and what the database must be like. Not here: which tables
travel (engines.py), and publishing to PostgreSQL for BI (publish_postgres.py), which goes to a database of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from orchestration.engines import Engine, Relation, replace_table
from orchestration.project import Folders
from orchestration.warehouse import open_build
from service_control.errors import BuildError

# The same as in profiles.yml: what libpq's variables are without a value, here and for dbt.
DEFAULTS = {
    "PGHOST": "localhost",
    "PGPORT": "5432",
    "PGUSER": "service_control",
    "PGDATABASE": "service_control",
}
BATCH_ROWS = 100_000
# No table has an index, so that a nested loop is chosen only where the planner takes many rows for one (what a group by
# or a join of several columns leaves): a join of the cells of 400 customers was stopped after three minutes, 7 s so.
PLANNER = "-c enable_nestloop=off"
# A schema without this comment belongs to somebody else.
SCHEMA_COMMENT = "Service Control: made anew by every build"
# Figures may follow from the order of texts (the last file of a key), so it must be that of DuckDB and Spark: bytes.
IS_SUITABLE = """
select
    current_setting('server_encoding') = 'UTF8',
    'Z' < 'a' and 'z' < 'é' and 'a-b' < 'aa',
    has_database_privilege(current_database(), 'create')
"""


class Postgres(Engine):
    """The database that PGHOST, PGPORT, PGUSER and PGDATABASE name, in its schemas raw, seeds, staging, intermediate
    and marts."""

    def next_environment(self) -> Mapping[str, str]:
        """What libpq tells the server for every statement of dbt; settings of the user come later and win."""
        named = os.environ.get("PGOPTIONS", "")
        return {"PGOPTIONS": named if PLANNER in named else f"{PLANNER} {named}".strip()}

    def begin(self, where: Folders, schemas: Iterable[str]) -> None:
        with database() as postgres, postgres.cursor() as cursor:
            _check(cursor)
            cursor.execute("select nspname, obj_description(oid, 'pg_namespace') from pg_namespace")
            comments = dict(cursor.fetchall())
            for schema in sorted(schemas):
                if comments.get(schema, SCHEMA_COMMENT) != SCHEMA_COMMENT:
                    raise BuildError(
                        f"the database has a schema {schema} that this project did not make",
                        where=os.environ.get("PGDATABASE") or DEFAULTS["PGDATABASE"],
                        remedy="build in a database of its own, or drop the schema if nobody needs it",
                    )
                cursor.execute(f"drop schema if exists {schema} cascade")
                cursor.execute(f"create schema {schema}")
                cursor.execute(f"comment on schema {schema} is '{SCHEMA_COMMENT}'")
            postgres.commit()

    def check_presence(self) -> None:
        with database():
            pass

    def push(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        with database() as postgres, postgres.cursor() as cursor, open_build(where, read_only=True) as build:
            for relation in relations:
                # Made empty first: what a crash of the server may lose can be pushed again and needs no log.
                for rows, mode in (("limit 0", "create"), ("", "append")):
                    reader = build.sql(f"from {relation.full_name} {rows}").to_arrow_reader(BATCH_ROWS)
                    cursor.adbc_ingest(relation.name, reader, mode=mode, db_schema_name=relation.schema)
                    if mode == "create":
                        cursor.execute(f"alter table {relation.full_name} set unlogged")
                cursor.execute(f"analyze {relation.full_name}")
                report(f"{relation.full_name} to PostgreSQL")
            postgres.commit()

    def pull(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        with database() as postgres, postgres.cursor() as cursor, open_build(where) as build:
            for relation in relations:
                cursor.execute(f"select * from {relation.full_name}")
                build.register("incoming", cursor.fetch_record_batch())
                replace_table(build, relation, "incoming")
                build.unregister("incoming")
                report(f"{relation.full_name} from PostgreSQL")


@contextmanager
def database() -> Iterator[Any]:
    """A connection to the database of the build; what was not committed at its end is undone.

    Raises
    ------
    BuildError : the driver is not installed, nothing answers at the address, or a statement failed.
    """
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise BuildError(
            f"the driver of PostgreSQL is not installed ({error})",
            where="adbc-driver-postgresql",
            remedy="pip install 'service-control[postgres]'",
        ) from None
    named = {name: os.environ.get(name) or default for name, default in DEFAULTS.items()}
    address = "{PGUSER}@{PGHOST}:{PGPORT}/{PGDATABASE}".format_map(named)
    words = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    try:
        with dbapi.connect(
            " ".join(f"{word}={quoted_word(named[name])}" for word, name in words.items())
        ) as connection:
            yield connection
    except dbapi.Error as error:
        raise BuildError(
            f"PostgreSQL says: {' '.join(str(error).split())[:500]}",
            where=address,
            remedy="mend what it says; PGHOST, PGPORT, PGUSER and PGDATABASE name the database (docs/engines.md)",
        ) from None


def quoted_word(text: str) -> str:
    """A value of a libpq connection string."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _check(cursor: Any) -> None:
    cursor.execute(IS_SUITABLE)
    is_utf8, is_by_bytes, may_create = cursor.fetchone()
    own = "create a database for it: create database service_control template template0 encoding 'UTF8' locale 'C'"
    for is_so, problem, remedy in (
        (is_utf8, "the database does not keep text in UTF-8", own),
        (is_by_bytes, "the database orders text by the rules of a language, so figures could differ", own),
        (may_create, "the user may not create schemas in the database", "grant create on the database to the user"),
    ):  # fmt: skip
        if not is_so:
            raise BuildError(
                problem, where=os.environ.get("PGDATABASE") or DEFAULTS["PGDATABASE"], remedy=remedy
            )
