"""The models by DuckDB alone, compiled SQL and functions in Python: no dbt, no tests, no audit.

`python -m benchmarks.bare_sql TARGET SECONDS.json [MODEL …]` runs it, on build.duckdb in SERVICE_CONTROL_WAREHOUSE
with its raw tables and seeds, in the order of its references, and writes the seconds of every model. With MODEL:
only these and what they need.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from orchestration.project import ROOT, folders
from orchestration.warehouse import open_build


def models_in_order(manifest: Mapping[str, Any], last: Collection[str] = ()) -> list[Mapping[str, Any]]:
    """The models, each after those it reads; with `last` only these and their ancestors.

    Raises
    ------
    KeyError : there is no model of a name in `last`.
    """
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    parents = {
        key: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for key, node in models.items()
    }
    if last:
        keys = {node["name"]: key for key, node in models.items()}
        found, unseen = set(), [keys[name] for name in last]
        while unseen:
            key = unseen.pop()
            found.add(key)
            unseen += [parent for parent in parents[key] if parent not in found]
        parents = {key: value for key, value in parents.items() if key in found}
    return [models[key] for key in TopologicalSorter(parents).static_order()]


@dataclass(frozen=True)
class Models:
    """What a model in Python asks of dbt."""

    connection: duckdb.DuckDBPyConnection
    names: Mapping[str, str]

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """The rows of a model; seeds are in their own schema."""
        return self.connection.table(self.names.get(name, f"seeds.{name}"))


def make(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], names: Mapping[str, str], target: Path
) -> None:
    """Make one model. `names` has the table of every model that it may read, and its own."""
    path = target / "compiled" / node["package_name"] / node["original_file_path"]
    name = names[node["name"]]
    if path.suffix == ".py":
        module = runpy.run_path(str(ROOT / node["original_file_path"]))
        connection.register("made", module["model"](Models(connection, names), connection))
        connection.execute(f"create or replace table {name} as from made")
        connection.unregister("made")
    else:
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        connection.execute(f"create or replace {kind} {name} as {path.read_text()}")


def run_models(target: Path, *last: str) -> dict[str, float]:
    """Make every model anew in build.duckdb, or `last` and what these need. Returns seconds by model."""
    models = models_in_order(json.loads((target / "manifest.json").read_text()), last)
    names = {node["name"]: f"{node['schema']}.{node['alias']}" for node in models}
    seconds = {}
    with open_build(folders()) as connection:
        # as profiles.yml has it
        connection.execute("set preserve_insertion_order = false")
        for schema in sorted({node["schema"] for node in models}):
            connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {schema}")
        for node in models:
            # The last of these says where a run ended.
            print(node["name"], flush=True)
            started = time.monotonic()
            make(connection, node, names, target)
            seconds[node["name"]] = time.monotonic() - started
    return seconds


if __name__ == "__main__":
    found = run_models(Path(sys.argv[1]), *sys.argv[3:])
    Path(sys.argv[2]).write_text(json.dumps(found))
