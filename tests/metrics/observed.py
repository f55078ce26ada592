"""The observations of every metric that is a mean over answers, contacts or customer months.

Each has metric_code, day, weight, y (in the unit of the metric), the scopes, for a ratio Σ100y/Σx x, and who it
is about (person), null where nobody is named.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl
from scipy import stats

from tests.metrics import placed, texts
from tests.metrics.delivered import Delivery
from tests.metrics.losses import spells
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
        of_texts(delivery),
        of_latent(delivery),
        of_invitations(delivery),
        of_promoters(delivery),
        of_feedback(delivery),
        of_loyalty(delivery),
    ]
    return pl.concat(parts, how="diagonal").with_columns(pl.col("weight").fill_null(1.0))


def of_answers(delivery: Delivery) -> pl.DataFrame:
    index = 100.0 * (pl.col("x") - pl.col("low")) / (pl.col("high") - pl.col("low"))

    def y(row: dict[str, str]) -> pl.Expr:
        if row["estimator"] == "proportion":
            is_counted = pl.col("box") == (1 if row["is_higher_better"] == "true" else -1)
            return pl.when(is_counted).then(100.0).otherwise(0.0)
        if row["estimator"] == "net_share":
            return 100.0 * pl.col("box")
        return index if (row["scale_minimum"], row["scale_maximum"]) == ("0", "100") else pl.col("x")

    answers = placed.answers(delivery).join(respondents(delivery), on="response_id")
    asked = [
        row for row in delivery.seed("metrics") if row["item_metric_code"] not in ("", "engagement_score")
    ]
    return pl.concat(
        answers.filter(pl.col("metric") == row["item_metric_code"]).select(
            "day", "weight", "person", *SCOPES, y=y(row), metric_code=pl.lit(row["metric_code"])
        )
        for row in asked
    )


def of_drivers(delivery: Delivery) -> pl.DataFrame:
    """Answers about the drivers of experience and the facets of engagement."""
    prefix = {row["driver_code"]: row["driver_kind"].split("_")[-1] for row in delivery.seed("drivers")}
    answers = placed.answers(delivery).filter(pl.col("driver") != "")
    answers = answers.join(respondents(delivery), on="response_id")
    kind = pl.col("driver").replace_strict(prefix)
    return answers.select(
        "day",
        "weight",
        "person",
        *SCOPES,
        y="x",
        metric_code=pl.concat_str(kind, pl.col("driver"), separator="_"),
    )


def respondents(delivery: Delivery) -> pl.DataFrame:
    """response_id and person; null where the respondent has no key."""
    return delivery.used("responses").select(
        "response_id", person=pl.format("{} {}", "respondent_kind", "respondent_id")
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
    enough = enough.join(respondents(delivery), on="response_id")
    codes = ["engagement_score", "engagement_index", *dimensions]
    long = enough.unpivot(
        codes, index=["day", "weight", "person", *SCOPES], variable_name="metric_code", value_name="y"
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
    contacts = placed.contacts(delivery).select("contact_id", "customer_id", *SCOPES)
    return both.join(contacts, on="contact_id")


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
        frame.select("day", *SCOPES, person="customer_id", metric_code=pl.lit(code), y=y.cast(pl.Float64))
        for frame, code, y in scored
    )


def of_customer_months(delivery: Delivery) -> pl.DataFrame:
    """Profit, revenue, service and feedback of every month in which a customer had a contract in force."""
    months = customer_months(delivery).filter(pl.col("active_days") > 0)
    y = {
        "customer_profitability": pl.col("profit"),
        "margin_share": pl.col("profit"),
        "cost_to_serve": pl.col("service"),
        "feedback_per_100": 100.0 * pl.col("feedback"),
        "ideas_per_100": 100.0 * pl.col("ideas"),
    }
    return pl.concat(
        months.select(
            "day",
            "segment",
            "region",
            person="customer_id",
            y=amount,
            x=pl.col("revenue") if code == "margin_share" else pl.lit(None, pl.Float64),
            metric_code=pl.lit(code),
        )
        for code, amount in y.items()
    )


def customer_months(delivery: Delivery) -> pl.DataFrame:
    """customer_id, day (first of the month), active_days, revenue, profit, service (its cost), feedback and ideas
    (items), and the scopes as of that day.
    """
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
        .agg(service=(minutes * delivery.assumption("labour_rate_eur_per_hour") / 60 + per_contact).sum())
        .with_columns(cost=pl.col("service"))
    )
    items = delivery.used("feedback_items").filter(pl.col("customer_id").is_not_null())
    items = items.group_by("customer_id", month=placed.local_day("received_at").dt.truncate("1mo"))
    words = items.agg(feedback=pl.len(), ideas=pl.col("kind").is_in(["idea", "suggestion"]).sum())
    parts = [fees, sales, service, words]
    every = pl.concat(parts, how="diagonal_relaxed").group_by("customer_id", "month").sum()
    every = every.with_columns(day=pl.col("month"), profit=pl.col("revenue") - pl.col("cost"))
    return placed.with_segment_and_region(every, delivery)


def last_day(delivery: Delivery) -> date:
    """The last day on which anything was measured."""
    sales = delivery.used("transactions").select(day=placed.local_day("occurred_at"))
    frames = [placed.contacts(delivery), placed.responses(delivery), sales]
    return max(frame["day"].max() for frame in frames)


def of_texts(delivery: Delivery) -> pl.DataFrame:
    """Words by the last score delivered, else by the own one, voices by the mean of what the customer said."""
    bound = delivery.assumption("sentiment_from")
    by_score = (
        pl.when(pl.col("score") >= bound)
        .then(pl.lit("positive"))
        .when(pl.col("score") <= -bound)
        .then(pl.lit("negative"))
        .otherwise(pl.lit("neutral"))
    )
    scores = delivery.used("text_scores").filter(pl.col("kind") == "sentiment")
    scores = scores.sort("scored_at", "model_version", "model").group_by("reference_id").last()
    scores = scores.with_columns(label=pl.coalesce("label", by_score)).select("reference_id", "label")
    own = texts.sentiments(delivery).join(scores, on="reference_id", how="anti")
    scores = pl.concat([scores, own])
    contacts = placed.contacts(delivery).select("customer_id", "day", *SCOPES, reference_id="contact_id")
    explained = placed.responses(delivery).filter(pl.col("respondent_kind") != "employee")
    explained = explained.rename({"response_id": "reference_id"})
    feedback = delivery.used("feedback_items").with_columns(day=placed.local_day("received_at"))
    feedback = feedback.select("customer_id", "contact_id", "day", reference_id="feedback_item_id")
    feedback = placed.near_contact(feedback, delivery, "reference_id")
    columns = ["reference_id", "customer_id", "day", *SCOPES]
    written = pl.concat(part.select(columns) for part in (explained, feedback)).join(
        scores, on="reference_id"
    )
    spoken = contacts.join(scores, on="reference_id").select(written.columns)
    said = delivery.used("utterances").filter(
        pl.col("speaker").fill_null("customer") == "customer", pl.col("acoustic_score").is_not_null()
    )
    heard = said.group_by(reference_id="contact_id").agg(score=pl.col("acoustic_score").mean())
    heard = heard.join(contacts, on="reference_id").with_columns(label=by_score)
    words = pl.concat([written, spoken])
    net = {"positive": 100.0, "negative": -100.0, "neutral": 0.0, "mixed": 0.0}
    found = [("sentiment", words), ("sentiment_text", written), ("sentiment_voice", heard)]
    parts = [
        frame.select(
            "day",
            *SCOPES,
            person="customer_id",
            metric_code=pl.lit(code),
            y=pl.col("label").replace_strict(net),
        )
        for code, frame in found
    ]
    return pl.concat([*parts, _shares(words, {"sentiment_mixed": pl.col("label") == "mixed"})])


def of_latent(delivery: Delivery) -> pl.DataFrame:
    """Contacts whose words are about what their reason does not contain."""
    return texts.latent(delivery).select(
        "day",
        *SCOPES,
        person="customer_id",
        metric_code=pl.lit("latent_share"),
        y=pl.when("is_latent").then(100.0).otherwise(0.0),
    )


def of_invitations(delivery: Delivery) -> pl.DataFrame:
    """Delivered invitations of customers with full time to answer."""
    sent = delivery.used("invitations").filter(
        pl.col("respondent_kind") != "employee", pl.col("is_delivered").fill_null(True)
    )
    sent = sent.with_columns(
        day=placed.local_day("sent_at"),
        customer_id="respondent_id",
        answered=pl.col("response_id").is_not_null(),
    ).sort("customer_id", "sent_at", "invitation_id")
    earlier = pl.col("answered").cast(pl.Int64).cum_sum() - pl.col("answered").cast(pl.Int64)
    sent = sent.with_columns(before=earlier.over("customer_id") > 0)
    days = timedelta(days=delivery.assumption("response_follow_up_days"))
    sent = sent.filter(pl.col("day") + days <= last_day(delivery))
    sent = sent.select("invitation_id", "customer_id", "contact_id", "day", "answered", "before")
    sent = placed.near_contact(sent, delivery, "invitation_id")
    again = _shares(sent.filter("before"), {"repeat_responder_rate": pl.col("answered")})
    return pl.concat([_shares(sent, {"responsiveness": pl.col("answered")}), again])


def of_promoters(delivery: Delivery) -> pl.DataFrame:
    """What promoters of the relation survey with full follow-up did in the days from their answer on."""
    days = timedelta(days=delivery.assumption("advocacy_follow_up_days"))
    promoters = placed.answers(delivery).filter(pl.col("metric") == "nps_relation", pl.col("x") >= 9)
    promoters = promoters.filter(pl.col("day") + days <= last_day(delivery))
    referrals = delivery.used("referrals").select(
        customer_id="referrer_customer_id", done=placed.local_day("referred_at")
    )
    reviews = delivery.used("advocacy_events").filter(pl.col("kind") == "review")
    reviews = reviews.select("customer_id", done=placed.local_day("occurred_at"))
    parts = []
    for code, deeds in {
        "referrals_per_100_promoters": referrals,
        "reviews_per_100_promoters": reviews,
    }.items():
        pairs = promoters.select("response_id", "customer_id", "day").join(deeds, on="customer_id")
        gap = pl.col("done") - pl.col("day")
        counted = pairs.filter(gap >= timedelta(0), gap < days).group_by("response_id").len("deeds")
        y = 100.0 * pl.col("deeds").fill_null(0)
        found = promoters.join(counted, on="response_id", how="left")
        parts.append(
            found.select("day", "weight", *SCOPES, person="customer_id", metric_code=pl.lit(code), y=y)
        )
    return pl.concat(parts)


def of_feedback(delivery: Delivery) -> pl.DataFrame:
    """Answers about the contacts of employees with full time to look, and when they were first seen."""
    days = delivery.assumption("feedback_follow_up_days")
    moments = delivery.used("responses").select("response_id", "submitted_at")
    handled = placed.contacts(delivery).select("contact_id", "employee_id").drop_nulls()
    answers = placed.responses(delivery).filter(pl.col("respondent_kind") == "customer")
    answers = answers.join(moments, on="response_id").join(handled, on="contact_id")
    answers = answers.filter(pl.col("day") + timedelta(days=days) <= last_day(delivery))
    looks = delivery.used("feedback_actions").filter(pl.col("action") == "seen")
    looks = looks.join(answers, left_on="reference_id", right_on="response_id")
    looks = looks.filter(
        pl.col("acted_by").fill_null(pl.col("employee_id")) == pl.col("employee_id"),
        pl.col("acted_at") >= pl.col("submitted_at"),
    )
    hours = (pl.col("acted_at") - pl.col("submitted_at")).dt.total_seconds() / 3600
    first = looks.group_by("reference_id").agg(hours=hours.min())
    seen = answers.join(first, left_on="response_id", right_on="reference_id", how="left")
    in_time = pl.col("hours").fill_null(1e9) <= delivery.assumption("feedback_in_time_hours")
    scored = [
        (seen, "feedback_in_time", 100.0 * in_time),
        (seen.filter(pl.col("hours") <= 24 * days), "feedback_hours", pl.col("hours")),
    ]
    return pl.concat(
        frame.select("day", *SCOPES, person="customer_id", metric_code=pl.lit(code), y=y.cast(pl.Float64))
        for frame, code, y in scored
    )


def of_loyalty(delivery: Delivery) -> pl.DataFrame:
    """The index of who was a customer when the year began that ends with the month of `day`."""
    weights = {row["part_code"]: float(row["weight"]) for row in delivery.seed("loyalty_weights")}
    weights = {part: weights[part] for part in ("retention", "repeat_purchase", "tenure")}
    first = placed.contacts(delivery)["day"].min().replace(day=1)
    months = pl.date_range(first, last_day(delivery), "1mo", eager=True)
    there = spells(delivery).with_columns(pl.col("last").fill_null(date(9999, 12, 31)))
    joined = there.group_by("customer_id").agg(joined=pl.col("began").min())
    contracts = delivery.used("contracts").filter(
        pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("started_on"))
    )
    sales = delivery.used("transactions").filter(
        pl.col("kind").fill_null("purchase") == "purchase", pl.col("revenue_eur") > 0
    )
    bought = pl.concat([
        contracts.select("customer_id", on="started_on"),
        sales.select("customer_id", on=placed.local_day("occurred_at")),
    ])  # fmt: skip
    years = []
    for month in months[11:]:
        begin = pl.select(pl.lit(month).dt.offset_by("-11mo")).item()
        end = pl.select(pl.lit(month).dt.month_end()).item()
        base = there.filter(pl.col("began") < begin, pl.col("last") >= begin).select(
            "customer_id", began="began"
        )
        stays = there.filter(pl.col("began") <= end, pl.col("last") >= end)["customer_id"]
        buys = bought.filter(pl.col("on").is_between(begin, end))["customer_id"]
        since = 12 * (begin.year - pl.col("joined").dt.year()) + begin.month - pl.col("joined").dt.month()
        years.append(
            base.join(joined, on="customer_id").select(
                "customer_id",
                month=pl.lit(month),
                day=pl.lit(begin),
                retention=100.0 * pl.col("customer_id").is_in(stays.implode()).cast(pl.Float64),
                repeat_purchase=100.0 * pl.col("customer_id").is_in(buys.implode()).cast(pl.Float64),
                months=since,
            )
        )
    percentile = stats.percentileofscore(years[0]["months"], pl.concat(years)["months"], kind="mean")
    frame = pl.concat(years).with_columns(tenure=pl.Series(percentile)).with_row_index("row")
    frame = placed.customer_day(frame, delivery, "row")
    index = sum(weight * pl.col(part) for part, weight in weights.items()) / sum(weights.values())
    return frame.select("segment", "region", "product", day="month", metric_code=pl.lit("loyalty"), y=index)
