"""dbt as a child process: its arguments, its progress, its results.

Belongs here: how dbt is called and what its artifacts say. Not here: the models. A child process, because one
process writes a DuckDB file at a time and dbt gives the file free when it ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.engines import (
    DELIVERED,
    DUCKDB,
    PRESENTATION,
    PUSHED_SCHEMAS,
    TEXT,
    Engine,
    border,
    built_schemas,
    delivered_relations,
    engine_for,
    forget_built,
    text_relations,
)
from orchestration.parse_state import fingerprint, note_parse, parse_option
from orchestration.project import ROOT, Folders, child_environment
from orchestration.publish import CheckResult
from orchestration.warehouse import open_build, read_json, write_json
from service_control.errors import BuildError

# What became of every node when it last ran; a node that is not here, or not green, keeps a build from being
# published.
RESULTS = "dbt_results.json"
GREEN = ("success", "pass", "warn", "no-op")
TEST_KINDS = ("test", "unit_test")
# A build on another engine in two halves. Seeds come with the raw tables: an engine's own loader may change them.
OTHER_MODELS = ("--exclude", f"tag:{PRESENTATION}", "--exclude-resource-type", "seed")
PRESENTATION_MODELS = ("--select", f"tag:{PRESENTATION}")
# Texts are read in DuckDB before an engine builds what needs their scores; both are built again with the rest, which
# has nothing left to read.
DELIVERED_TEXTS = ("--select", f"+{DELIVERED.name}")
TEXT_MODELS = ("--select", f"tag:{TEXT}")
# What a model takes of a raw row at its largest: sums by scope group it eight times. Beside another model DuckDB begins
# to write such groups to disk early, and then all of them: at 10 million answers 37 GB, and nothing when it runs alone.
ROW_BYTES = 600
LOOK_SECONDS, MISSED_LOOKS = 10, 3
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def dbt_arguments(command: str, where: Folders, *options: str) -> list[str]:
    """The command line of dbt for this project."""
    return [
        dbt_executable(),
        "--log-format", "json",
        "--log-level-file", "debug",
        command,
        "--project-dir", str(ROOT),
        "--profiles-dir", str(ROOT),
        "--target-path", str(where.dbt_target),
        "--log-path", str(where.logs),
        *options,
    ]  # fmt: skip


def dbt_executable() -> str:
    """dbt of the environment this process runs in, also when that is not on the PATH."""
    return str(Path(sys.executable).with_name("dbt"))


def parse_models(where: Folders) -> None:
    """Write the manifest without building anything.

    Raises
    ------
    BuildError : the project cannot be parsed.
    """
    where.dbt_target.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        dbt_arguments("parse", where),
        cwd=ROOT,
        env=child_environment(where),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = [_event(line).get("info", {}).get("msg", line) for line in done.stdout.splitlines()[-15:]]
        raise BuildError(
            "the models cannot be parsed:\n" + "\n".join(words), where=str(ROOT), remedy="mend them"
        )


def build_models(
    where: Folders, report: Callable[[str], None], target: str, *options: str
) -> list[dict[str, Any]]:
    """Build and test every model and record what became of it. Returns the nodes that are not green.

    On another engine than DuckDB its half comes first; what it made is pulled before DuckDB makes the rest.

    Raises
    ------
    BuildError : dbt stopped before it ran a node (a parse error, an unknown profile, a locked database),
        another dbt command wrote its results over those of this build, or the engine could not be reached.
    """
    begin_results(where)
    engine = engine_for(target)
    if engine is None:
        results = run_dbt(where, report, DUCKDB, "build", *options)
        return record_results(where, results, read_manifest(where), complete=True)
    run_dbt(where, report, DUCKDB, "seed")
    hand_over(where, engine, read_manifest(where), report)
    results = read_texts(where, engine, target, report)
    if not not_green(results["results"]):
        results = run_dbt(where, report, target, "build", *OTHER_MODELS, *options, engine=engine)
    if not not_green(results["results"]):
        engine.pull(where, border(read_manifest(where)), report)
        engine.end(where)
        rest = run_dbt(where, report, DUCKDB, "build", *PRESENTATION_MODELS, *options)
        results["results"] += rest["results"]
    return record_results(where, results, read_manifest(where), complete=True)


def hand_over(
    where: Folders, engine: Engine, manifest: Mapping[str, Any], report: Callable[[str], None]
) -> None:
    """Give an engine the raw tables and seeds, in schemas made anew; both sides forget what was built."""
    forget_built(where)
    engine.begin(where, {*PUSHED_SCHEMAS, *built_schemas(manifest)})
    engine.push(where, delivered_relations(where), report)


def read_texts(where: Folders, engine: Engine, target: str, report: Callable[[str], None]) -> dict[str, Any]:
    """Pull the texts from an engine, scrub and score them in DuckDB, and push what was found.

    Returns the results of the step that failed, else of the last one.
    """
    results = run_dbt(where, report, target, "run", *DELIVERED_TEXTS, engine=engine)
    if not not_green(results["results"]):
        engine.pull(where, [DELIVERED], report)
        results = run_dbt(where, report, DUCKDB, "run", *TEXT_MODELS)
    if not not_green(results["results"]):
        engine.push(where, text_relations(read_manifest(where)), report)
    return results


def models_at_once(where: Folders, target: str) -> int:
    """How many nodes dbt runs beside each other: at most SERVICE_CONTROL_THREADS, in DuckDB as many as have room."""
    most = int(os.environ.get("SERVICE_CONTROL_THREADS", "4"))  # as profiles.yml has it
    if target != DUCKDB or not where.build_database.exists():
        return most
    with open_build(where, read_only=True) as connection:
        ((room,),) = connection.execute(
            """
            select parse_formatted_bytes(current_setting('memory_limit')) // (? * greatest(1, sum(estimated_size)))
            from duckdb_tables()
            where schema_name = 'raw'
            """,
            [ROW_BYTES],
        ).fetchall()
    return most if room is None else max(1, min(most, int(room)))


def run_dbt(
    where: Folders,
    report: Callable[[str], None],
    target: str,
    command: str,
    *options: str,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Run one dbt command to its end. Returns its run results, whatever became of the nodes.

    Raises
    ------
    BuildError : dbt stopped before it ran a node, another dbt command wrote its results over those of this one, or
        the engine that dbt works on went away.
    """
    where.dbt_target.mkdir(parents=True, exist_ok=True)
    (where.dbt_target / "run_results.json").unlink(missing_ok=True)
    files = fingerprint()
    child = subprocess.Popen(
        dbt_arguments(
            command,
            where,
            *("--target", target),
            *("--threads", str(models_at_once(where, target))),
            parse_option(where.dbt_target, files),
            *options,
        ),
        cwd=ROOT,
        env=child_environment(where) | (dict(engine.next_environment()) if engine else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        # Only a call into libc, which is safe beside threads.
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
    )
    last_words: list[str] = []
    invocation = None
    watch = Watch(engine, child)
    try:
        for line in child.stdout:
            event = _event(line)
            invocation = event.get("info", {}).get("invocation_id") or invocation
            progress = progress_line(event)
            if progress:
                report(progress)
            if event.get("info", {}).get("level") in ("error", None):
                last_words = [*last_words, event.get("info", {}).get("msg") or line.strip()][-15:]
        child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    finally:
        watch.end()
    run_results = read_json(where.dbt_target / "run_results.json")
    if not run_results.get("results"):
        raise BuildError(
            "dbt stopped before it built anything:\n" + "\n".join(last_words),
            where=str(ROOT),
            remedy=f"mend what dbt says; the full log is {where.logs / 'dbt.log'}",
        )
    if run_results["metadata"]["invocation_id"] != invocation:
        raise BuildError(
            "another dbt command replaced the results of this build, so its tests cannot be judged",
            where=str(where.dbt_target),
            remedy="run no other dbt command meanwhile, or give it another DBT_TARGET_PATH; then build again",
        )
    note_parse(where.dbt_target, files)
    return run_results


def not_green(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of a dbt run that keep a build from going on and from being published."""
    return [result for result in results if result["status"] not in GREEN]


class Watch:
    """Ends dbt when its engine has been away for half a minute: its clients would knock for ten minutes per node."""

    def __init__(self, engine: Engine | None, child: subprocess.Popen[str]) -> None:
        self._engine, self._child = engine, child
        self._is_over = threading.Event()
        self._absence: BuildError | None = None
        self._thread = threading.Thread(target=self._look, daemon=True)
        if engine:
            self._thread.start()

    def _look(self) -> None:
        missed = 0
        while not self._is_over.wait(LOOK_SECONDS):
            try:
                self._engine.check_presence()
                missed = 0
            except BuildError as error:
                missed += 1
                if missed == MISSED_LOOKS:
                    self._absence = error
                    self._child.kill()
                    return

    def end(self) -> None:
        """Stop watching. Raises the BuildError of an engine that went away."""
        self._is_over.set()
        if self._engine:
            self._thread.join()
        if self._absence:
            raise self._absence


def read_manifest(where: Folders) -> dict[str, Any]:
    """dbt's manifest, as its last command left it."""
    return read_json(where.dbt_target / "manifest.json")


def die_with_parent() -> None:
    """To run in a child: a build that is killed must not leave a dbt behind that goes on writing."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def progress_line(event: Mapping[str, Any]) -> str:
    """'12/140 stg_crm__contacts' for an event that says a node is done, else nothing."""
    data = event.get("data", {})
    node = data.get("node_info", {})
    if "index" not in data or "total" not in data or "execution_time" not in data:
        return ""
    status = str(data.get("status", "")).lower().split(" ")[0]
    wrong = "" if status in ("", "ok", *GREEN, "insert", "create", "select", "ok:") else f"  {status.upper()}"
    return f"{data['index']}/{data['total']} {node.get('node_name', '')}{wrong}"


def begin_results(where: Folders) -> None:
    """Note that nodes are being built: until `record_results`, nothing of this warehouse may be published."""
    write_json(where.warehouse / RESULTS, {**read_json(where.warehouse / RESULTS), "is_running": True})


def record_results(
    where: Folders, run_results: Mapping[str, Any], manifest: Mapping[str, Any], *, complete: bool
) -> list[dict[str, Any]]:
    """Keep the last outcome of every node of the project. `complete`: the run covered the whole project.

    Returns the nodes of this run that are not green.
    """
    nodes = {**manifest.get("nodes", {}), **manifest.get("unit_tests", {})}
    known = {} if complete else read_json(where.warehouse / RESULTS).get("nodes", {})
    outcomes = {key: value for key, value in known.items() if key in nodes}
    ran = [_outcome(result, nodes.get(result["unique_id"], {}), nodes) for result in run_results["results"]]
    outcomes.update((outcome["unique_id"], outcome) for outcome in ran)
    write_json(where.warehouse / RESULTS, {"is_running": False, "nodes": outcomes})
    return not_green(ran)


def _outcome(result: Mapping[str, Any], node: Mapping[str, Any], nodes: Mapping[str, Any]) -> dict[str, Any]:
    timing = result.get("timing") or []
    target = node.get("attached_node") or next(iter(node.get("depends_on", {}).get("nodes", [])), None)
    return {
        "unique_id": result["unique_id"],
        "name": node.get("name") or result["unique_id"].split(".")[-1],
        "kind": node.get("resource_type") or result["unique_id"].split(".")[0],
        "target_table": _relation(target, nodes)
        if node.get("resource_type") in TEST_KINDS
        else node.get("name"),
        "status": result["status"],
        "failing_count": result.get("failures") or 0,
        "message": result.get("message") or "",
        "seconds": result.get("execution_time", 0.0),
        "checked_at": (timing[-1].get("completed_at") if timing else None) or datetime.now(UTC).isoformat(),
    }


def _relation(unique_id: str | None, nodes: Mapping[str, Any]) -> str | None:
    if unique_id is None:
        return None
    return nodes.get(unique_id, {}).get("name") or unique_id.split(".")[-1]


def dbt_checks(where: Folders) -> list[CheckResult]:
    """Tests of the project with their last outcome.

    Raises
    ------
    BuildError : dbt did not run to its end, or a model was not built.
    """
    recorded = read_json(where.warehouse / RESULTS)
    if recorded.get("is_running", True):
        raise BuildError(
            "the last dbt run did not finish", where=str(where.warehouse), remedy="run `make build` again"
        )
    outcomes: Iterable[dict[str, Any]] = recorded["nodes"].values()
    not_built = [o["name"] for o in outcomes if o["kind"] not in TEST_KINDS and o["status"] not in GREEN]
    if not_built:
        raise BuildError(
            f"{len(not_built)} models are not built, the first: {not_built[0]}",
            where=str(where.warehouse),
            remedy="mend the models and run `make build` again",
        )
    return [
        CheckResult(
            check_name=outcome["name"],
            kind="dbt_test",
            target_table=outcome["target_table"],
            status=outcome["status"] if outcome["status"] in ("pass", "warn") else "fail",
            failing_count=int(outcome["failing_count"]),
            message=outcome["message"] if outcome["status"] != "pass" else "",
            checked_at=datetime.fromisoformat(outcome["checked_at"]).astimezone(UTC).replace(tzinfo=None),
        )
        for outcome in outcomes
        if outcome["kind"] in TEST_KINDS
    ]
