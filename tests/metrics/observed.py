"""The observations of every metric that is a mean over answers, contacts or customer months.

Each has metric_code, day, weight, y (in the unit of the metric), the scopes, for a ratio Σ100y/Σx x, and who it
is about (person), null where nobody is named.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.metrics.placed import SCOPES

WINDOWS = (7, 14, 30)


def observations(delivery: Delivery) -> pl.DataFrame:
    parts = [
        of_answers(delivery),
        of_engagement(delivery),
        of_contacts(delivery),
        of_follow_ups(delivery),
        of_customer_months(delivery),
    ]
    return pl.concat(parts, how="diagonal").with_columns(pl.col("weight").fill_null(1.0))


def of_answers(delivery: Delivery) -> pl.DataFrame:
    y = {
        "proportion": pl.when(pl.col("box") == 1).then(100.0).otherwise(0.0),
        "net_share": 100.0 * pl.col("box"),
        "mean": pl.col("x"),
    }
    answers = placed.answers(delivery).join(respondents(delivery), on="response_id")
    asked = [
        row for row in delivery.seed("metrics") if row["item_metric_code"] not in ("", "engagement_score")
    ]
    return pl.concat(
        answers.filter(pl.col("metric") == row["item_metric_code"]).select(
            "day",
            "weight",
            "person",
            *SCOPES,
            y=y[row["estimator"]],
            metric_code=pl.lit(row["metric_code"]),
        )
        for row in asked
    )


def respondents(delivery: Delivery) -> pl.DataFrame:
    """response_id and person; null where the respondent has no key."""
    return delivery.used("responses").select(
        "response_id", person=pl.format("{} {}", "respondent_kind", "respondent_id")
    )


def of_engagement(delivery: Delivery) -> pl.DataFrame:
    facets = placed.answers(delivery).filter(pl.col("metric") == "engagement_score")
    persons = facets.group_by("response_id", "day", "weight", *SCOPES).agg(
        y=pl.col("x").mean(), count=pl.len()
    )
    enough = persons.filter(pl.col("count") >= delivery.assumption("engagement_minimum_facets"))
    enough = enough.join(respondents(delivery), on="response_id")
    return enough.select("day", "weight", "person", *SCOPES, "y", metric_code=pl.lit("engagement_score"))


def of_contacts(delivery: Delivery) -> pl.DataFrame:
    y = {
        "sla_met": pl.col("is_sla_met"),
        "reopened": pl.col("reopen_count") > 0,
        "handled_without_transfer": pl.col("transfer_count") == 0,
    }
    return _shares(placed.contacts(delivery), y)


def _shares(frame: pl.DataFrame, conditions: dict[str, pl.Expr]) -> pl.DataFrame:
    """One observation, 100 or 0, per metric and row; rows where the condition is unknown are out."""
    parts = [
        frame.select(
            "day",
            *SCOPES,
            person="customer_id",
            metric_code=pl.lit(code),
            y=100.0 * condition.cast(pl.Float64),
        )
        for code, condition in conditions.items()
    ]
    return pl.concat(parts).filter(pl.col("y").is_not_null())


def of_follow_ups(delivery: Delivery) -> pl.DataFrame:
    """Resolution and repeat contacts: inbound contacts of a known customer on a known issue.

    A first contact is one that itself follows no earlier contact within the window: on the same
    issue for FCR, on the same or an issue that leads to this one for forward resolution.
    """
    everything = placed.contacts(delivery)
    inbound = everything.filter(
        (pl.col("direction") == "inbound")
        & pl.col("customer_id").is_not_null()
        & pl.col("issue_code").is_not_null()
    ).with_columns(pl.col("issue_code").cast(pl.String))
    adjacent = {(row["issue_code"], row["next_issue_code"]) for row in delivery.seed("issue_adjacency")}
    adjacent |= {(issue, issue) for issue in inbound["issue_code"].unique()}
    near = pl.DataFrame(sorted(adjacent), schema=["issue_code", "next_issue"], orient="row")
    later = inbound.select("customer_id", next_issue="issue_code", next_at="started_at")
    pairs = inbound.select("contact_id", "customer_id", "issue_code", "started_at").join(
        later, on="customer_id"
    )
    pairs = pairs.with_columns(gap=pl.col("next_at") - pl.col("started_at"))
    same = pl.col("issue_code") == pl.col("next_issue")
    after = pairs.filter(pl.col("gap") > timedelta(0))
    before = pairs.filter(pl.col("gap") < timedelta(0)).with_columns(-pl.col("gap"))
    near_before = near.rename({"issue_code": "next_issue", "next_issue": "issue_code"})
    gaps = {
        "to_same": after.filter(same),
        "to_related": after.join(near, on=["issue_code", "next_issue"], how="semi"),
        "since_same": before.filter(same),
        "since_related": before.join(near_before, on=["issue_code", "next_issue"], how="semi"),
    }
    for name, found in gaps.items():
        inbound = inbound.join(
            found.group_by("contact_id").agg(pl.col("gap").min().alias(name)), on="contact_id", how="left"
        )
    last = everything["started_at"].max()
    parts = []
    for days in WINDOWS:
        window = timedelta(days=days)
        followed = inbound.filter(pl.col("started_at") + window <= last)
        in_time = {name: (pl.col(name) <= window).fill_null(False) for name in gaps}
        parts.append(_shares(followed, {f"repeat_contact_{days}d": in_time["to_same"]}))
        first_of_chain = followed.filter(~in_time["since_related"])
        parts.append(_shares(first_of_chain, {f"forward_resolution_{days}d": ~in_time["to_related"]}))
        if days == 14:
            parts.append(
                _shares(followed.filter(~in_time["since_same"]), {"fcr_registered": ~in_time["to_same"]})
            )
    return pl.concat(parts)


def of_customer_months(delivery: Delivery) -> pl.DataFrame:
    """Profit and revenue of every month in which a customer had a contract in force."""
    months = customer_months(delivery).filter(pl.col("active_days") > 0)
    profit = months.select(
        "day",
        "segment",
        "region",
        person="customer_id",
        y="profit",
        metric_code=pl.lit("customer_profitability"),
    )
    margin = months.select(
        "day",
        "segment",
        "region",
        person="customer_id",
        y="profit",
        x="revenue",
        metric_code=pl.lit("margin_share"),
    )
    return pl.concat([profit, margin], how="diagonal")


def customer_months(delivery: Delivery) -> pl.DataFrame:
    """customer_id, day (first of the month), active_days, revenue, profit, and the scopes as of that day."""
    contacts = placed.contacts(delivery).with_columns(month=pl.col("day").dt.truncate("1mo"))
    first, last = contacts["month"].min(), contacts["month"].max()
    months = pl.DataFrame({"month": pl.date_range(first, last, "1mo", eager=True)})
    months = months.with_columns(after=pl.col("month").dt.offset_by("1mo"))
    contracts = delivery.used("contracts").join(months, how="cross")
    start = pl.max_horizontal("started_on", "month")
    end = pl.min_horizontal(pl.col("ended_on").fill_null(pl.date(9999, 12, 31)), "after")
    contracts = contracts.with_columns(days=(end - start).dt.total_days()).filter(pl.col("days") > 0)
    part = pl.col("days") / (pl.col("after") - pl.col("month")).dt.total_days()
    fees = contracts.group_by("customer_id", "month").agg(
        active_days=pl.col("days").max(),
        revenue=(part * pl.col("monthly_fee_eur").fill_null(0)).sum(),
        cost=(part * pl.col("monthly_cost_eur").fill_null(0)).sum(),
    )
    transactions = delivery.used("transactions").with_columns(
        month=placed.local_day("occurred_at").dt.truncate("1mo")
    )
    sales = transactions.group_by("customer_id", "month").agg(
        revenue=pl.col("revenue_eur").sum(), cost=pl.col("direct_cost_eur").sum()
    )
    rates = {row["channel"]: float(row["cost_per_contact_eur"]) for row in delivery.seed("channel_costs")}
    per_contact = (
        pl.col("channel").cast(pl.String).replace_strict(rates, default=0.0, return_dtype=pl.Float64)
    )
    minutes = pl.col("handled_seconds").fill_null(0) / 60
    service = (
        contacts.filter(pl.col("customer_id").is_not_null())
        .group_by("customer_id", "month")
        .agg(cost=(minutes * delivery.assumption("labour_rate_eur_per_hour") / 60 + per_contact).sum())
    )
    every = pl.concat([fees, sales, service], how="diagonal").group_by("customer_id", "month").sum()
    every = every.with_columns(day=pl.col("month"), profit=pl.col("revenue") - pl.col("cost"))
    return placed.with_segment_and_region(every, delivery)
