"""Dagster's view of the project: its names, one load with a bad file, and the lock it shares with `make
build`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest

from orchestration.dev import prepare_home
from orchestration.project import ROOT
from orchestration.publish import Run, publish
from orchestration.publish_postgres import ADDRESS
from orchestration.warehouse import now, read_json
from service_control.errors import BuildError
from tests.orchestration.conftest import Site
from tests.orchestration.small_build import fill_marts
from tests.postgres import Server

NAMES = Path(__file__).with_name("dagster_names.txt")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The definitions as `dagster dev` loads them; dbt parses the project once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_CONTROL_WAREHOUSE", str(tmp_path_factory.mktemp("warehouse")))
        patch.setenv("DBT_TARGET_PATH", str(tmp_path_factory.mktemp("target")))
        before = dict(os.environ)
        from orchestration import definitions

        # Loading them sets the environment of dbt, which must not leak into other tests.
        os.environ.clear()
        os.environ.update(before)
        yield definitions


def names(defs: dg.Definitions) -> list[str]:
    """What users, schedules elsewhere and links in the UI hold on to."""
    graph = defs.resolve_asset_graph()
    public = ("landing", "marts", "published")
    lines = [f"asset {key.to_user_string()}" for key in graph.get_all_asset_keys() if key.path[0] in public]
    own_checks = ("files_are_accepted", "content_is_as_expected", "is_as_expected")
    lines += [
        f"check {check.asset_key.to_user_string()}:{check.name}"
        for check in graph.asset_check_keys
        if check.name in own_checks
    ]
    repository = defs.get_repository_def()
    lines += [f"job {job.name}" for job in repository.get_all_jobs() if not job.name.startswith("__")]
    lines += [
        f"schedule {schedule.name} {schedule.cron_schedule} {schedule.execution_timezone}"
        for schedule in repository.schedule_defs
    ]
    lines += [f"sensor {sensor.name}" for sensor in repository.sensor_defs]
    return sorted(lines)


def test_names_stay_as_they_are(definitions: ModuleType) -> None:
    found = names(definitions.defs)
    if os.environ.get("WRITE_DAGSTER_NAMES"):
        NAMES.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == NAMES.read_text(encoding="utf-8").splitlines(), (
        "names changed; if that is meant, run this test with WRITE_DAGSTER_NAMES=1, tell CHANGELOG.md"
    )


def test_the_lineage_runs_from_files_to_snapshot(definitions: ModuleType) -> None:
    graph = definitions.defs.resolve_asset_graph()
    staged = next(key for key in graph.get_all_asset_keys() if key.path[-1] == "checked_crm__contacts")
    assert dg.AssetKey(["landing", "contacts"]) in graph.get(staged).parent_keys
    snapshot = graph.get(dg.AssetKey(["published", "snapshot"]))
    assert dg.AssetKey(["marts", "metric_values"]) in snapshot.parent_keys
    external = [key for key in graph.get_all_asset_keys() if not graph.get(key).is_materializable]
    assert external == [], "every dbt source is an asset that the loader fills"


def test_a_postgres_that_is_configured_gets_the_snapshot(
    definitions: ModuleType, site: Site, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [asset.key.path[-1] for asset in definitions.publications()] == ["snapshot"]
    monkeypatch.setenv(ADDRESS, postgres.create("dagster"))
    _, copy = definitions.publications()
    assert copy.asset_deps[copy.key] == {dg.AssetKey(["published", "snapshot"])}
    fill_marts(site.where, 1)
    publish(site.where, Run("run1", now(), {}), [])
    site.where.dbt_target.mkdir()
    shutil.copy(definitions.PROJECT.manifest_path, site.where.dbt_target)
    result = dg.materialize(
        [copy], resources={"build": definitions.Build()}, instance=dg.DagsterInstance.ephemeral()
    )
    (event,) = result.asset_materializations_for_node("published__postgres")
    assert event.metadata["dagster/row_count"].value == 3001
    assert postgres.ask("dagster", "select max(generation) from marts.third") == [(1,)]
    assert read_json(site.where.build_status)["step_count"] == 5


def test_dbt_tests_are_asset_checks(definitions: ModuleType) -> None:
    checks = definitions.defs.resolve_asset_graph().asset_check_keys
    assert any(
        check.asset_key == dg.AssetKey(["marts", "metric_values"]) and "unique" in check.name
        for check in checks
    )


def load(definitions: ModuleType, site: Site) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [definitions.load_landing], resources={"build": definitions.Build()}, raise_on_error=False,
        instance=dg.DagsterInstance.ephemeral(),
    )  # fmt: skip


def test_a_refused_file_fails_its_own_check_only(definitions: ModuleType, site: Site) -> None:
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    site.put("hr/employees.csv", "employee_id\nE1\n")
    result = load(definitions, site)
    assert result.success
    found = {
        (check.asset_key.path[-1], check.check_name): check for check in result.get_asset_check_evaluations()
    }
    assert [key for key, check in found.items() if not check.passed] == [("employees", "files_are_accepted")]
    refused = found["employees", "files_are_accepted"]
    assert refused.severity == dg.AssetCheckSeverity.WARN
    assert 'the required column "hired_on" is absent' in refused.metadata["what"].value
    (teams,) = [
        event for event in result.asset_materializations_for_node("load_landing")
        if event.asset_key == dg.AssetKey(["landing", "teams"])
    ]  # fmt: skip
    assert teams.metadata["dagster/row_count"].value == 1
    assert read_json(site.where.build_status)["state"] == "succeeded"


def test_dagster_and_make_build_exclude_each_other(definitions: ModuleType, site: Site) -> None:
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    code = (
        "from orchestration.project import folders; from orchestration.warehouse import build_lock\n"
        "with build_lock(folders()): print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(dg.DagsterResourceFunctionError) as caught:
            dg.materialize([definitions.load_landing], resources={"build": definitions.Build()},
                           instance=dg.DagsterInstance.ephemeral())  # fmt: skip
        assert isinstance(caught.value.__cause__, BuildError)
        assert f"process {holder.pid}" in str(caught.value.__cause__)
        holder.communicate("\n")
    assert load(definitions, site).success


def test_a_failing_step_is_told_in_the_build_status(
    definitions: ModuleType, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    monkeypatch.setattr("orchestration.landing_assets.load_files", lambda *_, **__: 1 / 0)
    assert not load(definitions, site).success
    status = read_json(site.where.build_status)
    assert (status["state"], status["step"]) == ("failed", "Load landing files")


def test_the_sensor_builds_once_after_files_were_quiet_for_one_look(
    definitions: ModuleType, site: Site
) -> None:
    sensor = definitions.build_warehouse_on_new_files

    def look(cursor: str | None) -> tuple[str | None, int, str]:
        context = dg.build_sensor_context(cursor=cursor)
        outcome = sensor(context)
        if isinstance(outcome, dg.SkipReason):
            return context.cursor, 0, outcome.skip_message
        return outcome.cursor, len(outcome.run_requests), ""

    site.put("hr/teams.csv", "team_id")
    cursor, runs, words = look(None)
    assert runs == 0 and "arriving" in words
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    cursor, runs, _ = look(cursor)
    assert runs == 0, "the file grew since the last look"
    cursor, runs, _ = look(cursor)
    assert runs == 1
    cursor, runs, words = look(cursor)
    assert (runs, words) == (0, "no new files")
    assert json.loads(cursor)["built"]


def test_schedules_and_sensor_are_off_until_turned_on(definitions: ModuleType) -> None:
    repository = definitions.defs.get_repository_def()
    for automation in (*repository.schedule_defs, *repository.sensor_defs):
        assert automation.default_status.value == "STOPPED"


def test_the_daily_build_compares_contents_and_the_hourly_does_not(definitions: ModuleType) -> None:
    for schedule, full in (
        (definitions.build_warehouse_daily, True),
        (definitions.build_warehouse_hourly, False),
    ):
        request = schedule.evaluate_tick(
            dg.build_schedule_context(
                repository_def=definitions.defs.get_repository_def(), scheduled_execution_time=None
            )
        ).run_requests[0]
        assert request.run_config == {"ops": {"load_landing": {"config": {"full": full}}}}


def test_the_home_of_dagster_sends_nothing_and_runs_one_build_at_a_time(site: Site) -> None:
    settings = (prepare_home(site.where) / "dagster.yaml").read_text(encoding="utf-8")
    with dg.DagsterInstance.from_config(str(site.where.dagster_home)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
    assert "enabled: false" in settings
