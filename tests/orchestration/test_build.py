"""The order of a build, what it says, and what a failure leaves behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import build, publish
from orchestration.portable_sql import assert_portable
from orchestration.project import ROOT, Folders
from orchestration.rendering import Project
from orchestration.transform import (
    build_models,
    dbt_arguments,
    dbt_checks,
    progress_line,
    record_results,
)
from orchestration.warehouse import build_lock, now, read_json, write_json
from service_control.errors import BuildError, InputError
from tests.orchestration.conftest import Site
from tests.orchestration.small_build import fill_marts


@pytest.fixture
def quick(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose build has stand-ins for dbt and Great Expectations."""

    def transform(where: Folders, *_: object) -> str:
        fill_marts(where, 1)
        return "filled"

    monkeypatch.setattr(build, "import_ahead", lambda: None)
    monkeypatch.setattr(build, "transform", transform)
    monkeypatch.setattr(build, "audit_marts", lambda where: [])
    monkeypatch.setattr(build, "all_checks", lambda where, checks: [])
    monkeypatch.setattr(build, "LandingAudit", lambda where: None)
    monkeypatch.setattr(build, "judge_raw_tables", lambda where, contract: None)
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    return site


def test_a_build_tells_each_step_and_ends_succeeded(quick: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main([]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("[")] == [
        "[1/4] Load landing files",
        "[2/4] Build and test models",
        "[3/4] Audit public marts",
        "[4/4] Publish",
    ]
    assert "1 files loaded, 1 rows · " in out and "3 tables, 3,000 rows · " in out
    status = read_json(quick.where.build_status)
    assert (status["state"], status["step"], status["step_number"], status["step_count"]) == (
        "succeeded", "Publish", 4, 4
    )  # fmt: skip
    assert publish.current_id(quick.where) in status["message"]


def test_sql_that_differs_between_engines_ends_the_build_before_dbt(
    quick: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "models" / "halves.sql").write_text("select\n    7 / 2 as half")
    (project / "dbt_project.yml").write_text("name: halves")
    monkeypatch.setattr(build, "assert_portable", lambda target: assert_portable(target, Project(project)))
    monkeypatch.setattr(build, "transform", lambda *_: pytest.fail("dbt was started"))
    assert build.main([]) == 1
    assert "models/halves.sql:2: integer-division: 7 / 2" in capsys.readouterr().err
    status = read_json(quick.where.build_status)
    assert status["state"] == "failed" and status["failures"][0]["name"] == "models/halves.sql:2"


def test_no_publish_stops_after_the_audit(quick: Site) -> None:
    assert build.main(["--no-publish"]) == 0
    assert publish.current_id(quick.where) is None
    assert read_json(quick.where.build_status)["message"] == "not published"


def test_a_failing_step_is_told_and_the_former_snapshot_stays(
    quick: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build.main([])
    served = publish.current_id(quick.where)

    def fail(*_: object) -> str:
        raise build.StepFailed(
            "1 models or tests failed",
            [{"name": "unique_contacts", "message": "3 rows"}],
            where="dbt build",
            remedy="mend",
        )

    monkeypatch.setattr(build, "transform", fail)
    assert build.main([]) == 1
    assert "nothing was published" in capsys.readouterr().err
    status = read_json(quick.where.build_status)
    assert (status["state"], status["step"]) == ("failed", "Build and test models")
    assert status["failures"] == [{"name": "unique_contacts", "message": "3 rows"}]
    assert publish.current_id(quick.where) == served


def test_an_unforeseen_error_is_told_too(quick: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "audit_marts", lambda where: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build.main([])
    status = read_json(quick.where.build_status)
    assert status["state"] == "failed" and status["failures"][0]["name"] == "ZeroDivisionError"


def test_a_refused_file_does_not_stop_the_build(quick: Site, capsys: pytest.CaptureFixture[str]) -> None:
    quick.put("hr/employees.csv", "employee_id\nE1\n")
    assert build.main([]) == 0
    assert 'hr/employees.csv: the required column "hired_on" is absent' in capsys.readouterr().out


def test_two_builds_never_run_beside_each_other(quick: Site, capsys: pytest.CaptureFixture[str]) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", "import time; from orchestration.project import folders; "
         "from orchestration.warehouse import build_lock\n"
         "with build_lock(folders()): print('held', flush=True); time.sleep(60)"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline().strip() == "held"
        assert build.main([]) == 1
        assert f"a build is already running (process {holder.pid})" in capsys.readouterr().err
    finally:
        holder.kill()
        holder.wait()
    assert build.main([]) == 0, "the lock of a dead process is free"


def test_an_empty_landing_folder_is_filled_once_and_never_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, quick: Site
) -> None:
    (site.where.landing / "hr/teams.csv").unlink()
    calls: list[Path] = []

    def simulate(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(Path(command[-1]))
        site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
        return subprocess.CompletedProcess(command, 0, stdout="teams 1 row\n")

    with monkeypatch.context() as patch:
        patch.setattr(build.subprocess, "run", simulate)
        patch.setattr(build, "versions", dict)
        assert build.main([]) == 0
    assert calls == [site.where.landing]
    (site.where.landing / "hr/teams.csv").unlink()
    with pytest.raises(InputError, match="files were loaded from it before"):
        build.build(site.where)


def test_dbt_is_called_with_the_folders_of_this_warehouse(site: Site) -> None:
    arguments = dbt_arguments("build", site.where, "--select", "marts")
    assert arguments[0].endswith("/dbt") and arguments[-2:] == ["--select", "marts"]
    assert arguments[arguments.index("--target-path") + 1] == str(site.where.dbt_target)
    assert arguments[arguments.index("--profiles-dir") + 1] == str(ROOT)


def test_progress_is_one_short_line_per_node() -> None:
    node = {"node_info": {"node_name": "fct_contacts"}, "index": 3, "total": 9, "execution_time": 0.2}
    assert progress_line({"data": {**node, "status": "success"}}) == "3/9 fct_contacts"
    assert progress_line({"data": {**node, "status": "fail"}}) == "3/9 fct_contacts  FAIL"
    assert progress_line({"data": {"node_info": {"node_name": "x"}, "index": 3, "total": 9}}) == ""
    assert progress_line({}) == ""


MANIFEST = {
    "nodes": {
        "model.p.m": {"name": "m", "resource_type": "model"},
        "test.p.t": {"name": "t", "resource_type": "test", "attached_node": "model.p.m"},
        "test.p.w": {"name": "w", "resource_type": "test", "depends_on": {"nodes": ["model.p.m"]}},
    }
}


def result(unique_id: str, status: str, **more: object) -> dict:
    return {"unique_id": unique_id, "status": status, "execution_time": 0.1, "timing": [], **more}


def test_results_of_dbt_become_checks_and_are_kept_over_partial_runs(site: Site) -> None:
    everything = [result("model.p.m", "success"), result("test.p.t", "fail", failures=3, message="3 rows"),
                  result("test.p.w", "warn", failures=1, message="1 row"), ]  # fmt: skip
    not_green = record_results(site.where, {"results": everything}, MANIFEST, complete=True)
    assert [node["name"] for node in not_green] == ["t"]
    checks = {check.check_name: check for check in dbt_checks(site.where)}
    assert (checks["t"].status, checks["t"].failing_count, checks["t"].target_table) == ("fail", 3, "m")
    assert (checks["w"].status, checks["w"].target_table) == ("warn", "m")
    record_results(site.where, {"results": [result("test.p.t", "pass")]}, MANIFEST, complete=False)
    assert [check.status for check in dbt_checks(site.where)] == ["pass", "warn"]


FAKE_DBT = """
import json, pathlib, sys
target = pathlib.Path(sys.argv[sys.argv.index("--target-path") + 1])
node = {"node_info": {"node_name": "m"}, "index": 1, "total": 1, "execution_time": 0.1, "status": "success"}
print(json.dumps({"info": {"level": "info", "invocation_id": "own"}, "data": node}))
print("no JSON at all")
results = [{"unique_id": "model.p.m", "status": "success", "timing": []}]
if "--fails" in sys.argv:
    print(json.dumps({"info": {"level": "error", "invocation_id": "own", "msg": "no such column"}, "data": {}}))
else:
    written_by = "other" if "--replaced" in sys.argv else "own"
    content = {"metadata": {"invocation_id": written_by}, "results": results}
    (target / "run_results.json").write_text(json.dumps(content))
"""


def test_only_the_results_of_the_own_dbt_run_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def arguments(command: str, where: Folders, *options: str) -> list[str]:
        return [sys.executable, "-c", FAKE_DBT, command, "--target-path", str(where.dbt_target), *options]

    monkeypatch.setattr("orchestration.transform.dbt_arguments", arguments)
    said: list[str] = []
    assert build_models(site.where, said.append, "duckdb") == [] and said == ["1/1 m"]
    with pytest.raises(BuildError, match="another dbt command replaced the results"):
        build_models(site.where, said.append, "duckdb", "--replaced")
    with pytest.raises(BuildError, match=r"stopped before it built anything:\n(?s:.*)no such column"):
        build_models(site.where, said.append, "duckdb", "--fails")
    with pytest.raises(BuildError, match="did not finish"):
        dbt_checks(site.where)


def test_nothing_is_published_after_a_dbt_run_that_did_not_finish(site: Site) -> None:
    with pytest.raises(BuildError, match="did not finish"):
        dbt_checks(site.where)
    record_results(site.where, {"results": [result("model.p.m", "success")]}, MANIFEST, complete=True)
    assert dbt_checks(site.where) == []
    write_json(site.where.warehouse / "dbt_results.json",
               {**read_json(site.where.warehouse / "dbt_results.json"), "is_running": True})  # fmt: skip
    with pytest.raises(BuildError, match="did not finish"):
        dbt_checks(site.where)
    record_results(site.where, {"results": [result("model.p.m", "error")]}, MANIFEST, complete=True)
    with pytest.raises(BuildError, match="1 models are not built, the first: m"):
        dbt_checks(site.where)


def test_a_lock_is_free_again_after_its_block(site: Site) -> None:
    with build_lock(site.where):
        pass
    with build_lock(site.where):
        assert now().tzinfo is None
