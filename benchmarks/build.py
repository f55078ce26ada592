"""Build time and peak memory by size, beside the same SQL in bare DuckDB and beside one scan of the raw files.

`python -m benchmarks.build --scale 1 10 100` makes a simulated organisation per scale in a temporary folder, runs the
whole build, runs it again without new files, runs the compiled SQL of every model by DuckDB alone on a copy of the raw
tables, and scans every raw file once. Figures of one run stand side by side; quote their ratios, machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from orchestration.project import ROOT

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds and the peak resident memory in MB of the largest process."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Result:
    """One organisation: its size and what each way of working through it took."""

    scale: float
    answers: int
    landing_mb: float
    first_build: Measured
    second_build: Measured
    dbt_seconds: float
    models_seconds: float
    bare_sql: Measured
    scan: Measured


def run(command: list[str], environment: dict[str, str]) -> Measured:
    """Run a command to its end. Raises CalledProcessError with its output when it fails."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            print(output.read().decode(errors="replace")[-4000:], file=sys.stderr)
            raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(time.monotonic() - started, usage.ru_maxrss / 1024)


def in_child(function: str, *arguments: str) -> Measured:
    """Run a function of this module in a process of its own, so that its memory is its own."""
    code = f"import sys; from benchmarks.build import {function}; {function}(*sys.argv[1:])"
    return run([sys.executable, "-c", code, *arguments], dict(os.environ))


def bare_sql(database: str, target: str) -> None:
    """Run the compiled SQL of every model in the order of its references; no dbt, no tests, no audit."""
    manifest = json.loads((Path(target) / "manifest.json").read_text())
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    order = TopologicalSorter(
        {key: [d for d in node["depends_on"]["nodes"] if d in models] for key, node in models.items()}
    )
    with duckdb.connect(database) as connection:
        connection.execute("set memory_limit = '8GB'")
        for schema in ("staging", "intermediate", "marts"):
            connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {schema}")
        for key in order.static_order():
            node = models[key]
            sql = (Path(target) / "compiled" / "service_control" / node["original_file_path"]).read_text()
            kind = node["config"]["materialized"]
            connection.execute(f"create {kind} {node['schema']}.{node['name']} as {sql}")


def scan(landing: str) -> None:
    """Read every value of every raw file once: the floor under any build."""
    readers = {
        # lines in another encoding are read and dropped: the bytes are scanned all the same
        ".csv": "read_csv('{}', all_varchar = true, header = true, ignore_errors = true, strict_mode = false)",
        ".parquet": "read_parquet('{}')",
        ".jsonl": "read_json('{}', format = 'newline_delimited')",
    }
    with duckdb.connect() as connection:
        for path in sorted(Path(landing).rglob("*")):
            if path.suffix in readers:
                rows = readers[path.suffix].format(path)
                connection.execute(f"select count(*), bit_xor(hash(columns(*))) from {rows}").fetchall()


def measure(scale: float, folder: Path) -> Result:
    """All measurements of one organisation, in `folder`."""
    landing, warehouse, target = folder / "landing", folder / "warehouse", folder / "target"
    environment = os.environ | {
        "SERVICE_CONTROL_LANDING": str(landing),
        "SERVICE_CONTROL_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
    }
    run(
        [sys.executable, "-m", "service_control.demo", "--scale", str(scale), "--out", str(landing)],
        environment,
    )
    build = [sys.executable, "-m", "orchestration.build"]
    first = run(build, environment)
    second = run(build, environment)
    results = json.loads((target / "run_results.json").read_text())
    models = sum(r["execution_time"] for r in results["results"] if r["unique_id"].startswith("model."))
    with duckdb.connect(str(warehouse / "build.duckdb"), read_only=True) as connection:
        ((answers,),) = connection.sql("select count(*) from staging.stg_survey__answers").fetchall()
    (folder / "bare").mkdir()
    shutil.copy(warehouse / "build.duckdb", folder / "bare/build.duckdb")
    return Result(
        scale=scale,
        answers=answers,
        landing_mb=sum(path.stat().st_size for path in landing.rglob("*") if path.is_file()) / 1e6,
        first_build=first,
        second_build=second,
        dbt_seconds=results["elapsed_time"],
        models_seconds=models,
        bare_sql=in_child("bare_sql", str(folder / "bare/build.duckdb"), str(target)),
        scan=in_child("scan", str(landing)),
    )


def table(results: list[Result]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| scale | answers | raw files | first build | second build | peak | dbt build | bare SQL | peak | raw scan "
        "| second build / bare SQL | dbt / bare SQL | first build / scan |",
        "|---" * 13 + "|",
    ]
    for r in results:
        lines.append(
            f"| {r.scale:g}× | {r.answers:,} | {r.landing_mb:,.0f} MB | {r.first_build.seconds:.0f} s "
            f"| {r.second_build.seconds:.0f} s | {max(r.first_build.peak_mb, r.second_build.peak_mb) / 1024:.1f} GB "
            f"| {r.dbt_seconds:.0f} s | {r.bare_sql.seconds:.1f} s | {r.bare_sql.peak_mb / 1024:.1f} GB "
            f"| {r.scan.seconds:.1f} s | {r.second_build.seconds / r.bare_sql.seconds:.1f} "
            f"| {r.dbt_seconds / r.bare_sql.seconds:.1f} | {r.first_build.seconds / r.scan.seconds:.1f} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Cores this process may use, memory, and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, DuckDB {duckdb.__version__}"


def main() -> None:
    """Measure the scales asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, nargs="+", default=[1, 10, 100])
    options = parser.parse_args()
    results = []
    for scale in options.scale:
        with tempfile.TemporaryDirectory(prefix="service_control_bench_") as folder:
            results.append(measure(scale, Path(folder)))
        print(table(results[-1:]), flush=True)
    RESULTS.mkdir(exist_ok=True)
    name = f"build_{date.today().isoformat()}"
    record = {"date": date.today().isoformat(), "machine": machine(), "results": [asdict(r) for r in results]}
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")
    (RESULTS / f"{name}.md").write_text(
        f"# Build, {record['date']}\n\n{record['machine']}. Command: `python -m benchmarks.build "
        f"--scale {' '.join(f'{s:g}' for s in options.scale)}`\n\n{table(results)}\n"
    )
    print(f"written to {(RESULTS / name).relative_to(ROOT)}.md")


if __name__ == "__main__":
    main()
