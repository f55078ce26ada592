"""The ways from raw files to figures that are compared, each as commands on a scratch warehouse.

Belongs here: which commands a way consists of and what else it tells than time and memory. Not here: which
combinations run (__main__.py) and how a command is measured (measuring.py).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from benchmarks.measuring import NOT_AVAILABLE, OK, Measured, run
from benchmarks.organisations import Organisation
from orchestration.project import NO_TELEMETRY, ROOT
from orchestration.transform import dbt_executable
from service_control.errors import BuildError

# The mart that the Polars pipeline computes too; what it needs is the fair comparison.
HEADLINE_MART = "metric_values"


@dataclass(frozen=True)
class Result:
    """One measurement. `models` are seconds by model, where the way tells."""

    name: str
    measured: Measured
    models: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a way runs: an organisation, a memory limit of DuckDB, and a scratch folder that is removed."""

    organisation: Organisation
    memory: str
    scratch: Path

    @property
    def target(self) -> Path:
        return self.scratch / "target"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **NO_TELEMETRY,
            "DBT_PROFILES_DIR": str(ROOT),
            "DBT_PROJECT_DIR": str(ROOT),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.scratch / "logs"),
            "SERVICE_CONTROL_LANDING": str(self.organisation.landing),
            "SERVICE_CONTROL_WAREHOUSE": str(self.scratch),
            "SERVICE_CONTROL_MEMORY_LIMIT": self.memory,
            "SERVICE_CONTROL_TARGET": "duckdb",
        }

    def module(self, name: str, *arguments: str | Path) -> Measured:
        """Measure a module of this project."""
        return run([sys.executable, "-m", name, *map(str, arguments)], self.environment)

    def dbt(self, *arguments: str) -> Measured:
        """Measure a dbt command."""
        return run([dbt_executable(), "--quiet", *arguments], self.environment)


class Loaded:
    """The raw tables, seeds and compiled SQL of an organisation: made once, copied for every way that needs them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.load: Measured | None = None

    def copy_to(self, scratch: Path) -> None:
        """Fill `scratch` with nothing but the copy: a log that a killed run left would be applied to it.

        Raises
        ------
        BuildError : the organisation cannot be loaded.
        """
        if self.load is None:
            shutil.rmtree(self.place.scratch, ignore_errors=True)
            self.place.scratch.mkdir(parents=True)
            self.load = self._checked(self.place.module("orchestration.landing"))
            self._checked(self.place.dbt("seed"))
            self._checked(self.place.dbt("compile"))
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        shutil.copy(self.place.scratch / "build.duckdb", scratch)
        shutil.copytree(self.place.target, scratch / "target")

    @staticmethod
    def _checked(measured: Measured) -> Measured:
        if measured.outcome != OK:
            raise BuildError(f"the organisation cannot be loaded ({measured.outcome}): {measured.message}")
        return measured


def scan(place: Place, loaded: Loaded) -> Iterator[Result]:
    """One read of every value of every raw file."""
    yield Result("scan", place.module("benchmarks.scan", place.organisation.landing))


def polars(place: Place, loaded: Loaded) -> Iterator[Result]:
    """Raw files to the headline metrics by Polars."""
    figures = place.scratch / "figures.parquet"
    yield Result("polars", place.module("benchmarks.polars_pipeline", place.organisation.landing, figures))


def bare(place: Place, loaded: Loaded) -> Iterator[Result]:
    """The compiled SQL by DuckDB alone: everything, and only what the headline metrics need."""
    for name, last in (("bare", []), ("headline", [HEADLINE_MART])):
        loaded.copy_to(place.scratch)
        seconds = place.scratch / f"{name}.json"
        measured = place.module("benchmarks.bare_sql", place.target, seconds, *last)
        yield Result(name, measured, json.loads(seconds.read_text()) if measured.outcome == OK else {})


def dbt(place: Place, loaded: Loaded) -> Iterator[Result]:
    """`dbt build` on loaded raw tables: models, tests, documentation in the database."""
    loaded.copy_to(place.scratch)
    measured = place.dbt("build")
    yield Result("dbt", measured, model_seconds(place.target) if measured.outcome == OK else {})


def build(place: Place, loaded: Loaded, engine: str = "duckdb") -> Iterator[Result]:
    """The whole build, from an empty warehouse and again without new files."""
    if engine != "duckdb" and engine not in targets():
        reason = f"profiles.yml has no target {engine}"
        yield Result(f"{engine}, first", Measured(NOT_AVAILABLE, 0, 0, 0, reason))
        return
    prefix, options = ("build", []) if engine == "duckdb" else (engine, ["--target", engine])
    for which in ("first", "second"):
        measured = place.module("orchestration.build", *options)
        yield Result(f"{prefix}, {which}", measured)
        if measured.outcome != OK:
            return


def spark(place: Place, loaded: Loaded) -> Iterator[Result]:
    """The whole build with the row-heavy models on Spark. The memory of its server is not in the peak."""
    return build(place, loaded, "spark")


def postgres(place: Place, loaded: Loaded) -> Iterator[Result]:
    """The whole build with the row-heavy models on PostgreSQL. The memory of its server is not in the peak."""
    return build(place, loaded, "postgres")


WAYS: dict[str, Callable[[Place, Loaded], Iterator[Result]]] = {
    way.__name__: way for way in (scan, polars, bare, dbt, build, spark, postgres)
}
# These do not know the limit, so they run once per organisation.
UNLIMITED = ("scan", "polars")


def targets() -> list[str]:
    """The dbt targets of this project."""
    return list(yaml.safe_load((ROOT / "profiles.yml").read_text())["service_control"]["outputs"])


def model_seconds(target: Path) -> dict[str, float]:
    """Seconds by model of the last dbt run; tests together as `tests`."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    kinds = [(result["unique_id"].split("."), result["execution_time"]) for result in results]
    seconds = {parts[-1]: time for parts, time in kinds if parts[0] == "model"}
    return seconds | {"tests": sum(time for parts, time in kinds if parts[0] in ("test", "unit_test"))}
