"""Builds on a Spark cluster that loses a process on the way, compared with DuckDB mart by mart.

`python -m benchmarks.spark --scale 1 2.6` makes a simulated organisation per scale in a temporary folder, builds it on
DuckDB and then on a cluster of this machine: undisturbed; with a worker and its executor killed (-9) early, and again
half-way; with the driver killed half-way, and once more after it was started again. With `--undisturbed` there is one
build on Spark, and nothing is killed. Needs `make spark`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.results import FOLDER, machine
from orchestration.compare import Comparison, compare_marts, mart_keys, report
from orchestration.project import ROOT
from orchestration.spark_server import Cluster, spark_cluster
from orchestration.warehouse import read_json

# Progress of the part that runs on Spark; seeds and presentation models are few.
NODE_DONE = re.compile(r"(\d+)/(\d{3,}) ")
EARLY, HALF_WAY = 0.1, 0.5


@dataclass(frozen=True)
class Result:
    """One build. `comparisons` is empty for a build that failed, whose last words are in `outcome`."""

    build: str
    seconds: float
    outcome: str
    comparisons: list[Comparison]


def run_build(
    environment: Mapping[str, str], target: str, at: float = 2.0, disturb: Callable[[], None] | None = None
) -> tuple[float, str]:
    """Build without publishing; `disturb` is called once when the share `at` of the nodes is done.

    Returns wall-clock seconds, and what the build said last when it failed, else nothing.
    """
    started, words = time.monotonic(), []
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.build", "--no-publish", "--target", target],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    for line in process.stdout:
        words.append(line)
        done = NODE_DONE.search(line)
        if disturb and done and int(done[1]) >= at * int(done[2]):
            print(f"      {done[0]}nodes", flush=True)
            disturb()
            disturb = None
    failed = process.wait() != 0
    return time.monotonic() - started, "".join(words[-5:]).strip() if failed else ""


def lose_worker(cluster: Cluster) -> None:
    """Kill the first worker with all it runs."""
    os.killpg(cluster.workers.pop(0).pid, signal.SIGKILL)


def lose_driver(cluster: Cluster) -> None:
    """Kill the driver."""
    os.killpg(cluster.driver.pid, signal.SIGKILL)


def measure(
    scale: float, folder: Path, memory: str, *, is_disturbed: bool = True
) -> tuple[int, list[Result]]:
    """Every build of one organisation. Returns the number of answers and the results."""
    environment = os.environ | {
        "SERVICE_CONTROL_LANDING": str(folder / "landing"),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    subprocess.run(
        [sys.executable, "-m", "service_control.demo", "--scale", f"{scale}", "--out", folder / "landing"],
        cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    environment["SERVICE_CONTROL_WAREHOUSE"] = str(folder / "duckdb")
    loaded = folder / "duckdb/build.duckdb"
    run_build(environment, "duckdb")
    # The second time the files are loaded already, as they are for every other build.
    results = [Result("DuckDB", *run_build(environment, "duckdb"), [])]
    with duckdb.connect(str(loaded), read_only=True) as connection:
        ((answers,),) = connection.sql("select count(*) from staging.stg_survey__answers").fetchall()

    environment["SERVICE_CONTROL_WAREHOUSE"] = str(folder / "spark")
    (folder / "spark").mkdir()
    with spark_cluster(folder / "cluster", worker_memory=memory, driver_memory=memory) as cluster:
        environment["SERVICE_CONTROL_SPARK_REMOTE"] = cluster.remote

        def on_spark(name: str, at: float = 2.0, disturb: Callable[[], None] | None = None) -> None:
            shutil.copy(loaded, folder / "spark/build.duckdb")
            seconds, failure = run_build(environment, "spark", at, disturb)
            keys = mart_keys(read_json(folder / "target/manifest.json"))
            compared = [] if failure else compare_marts(loaded, folder / "spark/build.duckdb", keys)
            results.append(Result(name, seconds, failure, compared))
            print(f"{scale:g}×: {name}, {seconds:.0f} s{', failed' if failure else ''}", flush=True)

        if not is_disturbed:
            on_spark("Spark")
            return answers, results
        on_spark("Spark, cold")
        on_spark("Spark")
        on_spark("Spark, a worker killed early", EARLY, partial(lose_worker, cluster))
        cluster.start_worker(2, memory)
        on_spark("Spark, a worker killed half-way", HALF_WAY, partial(lose_worker, cluster))
        cluster.start_worker(3, memory)
        on_spark("Spark, the driver killed half-way", HALF_WAY, partial(lose_driver, cluster))
        cluster.start_driver(memory, memory)
        cluster.wait()
        on_spark("Spark, the build after it")
    return answers, results


def table(scale: float, answers: int, results: list[Result]) -> str:
    """The builds of one scale as a Markdown table."""
    first = results[0].seconds
    lines = [
        "| scale | answers | build | seconds | times the first | marts equal to DuckDB's | largest difference |",
        "|---|---:|---|---:|---:|---|---:|",
    ]
    for r in results:
        equal, largest = "–", "–"
        if r.comparisons:
            equal = f"{sum(c.is_equal for c in r.comparisons)} of {len(r.comparisons)}"
            largest = f"{max(c.largest_difference for c in r.comparisons):.0e}"
        times = f"{r.seconds:.0f} | {r.seconds / first:.1f}"
        lines.append(f"| {scale:g}× | {answers:,} | {r.build} | {times} | {equal} | {largest} |")
    lines += [f"\n{r.build}:\n\n```\n{r.outcome}\n```" for r in results if r.outcome]
    return "\n".join(lines)


def main() -> int:
    """Measure the scales asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, nargs="+", default=[1, 2.6])
    parser.add_argument("--memory", default="1g", help="of each worker and of the driver")
    parser.add_argument(
        "--undisturbed", action="store_true", help="one build, during which nothing is killed"
    )
    options = parser.parse_args()
    parts, is_equal = [], True
    for scale in options.scale:
        with tempfile.TemporaryDirectory(prefix="service_control_bench_") as folder:
            answers, results = measure(
                scale, Path(folder), options.memory, is_disturbed=not options.undisturbed
            )
        compared = {r.build: r.comparisons for r in results if r.comparisons}
        is_equal = is_equal and all(c.is_equal for found in compared.values() for c in found)
        parts.append(f"{table(scale, answers, results)}\n\n{report(compared)}\n")
        print(parts[-1], flush=True)
    scales = "_".join(f"{scale:g}" for scale in options.scale)
    path = FOLDER / f"spark_{scales}_{date.today().isoformat()}.md"
    command = " ".join(["python -m benchmarks.spark", *sys.argv[1:]])
    path.write_text(
        f"# Builds on Spark, {date.today().isoformat()}\n\n{machine()}. Two workers of one core, {options.memory} each "
        f"and for the driver. Command: `{command}`\n\n" + "\n".join(parts)
    )
    print(f"written to {path.relative_to(ROOT)}")
    return 0 if is_equal else 1


if __name__ == "__main__":
    sys.exit(main())
