"""Where the row-heavy models run: in DuckDB, or on another engine with DuckDB around it.

Belongs here: which engines there are, and what crosses the border between an engine and build.duckdb. Not here: how a
table travels (engine_spark.py, engine_postgres.py) and how dbt is called (transform.py).

    raw, seeds  --push-->  engine: staging, texts as delivered  --pull-->  build.duckdb: models tagged `text`
                --push-->  engine: intermediate, marts          --pull-->  build.duckdb: models tagged `presentation`
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.project import Folders
from orchestration.warehouse import open_build
from service_control.errors import BuildError, InputError

DUCKDB = "duckdb"
# The models that run in DuckDB whatever the engine is: small, and with statistics that only one engine must get right.
PRESENTATION = "presentation"
PUSHED_SCHEMAS = ("raw", "seeds")
# Of those the ones that read texts (orchestration/text_store.py), which other models need.
TEXT = "text"


@dataclass(frozen=True)
class Relation:
    """A table that crosses the border. `column_types` are those of its contract, empty where it has none."""

    schema: str
    name: str
    column_types: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"


DELIVERED = Relation("intermediate", "int_text__delivered")


class Engine(ABC):
    """What an engine has to do beside running dbt models. Each raises BuildError with what the user can do."""

    def next_environment(self) -> Mapping[str, str]:
        """What the next dbt command has to know of this build beside the environment it is started in."""
        return {}

    @abstractmethod
    def begin(self, where: Folders, schemas: Iterable[str]) -> None:
        """End what a killed build left running and make `schemas` anew, empty."""

    @abstractmethod
    def push(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        """Replace tables of the engine by those of build.duckdb."""

    @abstractmethod
    def pull(self, where: Folders, relations: Iterable[Relation], report: Callable[[str], None]) -> None:
        """Replace tables of build.duckdb by those of the engine."""

    def end(self, where: Folders) -> None:
        """Remove what lies between both, once nothing reads it any more."""
        return

    @abstractmethod
    def check_presence(self) -> None:
        """Raise BuildError when the engine cannot be reached."""


def engine_for(target: str) -> Engine | None:
    """The engine behind a dbt target of profiles.yml; None for DuckDB, where nothing has to travel.

    Raises
    ------
    InputError : no engine goes by that name.
    """
    if target == DUCKDB:
        return None
    if target in ("spark", "spark_thrift"):
        from orchestration.engine_spark import Spark, SparkThrift

        return Spark() if target == "spark" else SparkThrift()
    if target == "postgres":
        from orchestration.engine_postgres import Postgres

        return Postgres()
    raise InputError(
        f'no engine is called "{target}"',
        where="SERVICE_CONTROL_TARGET",
        remedy="choose duckdb, postgres, spark or spark_thrift; `serving` is for readers only",
    )


def chosen_target() -> str:
    """The dbt target that SERVICE_CONTROL_TARGET names, DuckDB without it."""
    return os.environ.get("SERVICE_CONTROL_TARGET") or DUCKDB


def delivered_relations(where: Folders) -> list[Relation]:
    """Raw tables and seeds: what the models read and no model makes."""
    with open_build(where, read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ? order by all",
            [list(PUSHED_SCHEMAS)],
        ).fetchall()
    return [Relation(schema, name) for schema, name in found]


def built_schemas(manifest: Mapping[str, Any]) -> set[str]:
    """The schemas that the models are built in."""
    return {node["schema"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def border(manifest: Mapping[str, Any]) -> list[Relation]:
    """What DuckDB needs of the other models: every mart, and whatever a presentation model or its tests read."""
    nodes = manifest["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    presentation = {key for key, node in models.items() if PRESENTATION in node["tags"]}
    needed = {key for key, node in models.items() if node["schema"] == "marts"}
    for key, node in nodes.items():
        parents = set(node.get("depends_on", {}).get("nodes", ()))
        if key in presentation or (node["resource_type"] == "test" and parents & presentation):
            needed |= parents
    return [
        Relation(node["schema"], node["alias"], _contract(node))
        for key, node in sorted(models.items())
        if key in needed - presentation
    ]


def text_relations(manifest: Mapping[str, Any]) -> list[Relation]:
    """What is found in texts: for the models of an engine."""
    return [
        Relation(node["schema"], node["alias"])
        for _, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and TEXT in node["tags"]
    ]


def _contract(node: Mapping[str, Any]) -> dict[str, str]:
    if node["schema"] != "marts":
        return {}
    return {name: column["data_type"] for name, column in node["columns"].items()}


def forget_built(where: Folders) -> None:
    """Remove every built table of build.duckdb, so that nothing of an earlier build is taken for this one's."""
    with open_build(where) as connection:
        for (schema,) in connection.execute(
            "select schema_name from duckdb_schemas() where not internal and database_name = current_database() "
            "and schema_name not in ('main', ?, ?)",
            list(PUSHED_SCHEMAS),
        ).fetchall():
            connection.execute(f"drop schema {_identifier(schema)} cascade")


def replace_table(connection: duckdb.DuckDBPyConnection, relation: Relation, rows: str) -> None:
    """Make a table of build.duckdb from `rows`, a relation in SQL, in the types of the contract.

    Raises
    ------
    BuildError : the columns are not those of the contract.
    """
    described = connection.execute(f"describe select * from {rows}").fetchall()
    delivered = {name: kind for name, kind, *_ in described}
    expected = relation.column_types or {
        # An engine that keeps instants with a zone has kept them in UTC.
        name: "timestamp" if kind == "TIMESTAMP WITH TIME ZONE" else kind
        for name, kind in delivered.items()
    }
    if delivered.keys() != expected.keys():
        raise BuildError(
            f"the columns of {relation.full_name} are not those of its contract: "
            f"{', '.join(sorted(delivered.keys() ^ expected.keys()))} on one side only",
            where=relation.full_name,
            remedy="make the SQL and the YAML of the model name the same columns",
        )
    names = {name: _identifier(name) for name in expected}
    columns = ", ".join(f"cast({names[name]} as {kind}) as {names[name]}" for name, kind in expected.items())
    table = f"{_identifier(relation.schema)}.{_identifier(relation.name)}"
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"create schema if not exists {_identifier(relation.schema)}")
    connection.execute(f"create or replace table {table} as select {columns} from {rows}")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
