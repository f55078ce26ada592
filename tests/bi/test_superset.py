"""Superset on the served snapshot: the marts with their descriptions, and two charts with the figures of the app."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

import duckdb
import pytest
import queries

from tests.bi.superset import Superset

METRIC = "nps_transaction"


@pytest.fixture(scope="module")
def served(serving: Path):
    with duckdb.connect(str(serving.resolve()), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def values(superset: Superset) -> int:
    return superset.dataset("metric_values")


def test_every_mart_is_listed_with_its_descriptions(superset: Superset, served) -> None:
    marts = dict(
        served.sql("select table_name, comment from duckdb_tables() where schema_name = 'marts'").fetchall()
    )
    assert sorted(superset.tables()) == sorted(marts)
    for mart, comment in marts.items():
        described = superset.described(mart)
        assert described["comment"] == comment
        columns = {column["name"]: column["comment"] for column in described["columns"]}
        assert columns and all(columns.values()), mart


def test_a_line_by_month_is_the_course_on_the_card(superset: Superset, values: int, served) -> None:
    filters = {"metric_code": METRIC, "period_grain": "month", "scope_kind": "organisation"}
    chart = superset.chart(values, "NPS by month", "echarts_timeseries_line", "period_start", filters)
    drawn = {
        datetime.fromtimestamp(row["period_start"] / 1000, UTC).date(): row["value"]
        for row in superset.drawn(chart)
    }
    # the app shows the last months, by their last day
    ends = dict(
        served.sql(
            "select period_end, period_start from marts.metric_values where period_grain = 'month'"
        ).fetchall()
    )
    course = [
        row
        for row in queries.sparklines(served, "month", "organisation", "all")
        if row["metric_code"] == METRIC
    ]
    assert len(course) > 12
    for point in course:
        assert drawn[ends[point["period_end"]]] == pytest.approx(point["value"], rel=1e-12)


def test_bars_by_team_are_the_cards_of_the_teams(superset: Superset, values: int, served) -> None:
    shown = {
        key: row
        for kind, key in {(row["scope_kind"], row["scope_key"]) for row in queries.scopes(served)}
        if kind == "team"
        for row in queries.cards(served, "month", "team", key)
        if row["metric_code"] == METRIC and row["value"] is not None
    }
    # the month that most teams have last
    months = [row["period_start"] for row in shown.values()]
    month = max(set(months), key=months.count)
    filters = {
        "metric_code": METRIC,
        "period_grain": "month",
        "scope_kind": "team",
        "period_start": month.isoformat(),
    }
    chart = superset.chart(values, "NPS by team", "echarts_timeseries_bar", "scope_key", filters)
    drawn = {row["scope_key"]: row["value"] for row in superset.drawn(chart)}
    cards = {key: row["value"] for key, row in shown.items() if row["period_start"] == month}
    assert len(cards) > 5
    assert {key: drawn[key] for key in cards} == pytest.approx(cards, rel=1e-12)
    assert sum(drawn[key] for key in cards) == pytest.approx(sum(cards.values()), rel=1e-12)


def test_nothing_can_be_written(superset: Superset) -> None:
    with pytest.raises(HTTPError) as refused:
        superset.call(
            "POST",
            "sqllab/execute/",
            {"database_id": superset.database, "sql": "create table marts.mine (id int)", "schema": "marts"},
        )
    assert b"does not allow" in refused.value.read()
