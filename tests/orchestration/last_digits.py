"""Other last digits: all in which engines may differ in what they added up."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bare_sql import make, models_in_order
from orchestration.engines import PRESENTATION, border
from orchestration.project import Folders, folders
from orchestration.text_store import text_store_file
from orchestration.warehouse import open_build

# A sum of whole numbers, or of halves and quarters, is the same in any order.
SHAKEN = (
    'case when "{0}" * 1024 = floor("{0}" * 1024) then "{0}" else "{0}" * (1 + (random() - 0.5) * 1e-15) end'
)


def build_with_other_last_digits(built: Folders, target: Path, manifest: Mapping[str, Any]) -> int:
    """Shake what `built` took over the border of engines and make what is read from it, in the warehouse of the
    environment: models in Python look there for their store of texts.

    Returns how many columns were shaken.
    """
    where = folders()
    for source, copy in zip(_files(built), _files(where), strict=True):
        shutil.copy(source, copy)
    models = models_in_order(manifest)
    names = {node["name"]: f"{node['schema']}.{node['alias']}" for node in models}
    with open_build(where) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("select setseed(0.5)")
        shaken = _shake(connection, [relation.full_name for relation in border(manifest)])
        for node in models:
            if PRESENTATION in node["tags"]:
                make(connection, node, names, target)
    return shaken


def _files(where: Folders) -> tuple[Path, Path]:
    return where.build_database, text_store_file(where)


def _shake(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> int:
    count = 0
    for table in tables:
        columns = connection.execute(
            "select columns.column_name from duckdb_columns() as columns semi join duckdb_tables() as tables "
            "on columns.table_oid = tables.table_oid and columns.database_oid = tables.database_oid "
            "where columns.schema_name || '.' || columns.table_name = ? and columns.data_type = 'DOUBLE'",
            [table],
        ).fetchall()
        if columns:
            shaken = ", ".join(f'{SHAKEN.format(name)} as "{name}"' for (name,) in columns)
            connection.execute(f"create or replace table {table} as select * replace ({shaken}) from {table}")
            count += len(columns)
    return count
