"""Models of the analyses made anew, one by one, are those of the build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from benchmarks.analysis_speed import Cost, page, parts_of
from orchestration.project import ROOT
from tests.projects import Project

SAME = "select count(*) from (from {table} except all from built.{table})"


def test_every_model_of_the_parts_is_measured(demo: Project) -> None:
    parts = parts_of(json.loads((demo.root / "target/manifest.json").read_text()))
    assert set(parts.values()) == {"drivers", "blindness", "value"}
    assert parts["int_drivers__moments"] == parts["driver_impact"] == "drivers"
    assert parts["int_value__euros"] == parts["euro_per_point"] == "value"


def test_models_are_made_as_in_a_build(demo: Project, tmp_path: Path) -> None:
    shutil.copy(demo.root / "warehouse/build.duckdb", tmp_path)
    names = ["int_drivers__curves", "say_do", "int_value__links", "metric review"]
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.analysis_speed", demo.root / "target", "--models", *names],
        cwd=ROOT, env={**os.environ, **demo.environment, "SERVICE_CONTROL_WAREHOUSE": str(tmp_path)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [line.split(" | ") for line in said.splitlines()]
    rows = {cells[1]: cells for cells in lines if len(cells) > 1}
    assert rows.keys() >= {"int_drivers__curves", "say_do", "int_value__links", "metric review"}
    assert float(rows["int_drivers__curves"][3]) > 0
    assert 100 < float(rows["int_value__links"][5].rstrip(" |")) < 1000
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo.root / 'warehouse/build.duckdb'}' as built (read_only)")
        connection.execute(f"attach '{tmp_path / 'build.duckdb'}' as made (read_only)")
        connection.execute("use made")
        for table in ("intermediate.int_drivers__curves", "intermediate.int_value__links", "marts.say_do"):
            ((different,),) = connection.execute(SAME.format(table=table)).fetchall()
            assert different == 0, table
            assert connection.execute(f"select count(*) from {table}").fetchall() != [(0,)]


def test_parts_add_up_and_only_python_has_a_peak() -> None:
    costs = [
        Cost("drivers", "of_sql", 1.0, 2.0, 10, None),
        Cost("drivers", "of_python", 3.0, 4.0, 20, 300.0),
        Cost("value", "of_value", 0.5, 0.5, 30, None),
    ]
    said = page(costs)
    assert (
        "| drivers | of_python | 3.00 | 4.00 | 20 | 300 |\n| drivers | of_sql | 1.00 | 2.00 | 10 |  |" in said
    )
    assert "| **drivers** | | **4.0** | **6.0** | | **300** |" in said
    assert "| **value** | | **0.5** | **0.5** | |  |" in said
    assert "| **all** | | **4.5** | **6.5** | | **300** |" in said
