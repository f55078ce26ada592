"""What the customers of the start of a period paid then (x), and lost or pay at its end (y)."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.metrics.losses import spells


def revenue(delivery: Delivery, periods: pl.DataFrame) -> pl.DataFrame:
    """Each customer who paid at the start of a period; `day`, as of which scopes hold, is its first day."""
    begun = periods["period_start"].filter(periods["period_grain"] == "month").min()
    chosen = periods.filter(
        pl.col("period_grain").is_in(["month", "quarter", "rolling_12_months"]),
        pl.col("period_start") >= begun,
    )
    edges = chosen.select("period_grain", "period_start", after=pl.col("period_end").dt.offset_by("1d"))
    fees = fees_on(delivery, pl.concat([edges["period_start"], edges["after"]]).unique())
    starts = edges.join(fees.rename({"day": "period_start", "fee": "x"}), on="period_start")
    ends = fees.rename({"day": "after", "fee": "left"})
    rows = starts.join(ends, on=["customer_id", "after"], how="left").with_columns(
        pl.col("left").fill_null(0.0)
    )
    rows = rows.filter(pl.col("x") > 0).with_columns(day=pl.col("period_start")).with_row_index("row")
    rows = placed.customer_day(rows, delivery, "row")
    y = {
        "revenue_churn": pl.max_horizontal(pl.col("x") - pl.col("left"), 0.0),
        "net_revenue_retention": pl.col("left"),
    }
    columns = ["period_grain", "period_start", "day", "segment", "region", "product", "x"]
    return pl.concat(rows.select(*columns, y=amount, metric_code=pl.lit(code)) for code, amount in y.items())


def fees_on(delivery: Delivery, days: pl.Series) -> pl.DataFrame:
    """customer_id, day, fee: what runs on the day, of who was a customer before it.

    A contract that follows another within the grace runs from where that one ended.
    """
    grace = timedelta(days=delivery.assumption("switch_grace_days"))
    contracts = delivery.used("contracts").filter(
        pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("started_on"))
    )
    columns = ["customer_id", "started_on", "ended_on", "monthly_fee_eur"]
    runs: list[tuple] = []
    holder, reached = None, date.min
    for customer, start, end, fee in (
        contracts.sort("customer_id", "started_on", "contract_id").select(columns).iter_rows()
    ):
        reached = reached if customer == holder else date.min
        runs.append((customer, reached if reached < start <= reached + grace else start, end, fee or 0.0))
        holder, reached = customer, max(reached, end or date(9000, 1, 1))
    schema = {"customer_id": pl.String, "from": pl.Date, "to": pl.Date, "fee": pl.Float64}
    rows = pl.DataFrame(runs, schema=schema, orient="row").join(pl.DataFrame({"day": days}), how="cross")
    rows = rows.filter(
        pl.col("from") <= pl.col("day"), pl.col("to").is_null() | (pl.col("day") < pl.col("to"))
    )
    known = spells(delivery).with_columns(pl.col("last").fill_null(date(9999, 12, 31)))
    rows = rows.join(known, on="customer_id").filter(
        pl.col("began") < pl.col("day"), pl.col("day") <= pl.col("last")
    )
    return rows.group_by("customer_id", "day").agg(pl.col("fee").sum())
