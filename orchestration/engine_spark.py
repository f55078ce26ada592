"""Spark as the engine of the row-heavy models: tables travel as Parquet in a folder that both sides see.

Belongs here: how tables reach Spark and come back. Not here: how a Spark is started (docs/spark.md), and which tables
travel (engines.py).

    <exchange>/in/<schema>.<table>/*.parquet    written by DuckDB, an external table in Spark
    <exchange>/out/<schema>.<table>/*.parquet   written by Spark, read by DuckDB
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from orchestration.engines import Relation, replace_table
from orchestration.project import Folders
from orchestration.readers import quoted
from orchestration.warehouse import open_build
from service_control.errors import BuildError

REMOTE = "sc://localhost:15002"
# Spark answers many small statements mostly with waiting.
SIDE_BY_SIDE = 8


class Spark:
    """Spark Connect at SERVICE_CONTROL_SPARK_REMOTE, with SERVICE_CONTROL_EXCHANGE as the folder between."""

    def __init__(self) -> None:
        self.remote = os.environ.get("SERVICE_CONTROL_SPARK_REMOTE") or REMOTE

    def push(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        relations, incoming = list(relations), exchange(where) / "in"
        shutil.rmtree(incoming, ignore_errors=True)
        with open_build(where, read_only=True) as connection:
            for relation in relations:
                folder = incoming / relation.full_name
                folder.mkdir(parents=True)
                connection.execute(
                    f"copy {relation.full_name} to {quoted(str(folder))} (format parquet, per_thread_output)"
                )
        session = self.session()
        for schema in sorted({relation.schema for relation in relations}):
            session.sql(f"drop schema if exists {schema} cascade")
            session.sql(f"create schema {schema}")

        def register(relation: Relation) -> str:
            location = (incoming / relation.full_name).as_uri()
            session.sql(f"create table {relation.full_name} using parquet location {quoted(location)}")
            return f"{relation.full_name} to Spark"

        self._each(register, relations, report)

    def pull(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        relations, outgoing = list(relations), exchange(where) / "out"
        shutil.rmtree(outgoing, ignore_errors=True)
        outgoing.mkdir(parents=True)
        session = self.session()

        def write(relation: Relation) -> str:
            folder = quoted((outgoing / relation.full_name).as_uri())
            session.sql(
                f"insert overwrite directory {folder} using parquet select * from {relation.full_name}"
            )
            return f"{relation.full_name} from Spark"

        self._each(write, relations, report)
        with open_build(where) as connection:
            for relation in relations:
                replace_table(
                    connection,
                    relation,
                    f"read_parquet({quoted(str(outgoing / relation.full_name / '*.parquet'))})",
                )
        shutil.rmtree(exchange(where))

    def session(self) -> Any:
        """A Spark session.

        Raises
        ------
        BuildError : the client is not installed, or nothing answers at the address.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            try:
                from pyspark.sql import SparkSession
            except ImportError as error:
                raise BuildError(
                    f"the client of Spark Connect is not installed ({error})",
                    where="pyspark-client",
                    remedy="pip install 'service-control[spark]'",
                ) from None
            try:
                session = SparkSession.builder.remote(self.remote).getOrCreate()
                session.conf.set("spark.sql.session.timeZone", "UTC")
            except Exception as error:
                raise BuildError(
                    f"Spark does not answer: {' '.join(str(error).split())[:300]}",
                    where=self.remote,
                    remedy="start Spark Connect (docs/spark.md), or set SERVICE_CONTROL_SPARK_REMOTE to its address",
                ) from None
        return session

    def _each(
        self, work: Callable[[Relation], str], relations: list[Relation], report: Callable[[str], None]
    ) -> None:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for line in pool.map(work, relations):
                report(line)


def exchange(where: Folders) -> Path:
    """The folder between DuckDB and Spark: SERVICE_CONTROL_EXCHANGE, which every worker must see under the same path,
    else one in the warehouse."""
    named = os.environ.get("SERVICE_CONTROL_EXCHANGE")
    return Path(named).expanduser().resolve() if named else where.warehouse / "exchange"
