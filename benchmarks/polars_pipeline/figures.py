"""From rows with scopes to figures: sums per day and scope, then per period.

Belongs here: what each metric counts, periods, what is hidden. Not here: scopes (placed.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.polars_pipeline.delivered import CODE, Delivery, assumption, seed
from benchmarks.polars_pipeline.placed import (
    CONTACT_SURVEY,
    CUSTOMER_SCOPES,
    EMPLOYEE_SCOPES,
    FOREVER,
    PULSE,
    SCOPES,
    Customers,
    Teams,
    click_survey,
    contact_survey,
    month_number,
    relation_survey,
    sorted_contacts,
    with_customer_scopes,
)

# Headline metrics that the comparison leaves out; the models of the project do make them.
LEFT_OUT = ("sentiment", "loyalty", "responsiveness")
RESOLUTION = timedelta(days=14)
FIRST_CONTACTS = "forward_resolution_14d"
EVERY = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q"}
# A wave of a survey among all employees belongs to its month.
MONTHLY = ("month", "quarter")
# A part of the organisation has no days.
HAS_DAYS = pl.col("scope_kind") == "organisation"
YEAR = "rolling_12_months"
# Customer and month in one sorted number: more than the months up to the year 9999.
MONTHS = 1 << 17
KEY = ["scope_kind", "scope_key", "period_start"]
WHOLE = pl.lit("all", CODE)


def headline_metrics(landing: Path) -> pl.DataFrame:
    """metric_code, period_grain, period_start, scope_kind, scope_key, n, value (in the unit of the metric).

    n and value are empty below the smallest group. Raises what Polars raises when a file is missing or has other
    columns than the simulated organisation delivers.
    """
    delivery = Delivery(landing)
    customers, teams = Customers(delivery), Teams(delivery)
    at_once(lambda: delivery.customer_ids, lambda: delivery.employees)
    _, contacts, asked, relation, responses, clicks, pulse, sales, labour_months = at_once(
        lambda: (customers.timeline, customers.presence),
        lambda: sorted_contacts(delivery, teams),
        lambda: delivery.contact_survey,
        lambda: delivery.relation_survey,
        lambda: delivery.click_responses,
        lambda: delivery.clicks,
        lambda: teams.with_department(teams.place(delivery.pulse.lazy()).collect()),
        lambda: delivery.transactions,
        lambda: delivery.labour_months,
    )
    contacts = with_customer_scopes(contacts, customers)
    asked, responses, relation, first = at_once(
        partial(contact_survey, asked, contacts, customers, teams),
        partial(click_survey, responses, clicks, contacts, customers, teams),
        partial(relation_survey, relation, customers),
        partial(first_contacts, contacts),
    )
    measured = (contacts, asked, responses, relation, pulse, sales)
    window = Window.around([*(frame["day"] for frame in measured), labour_months])
    found = at_once(
        partial(means, asked, CONTACT_SURVEY, SCOPES, teams, window),
        partial(means, responses, ["emo_click_employee"], SCOPES, teams, window),
        partial(means, relation, ["nps_relation"], CUSTOMER_SCOPES, teams, window),
        partial(means, pulse, PULSE, EMPLOYEE_SCOPES, teams, window, MONTHLY),
        partial(means, first, [FIRST_CONTACTS], SCOPES, teams, window),
        partial(profitability, customers, contacts, sales, window),
        partial(churn, customers, window),
    )
    return published([figure for figures in found for figure in figures])


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """The results of tasks that do not need each other. Many steps of Polars use one core; they fill the others."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]


@dataclass(frozen=True)
class Window:
    """First and last day on which anything was measured."""

    first: date
    last: date

    @classmethod
    def around(cls, days: Sequence[pl.Series]) -> Window:
        return cls(min(series.min() for series in days), max(series.max() for series in days))

    @property
    def months(self) -> tuple[int, int]:
        """Numbers of the first and the last month."""
        return tuple(day.year * 12 + day.month - 1 for day in (self.first, self.last))

    @property
    def periods(self) -> pl.DataFrame:
        """period_grain, period_start, period_end."""
        days = pl.DataFrame({"day": pl.date_range(self.first, self.last, "1d", eager=True)})
        found = [
            days.select(
                period_grain=pl.lit(grain),
                period_start=pl.col("day").dt.truncate(every),
                period_end=pl.col("day").dt.truncate(every).dt.offset_by(every).dt.offset_by("-1d"),
            ).unique()
            for grain, every in EVERY.items()
        ]
        years = found[2].with_columns(
            period_grain=pl.lit(YEAR), period_start=pl.col("period_start").dt.offset_by("-11mo")
        )
        return pl.concat([*found, years])


def means(
    rows: pl.DataFrame,
    metrics: Sequence[str],
    scopes: Sequence[str],
    teams: Teams,
    window: Window,
    grains: Iterable[str] = tuple(EVERY),
) -> list[pl.DataFrame]:
    """Figures of metrics that are (weighted) means over rows."""
    return by_period(sums(rows, metrics, scopes, teams), metrics, grains, window)


def sums(rows: pl.DataFrame, metrics: Sequence[str], scopes: Sequence[str], teams: Teams) -> pl.DataFrame:
    """Per scope and day: observations (<metric>_n), their weight (_w) and the weighted sum (_y)."""
    is_weighted = "weight" in rows.columns
    totals = []
    for metric in metrics:
        y = pl.col(metric)
        weight = pl.col("weight").filter(y.is_not_null()).sum() if is_weighted else y.count().cast(pl.Float64)
        total = (pl.col("weight") * y if is_weighted else y.cast(pl.Float64)).sum()
        totals += [y.count().alias(f"{metric}_n"), weight.alias(f"{metric}_w"), total.alias(f"{metric}_y")]
    lazy, found = rows.lazy(), {}
    for scope in ("organisation", *scopes):
        if scope in rows.columns or scope == "organisation":
            keyed = lazy if scope == "organisation" else lazy.filter(pl.col(scope).is_not_null())
            key = WHOLE if scope == "organisation" else pl.col(scope)
            found[scope] = keyed.group_by(scope_key=key, day="day").agg(totals)
    found = dict(zip(found, pl.collect_all(found.values()), strict=True))
    if "department" in scopes and "department" not in found:
        # A department is the sum of its teams.
        joined = found["team"].join(teams.departments, left_on="scope_key", right_on="team")
        found["department"] = (
            joined.drop("scope_key").group_by(scope_key="department", day="day").agg(pl.all().sum())
        )
    return pl.concat(
        (part.with_columns(scope_kind=pl.lit(scope, CODE)) for scope, part in found.items()), how="diagonal"
    )


def by_period(
    daily: pl.DataFrame, metrics: Sequence[str], grains: Iterable[str], window: Window
) -> list[pl.DataFrame]:
    """Sums per day as figures per metric and period."""
    months = _summed(daily, pl.col("day").dt.truncate("1mo"))
    parts = {}
    sources = {
        "day": daily.filter(HAS_DAYS),
        "week": daily,
        "quarter": months.rename({"period_start": "day"}),
    }
    for grain in grains:
        parts[grain] = (
            months if grain == "month" else _summed(sources[grain], pl.col("day").dt.truncate(EVERY[grain]))
        )
    last = window.last.replace(day=1)
    spread = months.join(pl.DataFrame({"later": range(12)}), how="cross").with_columns(
        end=pl.col("period_start").dt.offset_by(pl.format("{}mo", "later"))
    )
    spread = spread.filter(pl.col("end") <= last).drop("later", "period_start")
    parts[YEAR] = _summed(spread.rename({"end": "day"}), pl.col("day").dt.offset_by("-11mo"))
    return [
        part.select(
            *KEY,
            metric_code=pl.lit(metric),
            period_grain=pl.lit(grain),
            n=f"{metric}_n",
            w=f"{metric}_w",
            y=f"{metric}_y",
        ).filter(pl.col("n") > 0)
        for grain, part in parts.items()
        for metric in metrics
    ]


def _summed(rows: pl.DataFrame, period_start: pl.Expr) -> pl.DataFrame:
    return rows.group_by("scope_kind", "scope_key", period_start=period_start).agg(
        pl.exclude(*KEY, "day").sum()
    )


def first_contacts(contacts: pl.DataFrame) -> pl.DataFrame:
    """Inbound contacts that follow no related one and could be followed long enough: 1 when none followed."""
    last = contacts["started_at"].max()
    rows = contacts.filter(
        pl.col("customer").is_not_null(),
        pl.col("issue_code").is_not_null(),
        (pl.col("direction") == "inbound").fill_null(True),
    ).drop("contact_id", "employee_id", "direction", "handled_seconds")
    issues = rows["issue_code"].unique().cast(pl.String).to_list()
    number = {issue: position for position, issue in enumerate(sorted(issues))}
    related = {(issue, issue) for issue in issues}
    related |= {(row["issue_code"], row["next_issue_code"]) for row in seed("issue_adjacency")}
    pairs = [number[a] * len(number) + number[b] for a, b in related if a in number and b in number]
    issue = rows["issue_code"].replace_strict(number, return_dtype=pl.Int32)
    customer, moment = rows["customer"], rows["started_at"]
    earlier = pl.int_range(rows.height, dtype=pl.UInt32, eager=True)
    follows, is_followed = [], []
    for step in count(1):
        earlier = earlier.filter(earlier < rows.height - step)
        later = earlier + step
        near = (customer.gather(earlier) == customer.gather(later)) & (
            moment.gather(later) - moment.gather(earlier) <= RESOLUTION
        )
        earlier = earlier.filter(near)
        if earlier.is_empty():
            break
        is_related = (issue.gather(earlier) * len(number) + issue.gather(earlier + step)).is_in(pairs)
        is_followed.append(earlier.filter(is_related))
        follows.append(earlier.filter(is_related) + step)
    marks = pl.DataFrame(
        {"follows": _marked(follows, rows.height), "is_followed": _marked(is_followed, rows.height)}
    )
    rows = rows.hstack(marks).filter(~pl.col("follows"), pl.col("started_at") + RESOLUTION <= last)
    return rows.with_columns((~pl.col("is_followed")).cast(pl.Int8).alias(FIRST_CONTACTS))


def _marked(rows: list[pl.Series], height: int) -> pl.Series:
    marks = pl.repeat(False, height, eager=True)
    return marks.scatter(pl.concat(rows), True) if rows else marks


def profitability(
    customers: Customers, contacts: pl.DataFrame, sales: pl.DataFrame, window: Window
) -> list[pl.DataFrame]:
    """Profit per customer with a contract; months are its finest grain."""
    pieces = customer_months(customers, window)
    begin, end = month_number("start"), month_number("last")
    paid = (
        customers.in_force.select(
            "customer", "start", last=customers.last_day, fee=pl.col("fee") - pl.col("cost")
        )
        .join(pieces, on="customer")
        .with_columns(
            begin=begin, end=end, low=pl.max_horizontal("low", begin), high=pl.min_horizontal("high", end + 1)
        )
        .filter(pl.col("low") < pl.col("high"))
    )
    # What the first and the last month miss of a whole one; a month that is both misses both.
    missed_first = (pl.col("start").dt.day() - 1) / pl.col("start").dt.days_in_month()
    missed_last = 1 - pl.col("last").dt.day() / pl.col("last").dt.days_in_month()
    fee, nothing = pl.col("fee"), pl.lit(0.0)
    lasting = [
        pieces.select(*CUSTOMER_SCOPES, month="low", n=pl.lit(1.0), y=nothing),
        pieces.select(*CUSTOMER_SCOPES, month="high", n=pl.lit(-1.0), y=nothing),
        paid.select(*CUSTOMER_SCOPES, month="low", n=nothing, y=fee),
        paid.select(*CUSTOMER_SCOPES, month="high", n=nothing, y=-fee),
    ]
    once = [
        paid.filter(begin == pl.col("low")).select(*CUSTOMER_SCOPES, month="low", y=-fee * missed_first),
        paid.filter(end == pl.col("high") - 1).select(*CUSTOMER_SCOPES, month="end", y=-fee * missed_last),
        _in_pieces(sales.sort("customer", "day"), pieces),
        _in_pieces(_cost_to_serve(contacts), pieces),
    ]
    first, last = window.months
    months = pl.DataFrame({"month": pl.int_range(first, last + 1, dtype=pl.Int32, eager=True)})
    keys = ["scope_kind", "scope_key"]
    lasts, happens = _by_scope(_total(lasting, "month"), "month"), _by_scope(_total(once, "month"), "month")
    grid = lasts.select(keys).unique().join(months, how="cross")
    found = (
        grid.join(lasts, on=[*keys, "month"], how="left")
        .sort("month")
        .with_columns(pl.col("n", "y").fill_null(0).cum_sum().over(keys))
    )
    found = found.join(happens, on=[*keys, "month"], how="left", suffix="_once").filter(pl.col("n") > 0)
    metric = "customer_profitability"
    monthly = found.select(
        *keys,
        pl.col("n").alias(f"{metric}_n"),
        pl.col("n").alias(f"{metric}_w"),
        (pl.col("y") + pl.col("y_once").fill_null(0)).alias(f"{metric}_y"),
        day=pl.date(pl.col("month") // 12, pl.col("month") % 12 + 1, 1),
    )
    return by_period(monthly, [metric], ["month", "quarter"], window)


def customer_months(customers: Customers, window: Window) -> pl.DataFrame:
    """customer, low, high, segment, region, product: months low to high - 1 of a spell in which these held.

    A month belongs where the customer was on its first day, the first month of a spell where the customer was when
    it began. A month that an earlier spell also reaches belongs to the earlier one.
    """
    first, last = window.months
    begin = month_number("start")

    def from_month(day: str) -> pl.Expr:
        whole = month_number(day) + (pl.col(day).dt.day() > 1)
        return pl.when(pl.col(day) <= pl.col("start")).then(begin).otherwise(whole)

    return customers.presence.select(
        "customer",
        *CUSTOMER_SCOPES,
        low=pl.max_horizontal(from_month("from"), begin + pl.col("is_shared"), first),
        high=pl.min_horizontal(from_month("to"), month_number("last") + 1, last + 1),
    ).filter(pl.col("low") < pl.col("high"))


def _cost_to_serve(contacts: pl.DataFrame) -> pl.DataFrame:
    """customer, day, eur (negative) of every contact of a known customer."""
    costs = {row["channel"]: float(row["cost_per_contact_eur"]) for row in seed("channel_costs")}
    per_contact = pl.col("channel").replace_strict(costs, default=0.0, return_dtype=pl.Float64)
    rate = assumption("labour_rate_eur_per_hour") / 3600
    return contacts.filter(pl.col("customer").is_not_null()).select(
        "customer", "day", eur=-(pl.col("handled_seconds").fill_null(0) * rate + per_contact)
    )


def _in_pieces(amounts: pl.DataFrame, pieces: pl.DataFrame) -> pl.DataFrame:
    """Scopes, month and y of amounts (customer, day, eur; in this order) in a month in which there was a contract."""
    key = pl.col("customer").cast(pl.Int64) * MONTHS
    versions = pieces.select(*CUSTOMER_SCOPES, "high", owner="customer", key=key + pl.col("low"))
    rows = (
        amounts.lazy()
        .select("customer", "eur", month=month_number("day"))
        .with_columns(key=key + pl.col("month"))
    )
    found = rows.collect().set_sorted("key").join_asof(versions.sort("key"), on="key")
    found = found.lazy().filter(pl.col("owner") == pl.col("customer"), pl.col("month") < pl.col("high"))
    return found.group_by(*CUSTOMER_SCOPES, "month").agg(y=pl.col("eur").sum()).collect()


def _total(parts: list[pl.DataFrame], moment: str) -> pl.DataFrame:
    """Sums per combination of scopes and moment."""
    grouped = [part.lazy().group_by(*CUSTOMER_SCOPES, moment).agg(pl.all().sum()) for part in parts]
    return pl.concat(grouped).group_by(*CUSTOMER_SCOPES, moment).agg(pl.all().sum()).collect()


def _by_scope(totals: pl.DataFrame, moment: str) -> pl.DataFrame:
    """The same per scope_kind, scope_key and moment; without a key a row counts in the whole only."""
    parts = []
    for scope in ("organisation", *CUSTOMER_SCOPES):
        key = WHOLE if scope == "organisation" else pl.col(scope)
        part = totals.with_columns(scope_kind=pl.lit(scope, CODE), scope_key=key).drop(CUSTOMER_SCOPES)
        parts.append(part.filter(pl.col("scope_key").is_not_null()))
    return pl.concat(parts).group_by("scope_kind", "scope_key", moment).agg(pl.all().sum())


def churn(customers: Customers, window: Window) -> list[pl.DataFrame]:
    """Customers present at the start of a period (n, w) and those of them lost in it (y)."""
    periods, keys = window.periods, ["scope_kind", "scope_key"]
    presence = customers.presence
    after = (
        pl.when(pl.col("last") < pl.lit(FOREVER)).then(pl.col("last") + timedelta(days=1)).otherwise("last")
    )
    # What changed before the first period is there at its start.
    earliest = periods["period_start"].min()
    held = presence.select(
        *CUSTOMER_SCOPES,
        enters=pl.max_horizontal(pl.col("start") + timedelta(days=1), "from", pl.lit(earliest)),
        leaves=pl.min_horizontal(after, "to"),
    ).filter(pl.col("enters") < pl.col("leaves"))
    changes = [
        held.select(*CUSTOMER_SCOPES, day="enters", n=pl.lit(1)),
        held.select(*CUSTOMER_SCOPES, day="leaves", n=pl.lit(-1)),
    ]
    changes = _by_scope(_total(changes, "day"), "day")
    starts = periods.select(day="period_start").unique()
    grid = changes.select(keys).unique().join(starts, how="cross").select(*keys, "day", n=pl.lit(0))
    present = (
        pl.concat([changes, grid.cast(changes.schema)])
        .group_by(*keys, "day")
        .agg(pl.col("n").sum())
        .sort("day")
    )
    present = present.with_columns(pl.col("n").cum_sum().over(keys)).filter(pl.col("n") > 0)

    ended = presence.filter(pl.col("last") < pl.lit(FOREVER), pl.col("last") >= earliest)
    starts = {grain: pl.col("last").dt.truncate(every) for grain, every in EVERY.items()}
    parts = [ended.with_columns(period_grain=pl.lit(grain), day=start) for grain, start in starts.items()]
    years = ended.join(pl.DataFrame({"before": range(12)}), how="cross").with_columns(
        period_grain=pl.lit(YEAR), day=starts["month"].dt.offset_by(pl.format("-{}mo", "before"))
    )
    parts.append(years.drop("before"))
    lost = [
        part.filter(
            pl.col("start") < pl.col("day"), pl.col("from") <= pl.col("day"), pl.col("day") < pl.col("to")
        ).select(*CUSTOMER_SCOPES, pl.struct("period_grain", "day").alias("period"), y=pl.lit(1))
        for part in parts
    ]
    lost = _by_scope(_total(lost, "period"), "period").unnest("period")
    found = periods.join(present, left_on="period_start", right_on="day")
    found = found.join(
        lost,
        left_on=[*keys, "period_grain", "period_start"],
        right_on=[*keys, "period_grain", "day"],
        how="left",
    )
    figures = found.select(
        *KEY, "period_grain", metric_code=pl.lit("churn"), n="n", w="n", y=pl.col("y").fill_null(0)
    )
    return [figures.filter(HAS_DAYS | (pl.col("period_grain") != "day"))]


def published(figures: list[pl.DataFrame]) -> pl.DataFrame:
    """The figures in the unit of their metric, empty where too few observations are behind them."""
    units = {
        row["metric_code"]: 100.0 if row["unit"] in ("percent", "nps_points") else 1.0
        for row in seed("metrics")
    }
    types = {"n": pl.Int64, "w": pl.Float64, "y": pl.Float64}
    columns = ["metric_code", "period_grain", *KEY, *types]
    is_shown = pl.col("n") >= assumption("hidden_below_n")
    value = pl.col("metric_code").replace_strict(units, return_dtype=pl.Float64) * pl.col("y") / pl.col("w")
    return pl.concat([part.select(columns).cast(types) for part in figures]).select(
        "metric_code",
        "period_grain",
        "period_start",
        pl.col("scope_kind", "scope_key").cast(pl.String),
        n=pl.when(is_shown).then("n"),
        value=pl.when(is_shown).then(value),
    )
