"""Churn and attrition: who was there before a period and on its first day, and left in it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from tests.metrics import placed
from tests.metrics.delivered import Delivery


def losses(delivery: Delivery, periods: pl.DataFrame) -> pl.DataFrame:
    """Who was there at the start of each of the periods (grain, start, end); y is 100 when lost in it."""
    customers = _present(spells(delivery), periods, "churn")
    people = delivery.used("employees").select(
        "employee_id", began="hired_on", last=pl.col("left_on").dt.offset_by("-1d")
    )
    monthly = periods.filter(~pl.col("period_grain").is_in(["day", "week"]))
    employees = _present(people, monthly, "employee_attrition")
    parts = [placed.with_segment_and_region(customers, delivery), placed.with_team(employees, delivery)]
    return pl.concat(parts, how="diagonal")


def _present(spans: pl.DataFrame, periods: pl.DataFrame, metric_code: str) -> pl.DataFrame:
    """`day`, as of which scopes hold, is the first of the period."""
    last = pl.col("last").fill_null(date(9999, 12, 31))
    there = spans.join_where(
        periods, pl.col("began") < pl.col("period_start"), last >= pl.col("period_start")
    ).with_columns(lost=(last <= pl.col("period_end")), day=pl.col("period_start"))
    return there.with_columns(
        metric_code=pl.lit(metric_code), y=100.0 * pl.col("lost").cast(pl.Float64)
    ).drop("last")


def spells(delivery: Delivery) -> pl.DataFrame:
    """Unbroken spells of having a contract: customer_id, began, last (last day in force, null while running).

    A contract that starts within the grace after the previous one ended continues the spell.
    """
    grace = timedelta(days=delivery.assumption("switch_grace_days"))
    contracts = delivery.used("contracts").select("customer_id", "started_on", "ended_on")
    contracts = contracts.filter(pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("started_on")))
    found: list[list] = []
    for customer, start, end in contracts.sort("customer_id", "started_on").iter_rows():
        spell = found[-1] if found and found[-1][0] == customer else None
        if spell and (spell[2] is None or start <= spell[2] + grace):
            spell[2] = None if end is None or spell[2] is None else max(spell[2], end)
        else:
            found.append([customer, start, end])
    rows = [(customer, start, end - timedelta(days=1) if end else None) for customer, start, end in found]
    schema = {"customer_id": pl.String, "began": pl.Date, "last": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")
