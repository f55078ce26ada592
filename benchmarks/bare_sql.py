"""The compiled SQL and the Python of the models on DuckDB alone: no dbt, no tests, no audit.

`python -m benchmarks.bare_sql TARGET SECONDS.json [MODEL]` runs it, on build.duckdb in SERVICE_CONTROL_WAREHOUSE
with its raw tables and seeds, in the order of its references, and writes the seconds of every model. With MODEL:
only what that model needs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.util import module_from_spec, spec_from_file_location
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
class References:
    """What a model in Python is given of dbt."""

    connection: duckdb.DuckDBPyConnection
    manifest: Mapping[str, Any]

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        nodes = self.manifest["nodes"]
        node = next(
            node for node in nodes.values() if node["name"] == name and node["resource_type"] != "test"
        )
        return self.connection.table(relation_of(node))


def relation_of(node: Mapping[str, Any]) -> str:
    """Name of the table or view of a model or seed; several may be published under the name of another."""
    return f"{node['schema']}.{node['alias']}"


def run_python(path: Path, references: References) -> object:
    """What the model in that file makes: a relation or an Arrow table."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.model(references, references.connection)


def run_models(target: Path, last: str | None = None) -> dict[str, float]:
    """Make every model anew in build.duckdb. Returns seconds by model."""
    manifest = json.loads((target / "manifest.json").read_text())
    models = models_in_order(manifest, last)
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
            if node["language"] == "python":
                made = run_python(ROOT / node["original_file_path"], References(connection, manifest))
                connection.register("made", made)
                connection.execute(f"create table {relation_of(node)} as from made")
                connection.unregister("made")
            else:
                sql = (target / "compiled" / node["package_name"] / node["original_file_path"]).read_text()
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                connection.execute(f"create {kind} {relation_of(node)} as {sql}")
            seconds[node["name"]] = time.monotonic() - started
    return seconds


if __name__ == "__main__":
    found = run_models(Path(sys.argv[1]), *sys.argv[3:])
    Path(sys.argv[2]).write_text(json.dumps(found))
