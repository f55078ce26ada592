"""The models by DuckDB alone, compiled SQL and functions in Python: no dbt, no tests, no audit.

`python -m benchmarks.bare_sql TARGET SECONDS.json [MODEL]` runs it, on build.duckdb in SERVICE_CONTROL_WAREHOUSE
with its raw tables and seeds, in the order of its references, and writes the seconds of every model. With MODEL:
only what that model needs.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from orchestration.project import ROOT, folders
from orchestration.warehouse import open_build


def models_in_order(manifest: Mapping[str, Any], last: str | None = None) -> list[Mapping[str, Any]]:
    """The models, each after those it reads; with `last` only that one and its ancestors.

    Raises
    ------
    KeyError : there is no model called `last`.
    """
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    parents = {
        key: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for key, node in models.items()
    }
    if last is not None:
        found, unseen = set(), [{node["name"]: key for key, node in models.items()}[last]]
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


def run_models(target: Path, last: str | None = None) -> dict[str, float]:
    """Make every model anew in build.duckdb. Returns seconds by model."""
    models = models_in_order(json.loads((target / "manifest.json").read_text()), last)
    names = {node["name"]: f"{node['schema']}.{node['name']}" for node in models}
    seconds = {}
    with open_build(folders()) as connection:
        # as profiles.yml has it
        connection.execute("set preserve_insertion_order = false")
        for schema in sorted({node["schema"] for node in models}):
            connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {schema}")
        for node in models:
            path = target / "compiled" / node["package_name"] / node["original_file_path"]
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            # The last of these says where a run ended.
            print(node["name"], flush=True)
            started = time.monotonic()
            if path.suffix == ".py":
                rows = runpy.run_path(str(ROOT / node["original_file_path"]))["model"](
                    Models(connection, names), connection
                )
                connection.register("made", rows)
                connection.execute(f"create table {names[node['name']]} as from made")
                connection.unregister("made")
            else:
                connection.execute(f"create {kind} {names[node['name']]} as {path.read_text()}")
            seconds[node["name"]] = time.monotonic() - started
    return seconds


if __name__ == "__main__":
    found = run_models(Path(sys.argv[1]), *sys.argv[3:])
    Path(sys.argv[2]).write_text(json.dumps(found))
