"""Fixtures of the orchestration tests: an own landing folder, warehouse and survey catalogue per test."""

from __future__ import annotations

import atexit
import csv
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import LoadResult, load_landing
from orchestration.project import ROOT, Folders, folders

CATALOGUE_COLUMNS = (
    "survey_code", "column_name", "role", "item_code", "instrument", "metric_code", "driver_code", "scale_id",
    "missing_codes", "not_applicable_codes", "is_reversed", "language", "label_en", "label_nl",
)  # fmt: skip
DECLARATION_COLUMNS = (
    "path_pattern", "delimiter", "encoding", "decimal_separator", "date_format", "timestamp_format",
    "timezone",
)  # fmt: skip


@dataclass
class Site:
    """A user's place: files are put in, the loader runs, the raw schema is asked."""

    where: Folders
    seeds: Path

    def put(self, file: str, content: str | bytes) -> Path:
        path = self.where.landing / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def catalogue(self, *rows: dict[str, str]) -> None:
        self._seed("survey_items.csv", CATALOGUE_COLUMNS, rows)

    def declare(self, *rows: dict[str, str]) -> None:
        self._seed("landing_files.csv", DECLARATION_COLUMNS, rows)

    def _seed(self, name: str, columns: tuple[str, ...], rows: tuple[dict[str, str], ...]) -> None:
        with (self.seeds / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)

    def load(self, **options: object) -> LoadResult:
        return load_landing(self.where, **options)

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.where.build_database)) as connection:
            return connection.execute(sql).fetchall()

    def reason(self, file: str, level: str = "refused") -> tuple[str, str]:
        """(reason_code, reason) of the one problem of that level of a file."""
        (found,) = self.ask(
            f"select reason_code, reason from raw.landing_problems where file = '{file}' and level = "
            f"'{level}'"
        )
        return found


def pytest_unconfigure(config: pytest.Config) -> None:
    """Mute a worker's last words: with Great Expectations imported, DuckDB 2.0.0 prints pages about leaks."""
    if hasattr(config, "workerinput"):
        # At exit, because pytest gives the descriptor back after this hook.
        atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "scales.csv").write_bytes((ROOT / "seeds" / "scales.csv").read_bytes())
    (tmp_path / "landing").mkdir()
    monkeypatch.setenv("SERVICE_CONTROL_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "dbt_target"))
    monkeypatch.setattr("orchestration.landing.seeds_folder", lambda: seeds)
    monkeypatch.setenv("SERVICE_CONTROL_MEMORY_LIMIT", "1GB")
    monkeypatch.setenv("SERVICE_CONTROL_THREADS", "2")
    return Site(folders(), seeds)


def role(survey: str, column: str, name: str) -> dict[str, str]:
    """A catalogue row that gives a column a role."""
    return {"survey_code": survey, "column_name": column, "role": name}


def item(survey: str, column: str, scale: str = "nps_11", metric: str = "", code: str = "") -> dict[str, str]:
    """A catalogue row that makes a column an item."""
    return {
        "survey_code": survey, "column_name": column, "role": "item", "item_code": code or column,
        "scale_id": scale, "metric_code": metric,
    }  # fmt: skip
