"""How dbt is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.project import Folders
from orchestration.transform import models_at_once
from orchestration.warehouse import open_build


@pytest.mark.parametrize(
    ("rows", "at_once"), [(None, 4), (0, 4), (100_000, 4), (1_000_000, 2), (100_000_000, 1)]
)
def test_models_that_fill_the_memory_run_one_by_one(tmp_path: Path, monkeypatch, rows, at_once) -> None:
    monkeypatch.setenv("SERVICE_CONTROL_MEMORY_LIMIT", "1600MB")
    monkeypatch.delenv("SERVICE_CONTROL_THREADS", raising=False)
    where = Folders(landing=tmp_path / "landing", warehouse=tmp_path)
    if rows is not None:
        with open_build(where) as connection:
            connection.execute("create schema raw")
            connection.execute("create table raw.answers as select true as given from range(?)", [rows])
    assert models_at_once(where, "duckdb") == at_once
    assert models_at_once(where, "spark") == 4
    monkeypatch.setenv("SERVICE_CONTROL_THREADS", "1")
    assert models_at_once(where, "duckdb") == 1
