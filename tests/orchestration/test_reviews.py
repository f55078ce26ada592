"""The review of the metrics: kept across builds, made once per month, and its findings are true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.metric_review import read_panel, review, run, stored
from orchestration.project import Folders
from service_control.errors import BuildError
from tests.projects import Project


@pytest.fixture(scope="module")
def reviewed(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A warehouse of its own around the build of the simulated organisation, reviewed once."""
    warehouse = tmp_path_factory.mktemp("reviewed")
    (warehouse / "build.duckdb").symlink_to(demo.root / "warehouse/build.duckdb")
    where = Folders(landing=demo.root / "landing", warehouse=warehouse)
    assert run(where) == [date(2025, 6, 1), date(2026, 6, 1)]
    return where


def rows(where: Folders, query: str) -> list[tuple]:
    with duckdb.connect(str(where.reviews), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_month_is_reviewed_once(reviewed: Folders) -> None:
    before = rows(reviewed, "select count(*), max(reviewed_at) from hints")
    assert run(reviewed) == []
    assert rows(reviewed, "select count(*), max(reviewed_at) from hints") == before


def test_what_says_the_same_is_found(reviewed: Folders) -> None:
    same = "select first_metric_code, second_metric_code from pairs where is_redundant and q_value < 1"
    found = {frozenset(pair) for pair in rows(reviewed, same)}
    assert {frozenset(("csat", "csat_mean")), frozenset(("engagement_index", "engagement_score"))} <= found
    hints = dict(rows(reviewed, "select metric_code, hint from hints where reviewed_through = '2026-06-01'"))
    assert hints["csat"] == "keep" and hints["forward_resolution_14d"] == "retire"
    assert set(hints.values()) == {"keep", "watch", "retire"}


def test_reviews_are_compared_with_the_year_before(reviewed: Folders) -> None:
    drifts = dict(rows(reviewed, "select reviewed_through, count(drift) from pairs group by all"))
    assert drifts[date(2025, 6, 1)] == 0 < drifts[date(2026, 6, 1)]


def test_drift_is_told_where_the_months_differ(reviewed: Folders) -> None:
    """Nothing of the kind was planted, so nearly nothing is found."""
    ((share,),) = rows(reviewed, "select avg(has_drifted::int) from pairs where drift is not null")
    assert share < 0.05


def test_models_read_what_was_kept(reviewed: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(reviewed.warehouse))
    assert [stored("hints").num_rows] == [count for (count,) in rows(reviewed, "select count(*) from hints")]
    monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(reviewed.warehouse / "elsewhere"))
    assert stored("pairs").num_rows == 0


def test_a_history_that_is_too_short_is_not_reviewed(reviewed: Folders) -> None:
    panel, assumptions = read_panel(reviewed)
    short = replace(panel, months=panel.months[:6], values=panel.values[:, :6])
    assert review(short, short.months[-1], assumptions, ()) == ([], [])


def test_without_a_build_the_reader_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="nothing was built yet"):
        run(Folders(landing=tmp_path, warehouse=tmp_path))
