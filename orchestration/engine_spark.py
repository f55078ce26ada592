"""Spark as the engine of the row-heavy models: tables travel as Parquet in a folder that both sides see.

Belongs here: how tables reach Spark and come back, over Spark Connect or Thrift. Not here: how a Spark is started
(docs/spark.md), and which tables travel (engines.py).

    <exchange>/in/<schema>.<table>/*.parquet    written by DuckDB, an external table in Spark
    <exchange>/out/<schema>.<table>/*.parquet   written by Spark, read by DuckDB
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestration.engines import Engine, Relation, replace_table
from orchestration.project import Folders
from orchestration.warehouse import open_build, quoted, read_json, write_json
from service_control.errors import BuildError

REMOTE = "sc://localhost:15002"
CONNECT_PORT = 15002
THRIFT_PORT = 10000
# Spark answers many small statements mostly with waiting.
SIDE_BY_SIDE = 8
# A schema without this comment belongs to somebody else.
SCHEMA_COMMENT = "Service Control: made anew by every build"
SESSIONS = "spark_sessions.json"
Run = Callable[[str], list[Any]]


class Spark(Engine):
    """Spark Connect at SERVICE_CONTROL_SPARK_REMOTE, with SERVICE_CONTROL_EXCHANGE as the folder between."""

    def __init__(self) -> None:
        self.remote = os.environ.get("SERVICE_CONTROL_SPARK_REMOTE") or REMOTE
        # A session that is known by name can be ended by the next build when this one is killed; one that was
        # released cannot be opened again, hence one for each process: twice all but the first, for texts and the rest.
        self._sessions = {
            name: [str(uuid.uuid4()) for _ in range(2)] for name in ("begin", "push", "dbt", "pull")
        }
        self._unused = {name: list(sessions) for name, sessions in self._sessions.items()}

    def next_environment(self) -> Mapping[str, str]:
        return {"SERVICE_CONTROL_SPARK_REMOTE": self._named(self._unused["dbt"].pop())}

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.remote)
        return parts.hostname or "", parts.port or CONNECT_PORT

    def begin(self, where: Folders, schemas: Iterable[str]) -> None:
        self.check_presence()
        self._end_former_sessions(where)
        self.end(where)
        with self.statements("begin") as run:
            known = {row[0] for row in run("show schemas")}
            foreign = [
                schema
                for schema in sorted(known.intersection(schemas))
                if SCHEMA_COMMENT not in {row[1] for row in run(f"describe schema {schema}")}
            ]
            if foreign:
                raise BuildError(
                    f"Spark has a schema {foreign[0]} that this project did not make",
                    where=self.where,
                    remedy="use a Spark catalog of its own for this project, or drop the schema if nobody needs it",
                )

            def make_anew(schema: str) -> str:
                create = f"create schema {schema} comment {quoted(SCHEMA_COMMENT)}"
                if schema not in known:
                    # Files may outlive the catalog that knew them; dropping the schema takes its folder along.
                    run(create)
                run(f"drop schema {schema} cascade")
                run(create)
                return schema

            _side_by_side(make_anew, schemas, lambda line: None)

    def push(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        incoming = exchange(where) / "in"
        relations = list(relations)
        with open_build(where, read_only=True) as connection:
            for relation in relations:
                folder = incoming / relation.full_name
                folder.mkdir()
                connection.execute(
                    f"copy {relation.full_name} to {quoted(str(folder))} (format parquet, per_thread_output)"
                )
        with self.statements("push") as run:

            def register(relation: Relation) -> str:
                location = (incoming / relation.full_name).as_uri()
                run(f"create table {relation.full_name} using parquet location {quoted(location)}")
                return f"{relation.full_name} to Spark"

            _side_by_side(register, relations, report)

    def pull(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        outgoing = _emptied(exchange(where) / "out")
        relations = list(relations)
        with self.statements("pull") as run:

            def write(relation: Relation) -> str:
                folder = quoted((outgoing / relation.full_name).as_uri())
                run(f"insert overwrite directory {folder} using parquet select * from {relation.full_name}")
                return f"{relation.full_name} from Spark"

            _side_by_side(write, relations, report)
        with open_build(where) as connection:
            for relation in relations:
                replace_table(
                    connection,
                    relation,
                    f"read_parquet({quoted(str(outgoing / relation.full_name / '*.parquet'))})",
                )
        _emptied(exchange(where) / "out")

    def end(self, where: Folders) -> None:
        for name in ("in", "out"):
            _emptied(exchange(where) / name)

    def check_presence(self) -> None:
        try:
            socket.create_connection(self.address, timeout=5).close()
        except OSError as error:
            raise self._absent(error) from None

    @contextmanager
    def statements(self, session_name: str) -> Iterator[Run]:
        """A function that runs a statement to its end and returns its rows; threads may share it.

        Raises
        ------
        BuildError : the client is not installed, nothing answers at the address, or a statement failed.
        """
        self.check_presence()
        session = self._open(self._unused[session_name].pop())

        def run(statement: str) -> list[Any]:
            try:
                return session.sql(statement).collect()
            except Exception as error:
                raise self._refused(statement, error) from None

        try:
            session.conf.set("spark.sql.session.timeZone", "UTC")
            yield run
        finally:
            session.stop()

    def _open(self, session: str) -> Any:
        with warnings.catch_warnings(), _main_module_with_a_file():
            warnings.simplefilter("ignore", FutureWarning)
            try:
                from pyspark.sql import SparkSession
            except ImportError as error:
                raise _not_installed("spark", error) from None
            try:
                return SparkSession.builder.remote(self._named(session)).create()
            except Exception as error:
                raise self._absent(error) from None

    def _named(self, session: str) -> str:
        return f"{self.remote.rstrip('/')}{';' if '/;' in self.remote else '/;'}session_id={session}"

    def _end_former_sessions(self, where: Folders) -> None:
        """What a killed build started goes on in Spark for minutes, and two statements that write one table mix their
        rows without an error."""
        for session in read_json(where.warehouse / SESSIONS).get("sessions", []):
            with suppress(Exception):
                self._open(session).stop()
        write_json(
            where.warehouse / SESSIONS,
            {"sessions": [session for sessions in self._sessions.values() for session in sessions]},
        )

    @property
    def where(self) -> str:
        """The address without what may be secret in it."""
        return self.remote.split("/;")[0]

    def _absent(self, error: Exception) -> BuildError:
        return BuildError(
            f"Spark does not answer: {' '.join(str(error).split())[:300]}",
            where=self.where,
            remedy="start Spark and build again (docs/spark.md), or set SERVICE_CONTROL_SPARK_REMOTE to its address",
        )

    def _refused(self, statement: str, error: Exception) -> BuildError:
        return BuildError(
            f"Spark could not run `{statement[:200]}`: {' '.join(str(error).split())[:500]}",
            where=self.where,
            remedy="see that Spark reads and writes SERVICE_CONTROL_EXCHANGE under the same path as this machine",
        )


class SparkThrift(Spark):
    """Spark's Thrift server at SERVICE_CONTROL_SPARK_HOST and _PORT, for a Spark without Connect."""

    def __init__(self) -> None:
        self._host = os.environ.get("SERVICE_CONTROL_SPARK_HOST") or "localhost"
        self._port = int(os.environ.get("SERVICE_CONTROL_SPARK_PORT") or THRIFT_PORT)
        self._user = os.environ.get("SERVICE_CONTROL_SPARK_USER") or "dbt"

    def next_environment(self) -> Mapping[str, str]:
        return {}

    @property
    def address(self) -> tuple[str, int]:
        return self._host, self._port

    @property
    def where(self) -> str:
        return f"{self._host}:{self._port}"

    @contextmanager
    def statements(self, session_name: str) -> Iterator[Run]:
        try:
            from pyhive import hive
        except ImportError as error:
            raise _not_installed("spark-thrift", error) from None

        def run(statement: str) -> list[Any]:
            try:
                with hive.connect(
                    self._host, self._port, self._user, configuration={"spark.sql.session.timeZone": "UTC"}
                ) as connection:
                    cursor = connection.cursor()
                    cursor.execute(statement)
                    return cursor.fetchall() if cursor.description else []
            except Exception as error:
                raise self._refused(statement, error) from None

        self.check_presence()
        yield run

    def _end_former_sessions(self, where: Folders) -> None:
        """Nothing can be done: a session of Thrift is known to nobody but its connection."""


@contextmanager
def _main_module_with_a_file() -> Iterator[None]:
    """pyspark-client 4.2 takes a process without one (`python -c`, a worker of pytest) for its own doctests, looks for
    a local Spark and ends the process."""
    main = sys.modules["__main__"]
    is_bare = not hasattr(main, "__file__")
    if is_bare:
        main.__file__ = ""
    try:
        yield
    finally:
        if is_bare:
            del main.__file__


def _emptied(folder: Path) -> Path:
    """The folder, made and empty. What lies beside it is not touched: it may be the user's."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise BuildError(
            f"the exchange folder cannot be emptied: {error}",
            where=str(folder),
            remedy="let this user write there, also what Spark's workers wrote, or set SERVICE_CONTROL_EXCHANGE",
        ) from None
    return folder


def _side_by_side(work: Callable[[Any], str], things: Iterable[Any], report: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for line in pool.map(work, things):
            report(line)


def _not_installed(extra: str, error: ImportError) -> BuildError:
    return BuildError(
        f"the client of Spark is not installed ({error})",
        where=f"the extra {extra}",
        remedy=f"pip install 'service-control[{extra}]'",
    )


def exchange(where: Folders) -> Path:
    """The folder between DuckDB and Spark: SERVICE_CONTROL_EXCHANGE, which every worker must see under the same path,
    else one in the warehouse."""
    named = os.environ.get("SERVICE_CONTROL_EXCHANGE")
    return Path(named).expanduser().resolve() if named else where.warehouse / "exchange"
