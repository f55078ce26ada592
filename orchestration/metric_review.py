"""The periodic review of the metrics: `python -m orchestration.metric_review`, and a job of Dagster by month.

Belongs here: the panel that is reviewed, and the file that keeps every review. Not here: how metrics are judged
(service_control/statistics/review.py). The reviews are in a file of their own, warehouse/reviews.duckdb: build.duckdb
may be removed, and a review that was made cannot be made again once deliveries were corrected. Rows are only added.

Reviewed is what is published: figures by team and month, as distance from the mean of the team, so that what is found
goes along in time and not because one team is better at everything.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.project import Folders, folders
from orchestration.warehouse import build_lock, limits, now
from service_control.errors import BuildError, ServiceControlError
from service_control.statistics.assumptions import Assumptions
from service_control.statistics.results import Estimate
from service_control.statistics.review import Correlation, PairMoments, correlations, drift, hints

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
PANEL = """
select metric_code, scope_key, period_start, value
from marts.metric_values
where period_grain = 'month' and scope_kind = 'team' and scope_key not like 'other:%' and is_complete_period
"""
METRICS = (
    "select metric_code, side = 'engagement' and is_headline from marts.dim_metrics order by metric_code"
)


@dataclass(frozen=True)
class Panel:
    """Published figures: `values` of shape (units, months, metrics), NaN where nothing is shown."""

    months: tuple[date, ...]
    metrics: tuple[str, ...]
    outcomes: tuple[str, ...]
    values: np.ndarray

    def window(self, through: date, months: int) -> np.ndarray | None:
        """The months up to `through`, as distance from the mean of the unit; None when there are not so many."""
        last = self.months.index(through) if through in self.months else -1
        if last + 1 < months:
            return None
        chosen = self.values[:, last + 1 - months : last + 1]
        count = (~np.isnan(chosen)).sum(axis=1, keepdims=True)
        return chosen - np.nansum(chosen, axis=1, keepdims=True) / np.maximum(count, 1)


def read_panel(where: Folders) -> tuple[Panel, Assumptions]:
    """What is published now.

    Raises
    ------
    BuildError : nothing is published.
    """
    if not where.serving.exists():
        raise BuildError(
            "nothing is published yet", where=str(where.serving), remedy="run `make build` first"
        )
    with duckdb.connect(os.path.realpath(where.serving), read_only=True) as connection:
        metrics = connection.execute(METRICS).fetchall()
        rows = connection.execute(PANEL).fetchnumpy()
        chosen = dict(
            connection.execute("select assumption_code, value from marts.dim_assumptions").fetchall()
        )
    names = [code for code, _ in metrics]
    months = np.unique(rows["period_start"].astype("datetime64[M]"))
    units, unit = np.unique(rows["scope_key"].astype(str), return_inverse=True)
    values = np.full((len(units), len(months), len(names)), np.nan)
    at = {code: i for i, code in enumerate(names)}
    month = np.searchsorted(months, rows["period_start"].astype("datetime64[M]"))
    values[unit, month, [at[str(code)] for code in rows["metric_code"]]] = np.ma.filled(rows["value"], np.nan)
    panel = Panel(
        tuple(each.astype("datetime64[D]").item() for each in months),
        tuple(names),
        tuple(code for code, is_outcome in metrics if is_outcome),
        values,
    )
    return panel, Assumptions.of(chosen)


def review(panel: Panel, through: date, assumptions: Assumptions, before: tuple) -> tuple[list, list]:
    """Rows of hints and of pairs of the review up to the month `through`; `before` is an earlier one."""
    window = panel.window(through, int(assumptions.review_months))
    if window is None or not len(window):
        return [], []
    found = correlations(PairMoments.of_panel(panel.metrics, window), assumptions=assumptions)
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
    BuildError : nothing is published.
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
        return connection.execute(f"select * from {table}").to_arrow_table().cast(TABLES[table])


@contextmanager
def _open(where: Folders) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(where.reviews), config=limits(where)) as connection:
        for table, schema in TABLES.items():
            connection.register("empty", schema.empty_table())
            connection.execute(f"create table if not exists {table} as from empty")
            connection.unregister("empty")
        yield connection


def main(arguments: list[str] | None = None) -> int:
    """Review the metrics of the published snapshot; the next build shows it."""
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
