"""From observations to cells: n and value per metric, period and scope, for every period grain."""

from __future__ import annotations

from datetime import date

import polars as pl

GRAINS = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q"}
YEAR = "rolling_12_months"
KEY = ["metric_code", "period_start", "scope_key"]
# months are the finest grain of these: money, drivers, and waves of a survey among all employees
MONTHS_OF_CUSTOMERS = [
    "customer_profitability", "margin_share", "cost_to_serve", "feedback_per_100", "ideas_per_100",
]  # fmt: skip
ADVOCACY = ["referrals_per_100_promoters", "reviews_per_100_promoters"]
RATIOS = ["margin_share", "revenue_churn", "net_revenue_retention"]
WAVES = ["esat", "esat_mean", "enps", "eces", "eces_easy", "engagement_score", "engagement_index"]
WAVES += ["engagement_vigour", "engagement_dedication"]
MONTHLY = [*MONTHS_OF_CUSTOMERS, *ADVOCACY, "loyalty", *WAVES]
MONTHLY_PREFIXES = "^(driver|facet)_"


def periods(first: date, last: date) -> pl.DataFrame:
    """period_grain, period_start, period_end from the first to the last day observed; no single days."""
    days = pl.DataFrame({"day": pl.date_range(first, last, "1d", eager=True)})
    found = [
        days.select(
            period_grain=pl.lit(grain),
            period_start=pl.col("day").dt.truncate(every),
            period_end=pl.col("day").dt.truncate(every).dt.offset_by(every).dt.offset_by("-1d"),
        ).unique()
        for grain, every in GRAINS.items()
        if grain != "day"
    ]
    ends = found[1].select("period_end")
    start = pl.col("period_end").dt.offset_by("1d").dt.offset_by("-12mo")
    years = ends.select(period_grain=pl.lit(YEAR), period_start=start, period_end="period_end")
    return pl.concat([*found, years])


def cells_of_means(observations: pl.DataFrame, grain: str, scope: str) -> pl.DataFrame:
    """KEY, count, mean and plain (unweighted) of the metrics that are a mean or a ratio of observations."""
    frame = (
        observations.filter(
            ~pl.col("metric_code").is_in(MONTHLY) & ~pl.col("metric_code").str.contains(MONTHLY_PREFIXES)
        )
        if grain in ("day", "week")
        else observations
    )
    every = GRAINS.get(grain, "1mo")
    frame = _keyed(frame, scope).with_columns(period_start=pl.col("day").dt.truncate(every))
    parts = frame.group_by(KEY).agg(
        count=pl.len(),
        weight=pl.col("weight").sum(),
        weighted=(pl.col("weight") * pl.col("y")).sum(),
        y=pl.col("y").sum(),
        x=pl.col("x").sum(),
    )
    if grain == YEAR:
        parts = _rolled(parts)
    ratio = pl.col("metric_code").is_in(RATIOS)
    return parts.select(
        *KEY,
        "count",
        mean=pl.when(ratio)
        .then(100 * pl.col("y") / pl.col("x"))
        .otherwise(pl.col("weighted") / pl.col("weight")),
        plain=pl.when(ratio).then(100 * pl.col("y") / pl.col("x")).otherwise(pl.col("y") / pl.col("count")),
    )


def _rolled(months: pl.DataFrame) -> pl.DataFrame:
    """Sums of months over the twelve months that end with each month, up to the last one observed."""
    last = months["period_start"].max()
    shifts = pl.DataFrame({"shift": range(12)})
    spread = months.join(shifts, how="cross").with_columns(
        end=pl.col("period_start").dt.offset_by(pl.format("{}mo", "shift"))
    )
    spread = spread.filter(pl.col("end") <= last).with_columns(
        period_start=pl.col("end").dt.offset_by("-11mo")
    )
    return spread.drop("shift", "end").group_by(KEY).sum()


def cells_of_losses(lost: pl.DataFrame, grain: str, scope: str) -> pl.DataFrame:
    """The same of churn, attrition and revenue, which belong to a period as a whole."""
    frame = _keyed(lost.filter(pl.col("period_grain") == grain), scope)
    ratio = 100 * pl.col("y").sum() / pl.col("x").sum()
    value = pl.when(pl.col("metric_code").first().is_in(RATIOS)).then(ratio).otherwise(pl.col("y").mean())
    return frame.group_by(KEY).agg(count=pl.len(), mean=value, plain=value)


def _keyed(frame: pl.DataFrame, scope: str) -> pl.DataFrame:
    if scope not in ("organisation", *frame.columns):
        return frame.clear().with_columns(scope_key=pl.lit(""))
    key = pl.lit("all") if scope == "organisation" else pl.col(scope).cast(pl.String)
    return frame.with_columns(scope_key=key).filter(pl.col("scope_key").is_not_null())
