"""The periodic review of the metrics: `python -m orchestration.metric_review`, and a job of Dagster by month.

Belongs here: the panel that is reviewed, and the file that keeps every review. Not here: how metrics are judged
(service_control/statistics/review.py). The reviews are in a file of their own, warehouse/reviews.duckdb: build.duckdb
may be removed, and a review that was made cannot be made again once deliveries were corrected. Rows are only added.

Reviewed are the figures of all parts (teams, segments, regions …) by month, small ones too: what comes out are
correlations over many of them, no figure of one. Each is taken as distance from the mean of its part, so that what is
found goes along in time, and not because one team is better at everything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.project import Folders, folders
from orchestration.warehouse import build_lock, limits, now, open_build
from service_control.errors import BuildError, ServiceControlError
from service_control.statistics.assumptions import Assumptions
from service_control.statistics.results import Estimate
from service_control.statistics.review import (
    Correlation,
    PairMoments,
    correlations,
    drift,
    hints,
    reviewed_months,
)

HINTS = pa.schema(
    {
        "reviewed_through": pa.date32(),
        "metric_code": pa.string(),
        "hint": pa.string(),
        "reason": pa.string(),
        "other_metric_code": pa.string(),
        "correlation": pa.float64(),
        "reviewed_at": pa.timestamp("us"),
    }
)
PAIRS = pa.schema(
    {
        "reviewed_through": pa.date32(),
        "first_metric_code": pa.string(),
        "second_metric_code": pa.string(),
        "n": pa.int64(),
        "correlation": pa.float64(),
        "correlation_ci_low": pa.float64(),
        "correlation_ci_high": pa.float64(),
        "transformed": pa.float64(),
        "transformed_error": pa.float64(),
        "degrees_of_freedom": pa.float64(),
        "q_value": pa.float64(),
        "is_real": pa.bool_(),
        "is_redundant": pa.bool_(),
        "drift": pa.float64(),
        "drift_q_value": pa.float64(),
        "has_drifted": pa.bool_(),
    }
)
TABLES = {"hints": HINTS, "pairs": PAIRS}
FIGURES = """
create temp view figures as
select
    parts.metric_code,
    parts.scope_kind,
    parts.scope_key,
    parts.period_start,
    case
        when metrics.estimator = 'ratio' then parts.y_sum / nullif(parts.x_sum, 0)
        else parts.wy_sum / parts.w_sum
    end as value
from intermediate.int_metrics__period_parts as parts
inner join marts.dim_metrics as metrics on parts.metric_code = metrics.metric_code
inner join intermediate.int_calendar__periods as periods
    on parts.period_grain = periods.period_grain
    and parts.period_start = periods.period_start
    and periods.period_end + metrics.follow_up_days <= periods.last_day
where parts.period_grain = 'month' and parts.scope_kind <> 'organisation' and parts.scope_key not like 'other:%'
"""
METRICS = (
    "select metric_code, side = 'engagement' and is_headline from marts.dim_metrics order by metric_code"
)
MONTHS = "select distinct period_start from figures order by all"
UNITS = "select distinct scope_kind, scope_key from figures order by all"
# Names become numbers here: in Python they would be a string for every figure.
PANEL = """
with
units as (
    select scope_kind, scope_key, row_number() over (order by scope_kind, scope_key) - 1 as unit
    from (select distinct scope_kind, scope_key from figures)
),
months as (
    select period_start, row_number() over (order by period_start) - 1 as month
    from (select distinct period_start from figures)
),
metrics as (
    select metric_code, row_number() over (order by metric_code) - 1 as metric
    from marts.dim_metrics
)
select unit, month, metric, value
from figures
inner join units using (scope_kind, scope_key)
inner join months using (period_start)
inner join metrics using (metric_code)
"""


@dataclass(frozen=True)
class Panel:
    """Figures: `values` of shape (units, months, metrics), NaN where nothing was measured; `kinds` (units,)."""

    months: tuple[date, ...]
    metrics: tuple[str, ...]
    outcomes: tuple[str, ...]
    kinds: np.ndarray
    values: np.ndarray

    def pairs(self, through: date, assumptions: Assumptions) -> PairMoments | None:
        """Moments of the review up to the month `through`; None when there are not so many months.

        Parts of different kinds are the same people cut in another way: a pair is looked at in the kind that has it in
        most of its parts.
        """
        window = reviewed_months(self.values, self.months.index(through), assumptions=assumptions)
        if window is None:
            return None
        found = PairMoments.of_panel(self.metrics, window)
        kinds, kind = np.unique(self.kinds, return_inverse=True)
        parts = np.array([(found.n[kind == each] > 0).sum(axis=0) for each in range(len(kinds))])
        inside = kind[:, None] == parts.argmax(axis=0)
        sums = ("n", "sum_first", "sum_second", "square_first", "square_second", "product")
        return replace(found, **{name: getattr(found, name) * inside for name in sums})


def read_panel(where: Folders) -> tuple[Panel, Assumptions]:
    """What was built last.

    Raises
    ------
    BuildError : nothing was built.
    """
    if not where.build_database.exists():
        raise BuildError(
            "nothing was built yet", where=str(where.build_database), remedy="run `make build` first"
        )
    with open_build(where, read_only=True) as connection:
        connection.execute(FIGURES)
        metrics = connection.execute(METRICS).fetchall()
        months = [day for (day,) in connection.execute(MONTHS).fetchall()]
        kinds = [kind for kind, _ in connection.execute(UNITS).fetchall()]
        rows = connection.execute(PANEL).fetchnumpy()
        assumptions = Assumptions.of_seed(connection.table("marts.dim_assumptions"))
    values = np.full((len(kinds), len(months), len(metrics)), np.nan)
    values[rows["unit"], rows["month"], rows["metric"]] = np.ma.filled(rows["value"], np.nan)
    panel = Panel(
        tuple(months),
        tuple(code for code, _ in metrics),
        tuple(code for code, is_outcome in metrics if is_outcome),
        np.array(kinds, dtype=str),
        values,
    )
    return panel, assumptions


def review(panel: Panel, through: date, assumptions: Assumptions, before: tuple) -> tuple[list, list]:
    """Rows of hints and of pairs of the review up to the month `through`; `before` is an earlier one."""
    moments = panel.pairs(through, assumptions)
    if moments is None:
        return [], []
    found = correlations(moments, assumptions=assumptions)
    moved = drift(before, found, assumptions=assumptions) if before else ()
    known = {(each.first, each.second): each for each in moved}
    made_at = now()
    pairs = []
    for pair in found:
        if not isinstance(pair, Correlation):
            continue
        change = known.get((pair.first, pair.second))
        pairs.append(
            {
                "reviewed_through": through,
                "first_metric_code": pair.first,
                "second_metric_code": pair.second,
                "n": pair.n,
                "correlation": pair.estimate.value,
                "correlation_ci_low": pair.estimate.low,
                "correlation_ci_high": pair.estimate.high,
                "transformed": pair.transformed.value,
                "transformed_error": pair.transformed.standard_error,
                "degrees_of_freedom": pair.transformed.degrees_of_freedom,
                "q_value": pair.q_value,
                "is_real": pair.is_real,
                "is_redundant": pair.is_redundant,
                "drift": change.change.value if change else None,
                "drift_q_value": change.q_value if change else None,
                "has_drifted": change.is_real if change else None,
            }
        )
    told = [
        {
            "reviewed_through": through,
            "metric_code": hint.metric,
            "hint": hint.hint,
            "reason": hint.reason,
            "other_metric_code": hint.other or None,
            "correlation": None if np.isnan(hint.correlation) else hint.correlation,
            "reviewed_at": made_at,
        }
        for hint in hints(panel.metrics, panel.outcomes, found, moved)
    ]
    return told, pairs


def run(where: Folders) -> list[date]:
    """Review the last complete month, and the year before it when nobody did; returns the months that are new.

    The caller holds the build lock. A month that was reviewed stays as it was.

    Raises
    ------
    BuildError : nothing was built.
    """
    panel, assumptions = read_panel(where)
    made = []
    with _open(where) as connection:
        reviewed = {
            day for (day,) in connection.execute("select distinct reviewed_through from hints").fetchall()
        }
        if not panel.months:
            return made
        last = panel.months[-1]
        # reviews that are compared may not share a month
        earlier = panel.months[-1 - int(assumptions.review_months) :][:1]
        for through in dict.fromkeys([*earlier, last]):
            if through in reviewed:
                continue
            before = _former(connection, through, int(assumptions.review_months))
            rows = review(panel, through, assumptions, before)
            for (table, schema), part in zip(TABLES.items(), rows, strict=True):
                added = pa.Table.from_pylist(part, schema=schema)
                connection.register("added", added)
                connection.execute(f"insert into {table} by name select * from added")
                connection.unregister("added")
            if rows[0]:
                made.append(through)
    return made


def _former(connection: duckdb.DuckDBPyConnection, through: date, months: int) -> tuple[Correlation, ...]:
    """Pairs of the last review whose months all lie before those of this one."""
    rows = connection.execute(
        """
        select first_metric_code, second_metric_code, n, correlation, correlation_ci_low, correlation_ci_high,
            transformed, transformed_error, degrees_of_freedom, q_value, is_real, is_redundant
        from pairs
        where reviewed_through = (
            select max(reviewed_through) from pairs where reviewed_through <= ? - to_months(cast(? as integer))
        )
        order by all
        """,
        [through, months],
    ).fetchall()
    return tuple(
        Correlation(
            first, second, n, Estimate(value, low, high), Estimate(z, np.nan, np.nan, error, freedom), *verdict
        )
        for first, second, n, value, low, high, z, error, freedom, *verdict in rows
    )  # fmt: skip


def stored(table: str) -> pa.Table:
    """All reviews that were made, of the warehouse that the environment names; empty without any."""
    where = folders()
    if not where.reviews.exists():
        return TABLES[table].empty_table()
    with _open(where) as connection:
        return connection.sql(f"select * from {table}").to_arrow_table().cast(TABLES[table])


@contextmanager
def _open(where: Folders) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(where.reviews), config=limits(where)) as connection:
        for table, schema in TABLES.items():
            connection.register("empty", schema.empty_table())
            connection.execute(f"create table if not exists {table} as from empty")
            connection.unregister("empty")
        yield connection


def main(arguments: list[str] | None = None) -> int:
    """Review the metrics of the last build; the next one shows it."""
    argparse.ArgumentParser(
        prog="python -m orchestration.metric_review", description=main.__doc__
    ).parse_args(arguments)
    where = folders()
    try:
        with build_lock(where):
            made = run(where)
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"reviewed: {', '.join(f'{month:%Y-%m}' for month in made) or 'nothing new'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
