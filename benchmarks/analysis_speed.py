"""`python -m benchmarks.analysis_speed TARGET`: seconds and memory of the analyses of a built warehouse, by model.

Drivers, blindness, value and the metric review of build.duckdb in SERVICE_CONTROL_WAREHOUSE are made anew, one by one
in the order of their references. TARGET is the folder of `dbt compile`. With `--from-raw` what they read is made first
(not measured). CPU seconds are those of all threads: they say more than the clock on a machine that others use too.

Every model in Python runs in a process of its own in which DuckDB may have 512 MB. Its peak is that of the process with
all that is in it, DuckDB, NumPy and SciPy too, so the rows take less.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.bare_sql import make, models_in_order
from benchmarks.measuring import OK, Measured, run
from orchestration import metric_review
from orchestration.project import child_environment, folders
from orchestration.warehouse import open_build

# A build imports these once, not with every model: before the clock runs.
# DuckDB imports pandas when it is first given a table.
IMPORTED = ("pandas", "service_control.statistics.tables", "service_control.statistics.value_tables")
MEMORY_OF_PYTHON_MODELS = "512MB"
REVIEW = "metric review"
READ_BY_REVIEW = ("dim_assumptions", "dim_metrics", "int_calendar__periods", "int_metrics__period_parts")
PARTS = {
    "drivers": ("driver_impact", "driver_asymmetry", "expectation_curve", "service_level_fit"),
    "blindness": ("blind_spots", "resolution_gap", "emo_click_agreement", "say_do", "latent_share"),
    "value": (
        "customer_engagement_value",
        "engagement_value_by_scope",
        "value_chain_links",
        "euro_per_point",
        "cost_of_poor_service",
    ),
}
"""The marts of each part; with them go the intermediate models in the folder of that name."""


@dataclass(frozen=True)
class Cost:
    """Of one model: wall-clock and CPU seconds, rows of what it makes, and for Python the peak MB of its process."""

    part: str
    model: str
    seconds: float
    cpu_seconds: float
    rows: int
    peak_mb: float | None


def parts_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Model -> part."""
    found = {name: part for part, names in PARTS.items() for name in names}
    for node in manifest["nodes"].values():
        folder = Path(node["original_file_path"]).parent
        if node["resource_type"] == "model" and folder.parent.name == "intermediate" and folder.name in PARTS:
            found[node["name"]] = folder.name
    return found


def make_from_raw(target: Path) -> None:
    """Make all that the analyses read, and these."""
    manifest = json.loads((target / "manifest.json").read_text())
    with tempfile.NamedTemporaryFile() as seconds:
        # in a process of its own: what this one holds counts as the peak of each that it starts
        _run("benchmarks.bare_sql", str(target), seconds.name, *parts_of(manifest), *READ_BY_REVIEW)


def measure(target: Path, names: Sequence[str] = ()) -> list[Cost]:
    """All models in order and the review last, or those of `names`."""
    manifest = json.loads((target / "manifest.json").read_text())
    parts = parts_of(manifest) | {REVIEW: "review"}
    steps = [
        (node["name"], node["language"] == "python")
        for node in models_in_order(manifest, [name for name in parts if name != REVIEW])
        if node["name"] in parts
    ]
    steps.append((REVIEW, True))
    if unknown := set(names) - {name for name, _ in steps}:
        raise SystemExit(
            f"Not an analysis: {', '.join(sorted(unknown))}. --models takes names of {', '.join(PARTS)}."
        )
    steps = [step for step in steps if not names or step[0] in names]
    costs = []
    for _, group in groupby(enumerate(steps), lambda step: step[0] if step[1][1] else "sql"):
        together = [step for _, step in group]
        found, peak_mb = _in_a_process(target, [name for name, _ in together], is_python=together[0][1])
        costs += [
            Cost(parts[name], name, *of_model, peak_mb)
            for (name, _), of_model in zip(together, found, strict=True)
        ]  # fmt: skip
    return costs


def _in_a_process(
    target: Path, names: Sequence[str], *, is_python: bool
) -> tuple[list[tuple[float, float, int]], float | None]:
    limit = {"SERVICE_CONTROL_MEMORY_LIMIT": MEMORY_OF_PYTHON_MODELS} if is_python else {}
    with tempfile.NamedTemporaryFile() as said:
        options = [str(target), "--into", said.name, "--models", *names]
        measured = _run("benchmarks.analysis_speed", *options, environment=limit)
        return json.loads(Path(said.name).read_text()), measured.peak_mb if is_python else None


def _run(module: str, *options: str, environment: Mapping[str, str] | None = None) -> Measured:
    measured = run(
        [sys.executable, "-m", module, *options], child_environment(folders()) | (environment or {})
    )
    if measured.outcome != OK:
        raise SystemExit(f"{module} {' '.join(options)}: {measured.outcome}\n{measured.message}")
    return measured


def measure_here(target: Path, names: Sequence[str]) -> list[tuple[float, float, int]]:
    """Make models in this process: seconds, CPU seconds and rows of each."""
    for module in IMPORTED:
        importlib.import_module(module)
    manifest = json.loads((target / "manifest.json").read_text())
    models = {node["name"]: node for node in models_in_order(manifest)}
    names_in_sql = {model: f"{node['schema']}.{node['alias']}" for model, node in models.items()}
    where = folders()
    if list(names) == [REVIEW]:
        where.reviews.unlink(missing_ok=True)
        started = _clock()
        months = metric_review.run(where)
        return [(*_since(started), len(months))]
    found = []
    with open_build(where) as connection:
        connection.execute("set preserve_insertion_order = false")
        for name in names:
            started = _clock()
            make(connection, models[name], names_in_sql, target)
            found.append((*_since(started), len(connection.table(names_in_sql[name]))))
    return found


def _clock() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), used.ru_utime + used.ru_stime


def _since(started: tuple[float, float]) -> tuple[float, float]:
    seconds, cpu_seconds = (now - then for now, then in zip(_clock(), started, strict=True))
    return round(seconds, 3), round(cpu_seconds, 3)


def page(costs: Sequence[Cost]) -> str:
    """Markdown: a row per model, the heaviest of a part first, and sums per part."""
    lines = [
        "| Part | Model | Seconds | CPU seconds | Rows | Peak MB in Python |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for part in dict.fromkeys(cost.part for cost in costs):
        own = sorted((cost for cost in costs if cost.part == part), key=lambda cost: -cost.cpu_seconds)
        lines += [
            f"| {part} | {cost.model} | {cost.seconds:.2f} | {cost.cpu_seconds:.2f} | {cost.rows:,} "
            f"| {'' if cost.peak_mb is None else round(cost.peak_mb)} |"
            for cost in own
        ]
        lines.append(_sum(part, own))
    return "\n".join([*lines, _sum("all", costs), ""])


def _sum(name: str, costs: Sequence[Cost]) -> str:
    seconds, cpu = sum(cost.seconds for cost in costs), sum(cost.cpu_seconds for cost in costs)
    peak = max((cost.peak_mb for cost in costs if cost.peak_mb is not None), default=None)
    return f"| **{name}** | | **{seconds:.1f}** | **{cpu:.1f}** | | {'' if peak is None else f'**{peak:.0f}**'} |"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analysis_speed", description=main.__doc__)
    parser.add_argument("target", type=Path, help="folder of `dbt compile`")
    parser.add_argument("--from-raw", action="store_true", help="make first all that the analyses read")
    parser.add_argument("--models", nargs="+", default=[], help="only these")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        options.into.write_text(json.dumps(measure_here(options.target, options.models)))
        return
    if options.from_raw:
        make_from_raw(options.target)
    print(page(measure(options.target, options.models)))


if __name__ == "__main__":
    main()
