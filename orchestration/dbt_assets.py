"""dbt models, seeds and tests as Dagster assets and checks.

Belongs here: the dbt project as Dagster sees it, and how names are translated. Not here: what a build of the
models means for publishing (transform.py).
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from orchestration.build import StepFailed
from orchestration.engines import (
    DUCKDB,
    PRESENTATION,
    border,
    chosen_target,
    engine_for,
)
from orchestration.parse_state import PARSED
from orchestration.portable_sql import assert_portable
from orchestration.project import ROOT, Folders, folders
from orchestration.resources import Build
from orchestration.transform import (
    OTHER_MODELS,
    begin_results,
    hand_over,
    models_at_once,
    not_green,
    parse_models,
    read_texts,
    record_results,
)
from orchestration.warehouse import read_json
from service_control.errors import BuildError


class Translator(DagsterDbtTranslator):
    """Names of dbt in Dagster; a method per decision."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The schema and the table, as in SQL; a source goes by its own name, which is the raw table's
        asset."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], name])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder of the layer, so that a group is a layer."""
        return self.get_asset_key(dbt_resource_props).path[0]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone: the SQL is a click away and differs per target."""
        return dbt_resource_props.get("description", "")


def dbt_project(where: Folders) -> DbtProject:
    """The dbt project with a manifest that is as new as its files."""
    project = DbtProject(project_dir=ROOT, profiles_dir=ROOT, target_path=where.dbt_target)
    if not is_fresh(project.manifest_path):
        parse_models(where)
    return project


def is_fresh(manifest: Path) -> bool:
    """No file that dbt parses is newer than the manifest."""
    if not manifest.exists():
        return False
    made_at = manifest.stat().st_mtime_ns
    for name in PARSED:
        path = ROOT / name
        for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
            if file.exists() and file.stat().st_mtime_ns > made_at:
                return False
    return True


PROJECT = dbt_project(folders())


@dbt_assets(
    manifest=PROJECT.manifest_path, project=PROJECT, dagster_dbt_translator=Translator(), name="build_models"
)
def build_models(context: dg.AssetExecutionContext, dbt: DbtCliResource, build: Build) -> Iterator[Any]:
    """Build and test the selected models; outcomes are recorded, so that only a green whole can be
    published."""
    where, engine = build.where, engine_for(chosen_target())
    results: list[dict[str, Any]] = []

    def run(target: str, command: str, *options: str) -> Iterator[Any]:
        at_once = str(models_at_once(where, target))
        arguments = [command, "--target", target, "--threads", at_once, *options]
        call = dbt.cli(arguments, context=context, raise_on_error=False)
        yield from call.stream()
        results.extend(_run_results(call))

    with build.step("Build and test models"):
        assert_portable(chosen_target())
        begin_results(where)
        if engine is None:
            yield from run(DUCKDB, "build")
        elif context.is_subset:
            raise BuildError(
                "a part of the models cannot be built on another engine than DuckDB",
                where=f"SERVICE_CONTROL_TARGET={chosen_target()}",
                remedy="materialize all of them, or start Dagster without SERVICE_CONTROL_TARGET",
            )
        else:
            models = read_json(PROJECT.manifest_path)
            yield from run(DUCKDB, "seed")
            hand_over(where, engine, models, build.note)
            os.environ.update(engine.next_environment())
            results += not_green(read_texts(where, engine, chosen_target(), build.note)["results"])
            if not not_green(results):
                yield from run(chosen_target(), "build", *OTHER_MODELS)
            if not not_green(results):
                engine.pull(where, border(models), build.note)
                engine.end(where)
                yield from run(DUCKDB, "build", *not_presentation(models))
        manifest = read_json(PROJECT.manifest_path)
        failed = record_results(where, {"results": results}, manifest, complete=False)
        if failed:
            named = [{"name": node["name"], "message": node["message"].strip()} for node in failed]
            raise StepFailed(
                f"{len(failed)} models or tests failed or were skipped, the first: {named[0]['name']}",
                named,
                where="dbt build",
                remedy="mend the data or the model; the checks of the assets show each of them",
            )


def not_presentation(manifest: Mapping[str, Any]) -> list[str]:
    """Options that leave the models tagged `presentation` and every test that reads one.

    By exclusion, because dagster-dbt adds a selection of its own to ours.
    """
    others = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed") and PRESENTATION not in node["tags"]
    ]
    return ["--exclude", " ".join(sorted(others)), "--indirect-selection", "cautious"]


def _run_results(call: DbtCliInvocation) -> list[dict[str, Any]]:
    """What became of the nodes of one dbt command; none where nothing was selected.

    Raises
    ------
    BuildError : dbt stopped before it ran a node.
    """
    results = read_json(call.target_path / "run_results.json").get("results", [])
    if not results and not call.is_successful():
        raise BuildError(
            "dbt stopped before it built anything",
            where=str(ROOT),
            remedy=f"mend what dbt says above; the full log is {call.target_path / 'dbt.log'}",
        )
    return results
