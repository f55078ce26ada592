"""The observations of every metric that is a mean over answers, contacts or customer months.

Each has metric_code, day, weight, y (in the unit of the metric), the scopes and, for a ratio Σ100y/Σx, x.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import polars as pl

from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.metrics.placed import SCOPES

WINDOWS = (7, 14, 30)


def observations(delivery: Delivery) -> pl.DataFrame:
    parts = [
        of_answers(delivery),
        of_drivers(delivery),
        of_engagement(delivery),
        of_contacts(delivery),
        of_follow_ups(delivery),
        of_matched(delivery),
        of_customer_months(delivery),
    ]
    return pl.concat(parts, how="diagonal").with_columns(pl.col("weight").fill_null(1.0))


def of_answers(delivery: Delivery) -> pl.DataFrame:
    y = {
        "proportion": pl.when(pl.col("box") == 1).then(100.0).otherwise(0.0),
        "net_share": 100.0 * pl.col("box"),
        "mean": pl.col("x"),
    }
    answers = placed.answers(delivery)
    asked = [
        row for row in delivery.seed("metrics") if row["item_metric_code"] not in ("", "engagement_score")
    ]
    return pl.concat(
        answers.filter(pl.col("metric") == row["item_metric_code"]).select(
            "day", "weight", *SCOPES, y=y[row["estimator"]], metric_code=pl.lit(row["metric_code"])
        )
        for row in asked
    )


def of_drivers(delivery: Delivery) -> pl.DataFrame:
    """Answers about the drivers of experience and the facets of engagement."""
    prefix = {row["driver_code"]: row["driver_kind"].split("_")[-1] for row in delivery.seed("drivers")}
    answers = placed.answers(delivery).filter(pl.col("driver") != "")
    kind = pl.col("driver").replace_strict(prefix)
    return answers.select(
        "day", "weight", *SCOPES, y="x", metric_code=pl.concat_str(kind, pl.col("driver"), separator="_")
    )


def of_engagement(delivery: Delivery) -> pl.DataFrame:
    """The score, the same as 0 to 100, and its two dimensions."""
    facets = placed.answers(delivery).filter(pl.col("metric") == "engagement_score")
    x, driver = pl.col("x"), pl.col("driver")
    dimensions = {
        "engagement_vigour": ["energy", "strength", "resilience", "motivation"],
        "engagement_dedication": ["enthusiasm", "passion", "dedication"],
    }
    persons = facets.group_by("response_id", "day", "weight", *SCOPES).agg(
        x.mean().alias("engagement_score"),
        (100 * x.mean() / 6).alias("engagement_index"),
        *(
            pl.when(driver.is_in(names).sum() >= len(names) - 1)
            .then(x.filter(driver.is_in(names)).mean())
            .alias(code)
            for code, names in dimensions.items()
        ),
        count=pl.len(),
    )
    enough = persons.filter(pl.col("count") >= delivery.assumption("engagement_minimum_facets"))
    codes = ["engagement_score", "engagement_index", *dimensions]
    long = enough.unpivot(
        codes, index=["day", "weight", *SCOPES], variable_name="metric_code", value_name="y"
    )
    return long.filter(pl.col("y").is_not_null())


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
        frame.select("day", *SCOPES, metric_code=pl.lit(code), y=100.0 * condition.cast(pl.Float64))
        for code, condition in conditions.items()
    ]
    return pl.concat(parts).filter(pl.col("y").is_not_null())


@cache
def follow_ups(delivery: Delivery) -> pl.DataFrame:
    """Inbound contacts of a known customer on a known issue, with the time to and since their neighbours.

    to_same, since_same: the next and the previous one on the same issue; to_related, since_related: also on an
    issue that this one leads to, or that leads to this one.
    """
    inbound = (
        placed.contacts(delivery)
        .filter(
            (pl.col("direction") == "inbound")
            & pl.col("customer_id").is_not_null()
            & pl.col("issue_code").is_not_null()
        )
        .with_columns(pl.col("issue_code").cast(pl.String))
    )
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
    return inbound


def followed_by(delivery: Delivery, days: int) -> tuple[pl.DataFrame, dict[str, pl.Expr]]:
    """Contacts with full follow-up, and whether each neighbour lies within the window."""
    last = placed.contacts(delivery)["started_at"].max()
    window = timedelta(days=days)
    neighbours = ("to_same", "to_related", "since_same", "since_related")
    within = {name: (pl.col(name) <= window).fill_null(False) for name in neighbours}
    return follow_ups(delivery).filter(pl.col("started_at") + window <= last), within


def of_follow_ups(delivery: Delivery) -> pl.DataFrame:
    """Resolution and repeat contacts.

    A first contact is one that itself follows no earlier contact within the window: on the same
    issue for FCR, on the same or an issue that leads to this one for forward resolution.
    """
    parts = []
    for days in WINDOWS:
        followed, within = followed_by(delivery, days)
        parts.append(_shares(followed, {f"repeat_contact_{days}d": within["to_same"]}))
        first_of_chain = followed.filter(~within["since_related"])
        parts.append(_shares(first_of_chain, {f"forward_resolution_{days}d": ~within["to_related"]}))
        if days == 14:
            parts.append(
                _shares(followed.filter(~within["since_same"]), {"fcr_registered": ~within["to_same"]})
            )
    return pl.concat(parts)


def matched(delivery: Delivery, own: str, customer: str) -> pl.DataFrame:
    """The last answers about one contact to two questions (metric codes): own, customer (x, box) and day.

    The day is that of the later one; the scopes are those of the contact.
    """
    last_first = delivery.used("responses").sort("submitted_at", "response_id", descending=True)
    order = last_first.select("response_id").with_row_index("place")
    answers = (
        placed.answers(delivery).filter(pl.col("contact_id").is_not_null()).join(order, on="response_id")
    )
    answers = answers.sort("place").unique(["contact_id", "metric"], keep="first", maintain_order=True)
    sides = [
        answers.filter(pl.col("metric") == metric).select("contact_id", "x", "box", "day")
        for metric in (own, customer)
    ]
    both = sides[0].join(sides[1], on="contact_id", suffix="_customer")
    both = both.with_columns(day=pl.max_horizontal("day", "day_customer"))
    return both.join(placed.contacts(delivery).select("contact_id", *SCOPES), on="contact_id")


def resolutions(delivery: Delivery) -> pl.DataFrame:
    """First contacts on which the customer said whether the question was resolved: registered, perceived."""
    followed, within = followed_by(delivery, 14)
    first = followed.filter(~within["since_same"]).select("contact_id", registered=~within["to_same"])
    said = matched(delivery, "fcr_perceived", "fcr_perceived")
    return said.with_columns(perceived=pl.col("box") == 1).join(first, on="contact_id")


def of_matched(delivery: Delivery) -> pl.DataFrame:
    """Contacts seen from two sides."""
    ease = matched(delivery, "eces_estimate", "ces")
    clicks = matched(delivery, "emo_click_employee", "emo_click_customer")
    ours, theirs = pl.col("box"), pl.col("box_customer")
    one_sided = (ours == 1) & (theirs == -1), (ours == -1) & (theirs == 1)
    resolved = resolutions(delivery)
    registered, perceived = pl.col("registered"), pl.col("perceived")
    scored = [
        (ease, "eces_gap", pl.col("x") - pl.col("x_customer")),
        (clicks, "emo_click_reciprocity", 100 * ((ours == 1) & (theirs == 1))),
        (clicks, "emo_click_asymmetry", 100 * one_sided[0] - 100 * one_sided[1].cast(pl.Int32)),
        (resolved, "fcr_gap", 100 * registered.cast(pl.Int32) - 100 * perceived.cast(pl.Int32)),
        (resolved.filter(registered), "fcr_overstated", 100 * ~perceived),
        (resolved.filter(~registered), "fcr_understated", 100 * perceived),
    ]
    return pl.concat(
        frame.select("day", *SCOPES, metric_code=pl.lit(code), y=y.cast(pl.Float64))
        for frame, code, y in scored
    )


def of_customer_months(delivery: Delivery) -> pl.DataFrame:
    """Profit and revenue of every month in which a customer had a contract in force."""
    months = customer_months(delivery).filter(pl.col("active_days") > 0)
    profit = months.select(
        "day", "segment", "region", y="profit", metric_code=pl.lit("customer_profitability")
    )
    margin = months.select(
        "day", "segment", "region", y="profit", x="revenue", metric_code=pl.lit("margin_share")
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
