"""The models that decide what is shown, as they are, on a handful of observations in DuckDB."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import duckdb

from orchestration.project import ROOT
from orchestration.rendering import Project

# In the order in which they read each other.
MODELS = (
    "int_calendar__periods",
    "int_metrics__counted_by_period",
    "int_metrics__period_parts",
    "int_metrics__group_sizes",
    "int_metrics__shown_totals",
    "int_metrics__shown_weeks",
    "int_metrics__shown_edges",
    "int_metrics__shown_days",
    "int_metrics__visibility",
)
SUMS = ("y_sum", "y_sq_sum", "w_sum", "w_sq_sum", "wy_sum", "wy_sq_sum", "x_sum", "x_sq_sum", "xy_sum")
KINDS = ("department", "team", "segment")


@dataclass(frozen=True)
class Seen:
    """One observation: who, on what day, in which parts. None: in no part of that kind."""

    person: int
    day: date
    department: str | None = None
    team: str | None = None
    segment: str | None = None

    def key(self, kind: str) -> str | None:
        return "all" if kind == "organisation" else getattr(self, kind)


@dataclass(frozen=True, order=True)
class Cell:
    """A cell of metric_values, without its metric."""

    grain: str
    start: date
    kind: str
    key: str


@dataclass(frozen=True)
class Metric:
    """A metric and what it is made of. `counts`: instead of observations, the n of cells that do not add up."""

    code: str
    seen: Sequence[Seen] = ()
    finest_grain: str = "day"
    counts: Mapping[Cell, int] = field(default_factory=dict)


@cache
def _sql() -> dict[str, str]:
    project = Project()
    return {name: project.render(name).sql for name in MODELS}


def _assumptions() -> list[tuple[str, float]]:
    with (ROOT / "seeds" / "assumptions.csv").open(newline="", encoding="utf-8") as file:
        return [(row["assumption_code"], float(row["value"])) for row in csv.DictReader(file)]


def shown(
    metrics: Sequence[Metric],
    first: date,
    last: date,
    teams: Mapping[str, str | None],
    members: Iterable[tuple[date, str, str, int]] = (),
) -> dict[str, dict[Cell, bool]]:
    """Per metric every cell that has observations, and whether it is shown.

    teams: department by team; members: month, scope kind, scope key and number of people.
    """
    with duckdb.connect() as connection:
        connection.execute("set threads to 1")
        _tables(connection, metrics, first, last, teams, members)
        for name, sql in _sql().items():
            connection.execute(f"create table ref__{name} as {sql}")
            if name == "int_metrics__period_parts":
                _count_people(connection, metrics)
        rows = connection.execute(
            "select metric_code, period_grain, period_start, scope_kind, scope_key, is_published "
            "from ref__int_metrics__visibility"
        ).fetchall()
    found: dict[str, dict[Cell, bool]] = {metric.code: {} for metric in metrics}
    for code, *cell, is_published in rows:
        found[code][Cell(*cell)] = is_published
    return found


def _tables(
    connection: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    first: date,
    last: date,
    teams: Mapping[str, str | None],
    members: Iterable[tuple[date, str, str, int]],
) -> None:
    def table(name: str, columns: str, rows: Iterable[tuple]) -> None:
        connection.execute(f"create table ref__{name} ({columns})")
        if rows := list(rows):
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into ref__{name} values ({marks})", rows)

    table("assumptions", "assumption_code varchar, value double", _assumptions())
    table(
        "dim_metrics",
        "metric_code varchar, item_metric_code varchar, finest_grain varchar, has_finite_population boolean",
        [(metric.code, None, metric.finest_grain, False) for metric in metrics],
    )
    table("dim_teams", "team_id varchar, department_id varchar", teams.items())
    table("int_calendar__bounds", "first_day date, last_day date", [(first, last)])
    connection.execute(
        "create table ref__dim_dates as select cast(d as date) as date_day "
        "from generate_series(date '2020-01-01', date '2030-01-01', interval 1 day) as t(d)"
    )
    table(
        "int_metrics__population",
        "month_start date, scope_kind varchar, scope_key varchar, headcount bigint",
        [],
    )
    table(
        "int_metrics__members",
        "month_start date, scope_kind varchar, scope_key varchar, member_count bigint",
        members,
    )
    table(
        "int_metrics__loss_parts",
        "metric_code varchar, period_grain varchar, period_start date, scope_kind varchar, scope_key varchar, "
        "n bigint, lost_count bigint",
        [
            (metric.code, cell.grain, cell.start, cell.kind, cell.key, n, 0)
            for metric in metrics
            for cell, n in metric.counts.items()
        ],
    )
    table(
        "int_metrics__revenue_parts",
        "metric_code varchar, period_grain varchar, period_start date, scope_kind varchar, scope_key varchar, "
        "n bigint, y_sum double, y_sq_sum double, x_sum double, x_sq_sum double, xy_sum double",
        [],
    )
    table(
        "seen",
        "metric_code varchar, person bigint, observed_on date, department varchar, team varchar, segment varchar",
        [
            (metric.code, one.person, one.day, one.department, one.team, one.segment)
            for metric in metrics
            for one in metric.seen
        ],
    )
    sets = ", ".join(f"(metric_code, observed_on, {kind})" for kind in KINDS)
    kind = " ".join(f"when grouping({kind}) = 0 then '{kind}'" for kind in KINDS)
    key = " ".join(f"when grouping({kind}) = 0 then {kind}" for kind in KINDS)
    sums = ", ".join(f"cast(0 as double) as {name}" for name in (*SUMS, "scale_minimum", "scale_maximum"))
    connection.execute(
        f"create table ref__int_metrics__daily_parts as select * from (select metric_code, observed_on, "
        f"case {kind} else 'organisation' end as scope_kind, case {key} else 'all' end as scope_key, "
        f"count(*) as n, {sums} "
        f"from ref__seen group by grouping sets ((metric_code, observed_on), {sets})) where scope_key is not null"
    )


def _count_people(connection: duckdb.DuckDBPyConnection, metrics: Sequence[Metric]) -> None:
    """Distinct people behind every cell, one cell at a time."""
    keys = ["'all'", *KINDS]
    by_kind = " union all ".join(
        f"select metric_code, person, observed_on, '{kind}' as scope_kind, {key} as scope_key "
        f"from ref__seen where {key} is not null"
        for kind, key in zip(("organisation", *KINDS), keys, strict=True)
    )
    connection.execute(
        f"""
        create table ref__int_metrics__people as
        with placed as ({by_kind})
        select metric_code, period_grain, period_start, scope_kind, scope_key, count(distinct person) as people_count
        from placed
        inner join ref__int_calendar__periods on observed_on between period_start and period_end
        group by all
        union all
        select metric_code, period_grain, period_start, scope_kind, scope_key, n from ref__int_metrics__loss_parts
        """
    )
