"""Where things are, and what the input contract says.

Belongs here: folders from the environment, the environment of child processes (telemetry off), the contract
as it stands in the staging YAML files. Not here: anything that opens a file of the user or a database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml

from service_control.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
AREAS = ("crm", "survey", "hr")

# Nothing is sent home by any tool of the project; DO_NOT_TRACK covers those that follow the common
# convention.
NO_TELEMETRY = MappingProxyType(
    {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }
)
# What is solved here is small, and dbt runs models beside each other: with threads of its own for every product the
# model of languages took 98 s instead of 0.7 s on a busy machine (2026-11).
ONE_THREAD = MappingProxyType({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})


@dataclass(frozen=True)
class Folders:
    """The two folders of a user, both absolute, and the names of what lies inside the warehouse."""

    landing: Path
    warehouse: Path

    @property
    def build_database(self) -> Path:
        return self.warehouse / "build.duckdb"

    @property
    def reviews(self) -> Path:
        """Every review of the metrics that was made; outlives the build database."""
        return self.warehouse / "reviews.duckdb"

    @property
    def serving(self) -> Path:
        """The link to the snapshot that is served."""
        return self.warehouse / "serving.duckdb"

    @property
    def snapshots(self) -> Path:
        return self.warehouse / "snapshots"

    @property
    def exports(self) -> Path:
        return self.warehouse / "exports"

    @property
    def manifest(self) -> Path:
        return self.warehouse / "manifest.json"

    @property
    def build_status(self) -> Path:
        return self.warehouse / "build_status.json"

    @property
    def build_lock(self) -> Path:
        return self.warehouse / "build.lock"

    @property
    def data_docs(self) -> Path:
        return self.warehouse / "data_docs"

    @property
    def dbt_target(self) -> Path:
        return Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target")).resolve()

    @property
    def logs(self) -> Path:
        return self.warehouse / "logs"

    @property
    def spill(self) -> Path:
        """DuckDB's temporary files."""
        return self.warehouse / "spill"

    @property
    def transcoded(self) -> Path:
        """UTF-8 copies of files in another encoding, for the duration of a load."""
        return self.warehouse / "transcoded"

    @property
    def dagster_home(self) -> Path:
        return self.warehouse / "dagster"


def folders() -> Folders:
    """Folders named by SERVICE_CONTROL_LANDING and SERVICE_CONTROL_WAREHOUSE, else those under the project
    root."""
    named = {
        "landing": os.environ.get("SERVICE_CONTROL_LANDING") or ROOT / "landing",
        "warehouse": os.environ.get("SERVICE_CONTROL_WAREHOUSE") or ROOT / "warehouse",
    }
    return Folders(**{name: Path(value).expanduser().resolve() for name, value in named.items()})


def seeds_folder() -> Path:
    """Folder of the reviewed reference tables."""
    return ROOT / "seeds"


def child_environment(where: Folders) -> dict[str, str]:
    """Environment for dbt and Dagster: this one, absolute folders, telemetry off, one thread for linear algebra."""
    return {
        # numpy gets small problems: threads of its library would wait for each other (2.9 s of CPU instead of 0.2)
        "OPENBLAS_NUM_THREADS": "1",
        **os.environ,
        **NO_TELEMETRY,
        **ONE_THREAD,
        "SERVICE_CONTROL_LANDING": str(where.landing),
        "SERVICE_CONTROL_WAREHOUSE": str(where.warehouse),
    }


@dataclass(frozen=True)
class Column:
    """One column of a contract table; the meanings are those of `meta` in the staging YAML files."""

    name: str
    data_type: str
    is_key: bool = False
    is_required: bool = False
    is_personal: bool = False
    accepted: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Table:
    """One contract table: `area` is its folder in landing/, `columns` are in the order of the YAML file."""

    name: str
    area: str
    columns: tuple[Column, ...]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_required)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_key)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@lru_cache(maxsize=4)
def read_contract(staging: Path = ROOT / "models" / "staging") -> Mapping[str, Table]:
    """Contract tables by name, read from `models/staging/<area>/stg_<area>__<table>.yml`.

    Raises
    ------
    InputError : a YAML file does not hold exactly one model with columns, or two areas name the same table.
    """
    tables: dict[str, Table] = {}
    for area in AREAS:
        for path in sorted((staging / area).glob(f"stg_{area}__*.yml")):
            name = path.stem.removeprefix(f"stg_{area}__")
            models = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models") or []
            if len(models) != 1 or not models[0].get("columns"):
                raise InputError(
                    "a contract file holds exactly one model with its columns",
                    where=str(path.relative_to(staging.parent)),
                    remedy="give the table its own pair of .sql and .yml",
                )
            if name in tables:
                raise InputError(
                    f"the contract table {name} exists in {tables[name].area} and in {area}",
                    where=str(path.relative_to(staging.parent)),
                    remedy="rename one: the raw tables share one schema",
                )
            tables[name] = Table(name, area, tuple(_column(entry) for entry in models[0]["columns"]))
    return MappingProxyType(tables)


def _column(entry: dict) -> Column:
    meta = (entry.get("config") or {}).get("meta") or {}
    return Column(
        name=entry["name"],
        data_type=str(entry["data_type"]).lower(),
        is_key=bool(meta.get("key")),
        is_required=bool(meta.get("required")),
        is_personal=bool(meta.get("personal")),
        accepted=tuple(str(value) for value in meta.get("accepted") or ()),
        minimum=meta.get("minimum"),
        maximum=meta.get("maximum"),
    )
