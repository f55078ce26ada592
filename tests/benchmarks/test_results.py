"""From a run to a page: outcomes, what replaces what, growth, and what is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.bare_sql import models_in_order
from benchmarks.measuring import FAILED, NOT_AVAILABLE, OK, OUT_OF_MEMORY, Measured, run
from benchmarks.organisations import Organisation
from benchmarks.report import exponent, write_report
from benchmarks.results import Results
from benchmarks.ways import Result
from orchestration.project import ROOT

OUT_OF_MEMORY_IN_DUCKDB = """
import duckdb
connection = duckdb.connect(config={"memory_limit": "50MB"})
connection.execute("select list(x) from range(20_000_000) as numbers(x)").fetchone()
"""


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("pass", OK),
        (OUT_OF_MEMORY_IN_DUCKDB, OUT_OF_MEMORY),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", OUT_OF_MEMORY),
        ("raise SystemExit('a table is missing')", FAILED),
    ],
)
def test_how_a_run_ended(code: str, outcome: str) -> None:
    assert run([sys.executable, "-c", code], os.environ).outcome == outcome


def test_time_and_memory_are_those_of_the_child() -> None:
    code = "import time; kept = bytearray(300_000_000); time.sleep(0.5)"
    # From a small process, as the benchmark is: a child never counts less than its parent.
    asked = f"""
import os, sys
from benchmarks.measuring import run
found = run([sys.executable, "-c", {code!r}], os.environ)
print(found.seconds, found.cpu_seconds, found.peak_mb)
"""
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    seconds, cpu_seconds, peak_mb = map(float, said.split())
    assert seconds >= 0.5
    assert 300 < peak_mb < 400
    assert cpu_seconds < seconds


def result(name: str, seconds: float, outcome: str = OK, **models: float) -> Result:
    return Result(name, Measured(outcome, seconds, 2 * seconds, 500.0, "no server" * (outcome != OK)), models)


def organisation(size: int) -> Organisation:
    return Organisation(Path("unused"), size, size, 2 * size, size / 1e4)


def test_a_page_from_results_of_two_runs(tmp_path: Path) -> None:
    first = Results(tmp_path)
    first.add(organisation(1_000_000), "4GB", result("bare", 99.0))
    first.add(organisation(1_000_000), "1GB", result("bare", 0.0, OUT_OF_MEMORY))
    first.add(organisation(1_000_000), "4GB", result("spark, first", 0.0, NOT_AVAILABLE))
    first.add(organisation(1_000_000), "4GB", result("postgres, first", 3.0, FAILED))
    second = Results(tmp_path)
    second.add(organisation(1_000_000), "4GB", result("bare", 10.0, slow=9.0, quick=1.0))
    second.add(organisation(10_000_000), "4GB", result("bare", 100.0, slow=90.0, quick=10.0))
    second.add(organisation(1_000_000), "4GB", result("build, second", 30.0))
    page = write_report(second.path).read_text()
    lines = page.splitlines()
    assert "| bare SQL, everything | 1GB | out of memory |  | 0.50 GB |" in lines
    assert "| bare SQL, everything | 4GB | 10.0 s | 20.0 s | 0.50 GB |" in lines
    assert "| bare SQL, everything | 4GB | 1.00 |" in lines
    assert "| whole build, second / bare SQL | 4GB | 3.0 (3.0) |  |" in lines
    assert "| `slow` | 9.0 s | 90% |" in lines
    assert "Left out: on Spark (no server)." in lines
    assert "| on PostgreSQL, first | 4GB | failed |  | 0.50 GB |" in lines
    assert "Failed: on PostgreSQL, first (no server)." in lines
    assert "99.0" not in page
    plots = sorted(tmp_path.glob("*.svg"))
    assert [plot.name in page and "<svg" in plot.read_text()[:200] for plot in plots] == [True] * 3


def test_growth_is_the_exponent_between_two_sizes() -> None:
    small, large = {"seconds": 2.0, "answers": 1_000}, {"seconds": 200.0, "answers": 10_000}
    assert exponent(small, large) == pytest.approx(2.0)


def test_a_result_keeps_every_field(tmp_path: Path) -> None:
    results, measured = Results(tmp_path), result("dbt", 5.0)
    results.add(organisation(1_000), "1GB", measured)
    (kept,) = json.loads(results.path.read_text())["results"]
    assert asdict(measured.measured).items() <= kept.items()
    assert (kept["answers"], kept["rows"], kept["memory"]) == (1_000, 2_000, "1GB")


def test_only_what_a_model_needs_in_the_order_of_references() -> None:
    nodes = {"a": [], "b": ["a", "seed.x"], "c": ["b"], "d": ["a"]}
    manifest = {
        "nodes": {
            key: {"resource_type": "model", "name": key, "depends_on": {"nodes": parents}}
            for key, parents in nodes.items()
        }
    }
    assert [node["name"] for node in models_in_order(manifest, ["c"])] == ["a", "b", "c"]
    assert {node["name"] for node in models_in_order(manifest)} == set("abcd")
