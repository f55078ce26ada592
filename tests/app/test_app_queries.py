"""The queries against a planted snapshot, and what is read from the warehouse folder."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import queries
import snapshot

from tests.app import serving


@pytest.fixture(scope="module")
def connection(planted):
    with snapshot.connect(snapshot.served_path(planted)) as opened:
        yield opened


@pytest.mark.parametrize("scope", [("organisation", "organisation"), ("team", "T10"), ("team", "not there")])
@pytest.mark.parametrize("grain", queries.GRAINS)
def test_cards_are_always_sixteen(connection, grain, scope):
    rows = queries.cards(connection, grain, None, *scope, "previous")
    assert len(rows) == 16
    assert {row["display"] for row in rows} <= {"normal", "indicative", "hidden", "no_data"}


def test_cards_equal_the_mart(connection):
    rows = queries.cards(connection, "month", None, "organisation", "organisation", "previous")
    for row in rows:
        expected = connection.execute(
            "select value, ci_low, ci_high, n, change, p_value, verdict from marts.service_control "
            "where metric_code = $1 and period_grain = 'month' and scope_kind = 'organisation'",
            [row["metric_code"]],
        ).fetchone()
        shown = tuple(
            row[name] for name in ("value", "ci_low", "ci_high", "n", "change", "p_value", "verdict")
        )
        assert shown == (expected or (None,) * 6 + ("not_compared",))


def test_cards_of_an_earlier_period_and_another_comparison(connection):
    until = date(2026, 3, 31)
    for comparison in ("previous", "same_period_last_year"):
        rows = queries.cards(connection, "month", until, "organisation", "organisation", comparison)
        for row in rows:
            if row["display"] == "normal":
                assert row["period_end"] == until
                change, verdict = connection.execute(
                    "select change, verdict from marts.metric_comparisons where metric_code = $1 and "
                    "period_grain = 'month' and period_start = $2 and scope_kind = 'organisation' and comparison = $3",
                    [row["metric_code"], row["period_start"], comparison],
                ).fetchone()
                assert (row["change"], row["verdict"]) == (change, verdict)
    nothing = queries.cards(connection, "month", until, "organisation", "organisation", "rolling_12_months")
    assert {row["verdict"] for row in nothing} == {"not_compared"}


def test_only_marts_that_are_named_can_be_read(connection):
    for query in (queries.latest, queries.course):
        with pytest.raises(KeyError):
            query(connection, "dim_assumptions; drop table x", "month", None, "team", "T01")
    with pytest.raises(KeyError):
        queries.of_scope(connection, "metric_values", "team", "T01")
    with pytest.raises(KeyError):
        queries.whole(connection, "fct_contacts")


@pytest.mark.parametrize("grain", queries.GRAINS)
def test_sparklines_have_the_last_periods_and_nothing_hidden(connection, grain):
    rows = queries.sparklines(connection, grain, None, "organisation", "organisation")
    assert {row["metric_code"] for row in rows} == set(serving.LEVELS) - serving.HIDDEN
    ends = sorted({row["period_end"] for row in rows})
    assert len(ends) == min(queries.SPARKLINE_PERIODS[grain], serving.GRAINS[grain])
    assert ends[-1] == serving.periods(grain, 1)[0][1]


def test_rejected_rows_are_grouped_without_duplicates(connection):
    groups = queries.rejected(connection)
    assert [(group["row_count"], group["first_row"]) for group in groups] == [(70, 40)]
    assert queries.rejected(connection, limit=0) == []


def test_values_are_parameters_not_sql(connection):
    assert queries.sparklines(connection, "month", None, "team", "T01' or '1' = '1") == []


def test_served_path_follows_the_link(planted, tmp_path):
    assert snapshot.served_path(tmp_path) is None
    path = snapshot.served_path(planted)
    assert path.endswith(f"snapshots/serving_{serving.SNAPSHOT_ID}.duckdb")
    assert snapshot.snapshot_time(path) == datetime(2026, 7, 1, 4, 12, tzinfo=UTC)
    assert snapshot.snapshot_time("/somewhere/serving.duckdb") is None


def test_broken_link_is_nothing_published(planted, tmp_path):
    (tmp_path / "serving.duckdb").symlink_to("snapshots/gone.duckdb")
    assert snapshot.served_path(tmp_path) is None


def test_build_status_is_read_with_its_times(tmp_path):
    assert snapshot.read_build(tmp_path).state == "never"
    serving.write_status(
        tmp_path, state="failed", message="m", failures=[{"check": "a", "count": 2, "x": None}, "b"]
    )
    build = snapshot.read_build(tmp_path)
    assert (build.state, build.message, build.failures) == ("failed", "m", ("a · 2", "b"))
    assert build.started_at == datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
    assert build.finished_at is None


def test_warehouse_folder_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(tmp_path))
    assert snapshot.warehouse_folder() == tmp_path
    monkeypatch.delenv("SERVICE_CONTROL_WAREHOUSE")
    assert snapshot.warehouse_folder().name == "warehouse"
