"""Where rows belong: the segment, region, product and team of the day, and presence by these.

Belongs here: timelines, contacts and responses with their scopes. Not here: reading (delivered.py) and sums
(figures.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

import polars as pl

from benchmarks.polars_pipeline.delivered import CODE, Delivery, Item, assumption, items, last_deliveries

BEGINNING, FOREVER = date(1900, 1, 1), date(9999, 12, 31)
# Customer and day in one sorted number: more than the days from BEGINNING to FOREVER.
DAYS = 1 << 22
CUSTOMER_SCOPES = ("segment", "region", "product")
EMPLOYEE_SCOPES = ("department", "team")
SCOPES = (*EMPLOYEE_SCOPES, *CUSTOMER_SCOPES, "channel", "journey")
CONTACT_SURVEY = ("nps_transaction", "ces", "emo_click_customer", "csat")
PULSE = ("esat", "enps", "eces", "engagement_score")


BEGIN = pl.col("customer").cast(pl.Int64) * DAYS


def at(day: str) -> pl.Expr:
    """A key that sorts by customer, then day."""
    return BEGIN + (pl.col(day) - pl.lit(BEGINNING)).dt.total_days()


def month_number(day: str | pl.Expr) -> pl.Expr:
    """Months since the year 0."""
    day = pl.col(day) if isinstance(day, str) else day
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month() - 1


def as_of(rows: pl.DataFrame, versions: pl.DataFrame, key: str = "key") -> pl.DataFrame:
    """`versions` in force at `key`. Both are sorted by it and every customer of `rows` has a version from BEGINNING."""
    return rows.set_sorted(key).join_asof(versions.set_sorted(key), on=key)


def is_first(column: str) -> pl.Expr:
    """The first row with its value, in a sorted column."""
    return (pl.col(column) != pl.col(column).shift(1)).fill_null(True)


def distinct(keys: pl.DataFrame) -> pl.DataFrame:
    """Sorted distinct keys. Sorting integers and comparing neighbours costs a quarter of `unique` and sorting."""
    return keys.sort("key").filter(is_first("key"))


class Customers:
    """Segment, region and product of a customer by day, and the spells in which there is a contract."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery

    @cached_property
    def in_force(self) -> pl.DataFrame:
        """The contracts that were in force on any day; end is FOREVER while one runs."""
        contracts = self.delivery.contracts.with_columns(pl.col("end").fill_null(FOREVER))
        return contracts.filter(pl.col("end") > pl.col("start"))

    @cached_property
    def timeline(self) -> pl.DataFrame:
        """key, customer, from, to, segment, region, product: without gaps from BEGINNING to FOREVER, in order."""
        versions = self.delivery.customers.lazy().join(self.delivery.customer_ids, on="customer_id")
        versions = (
            versions.select("customer", "segment", "region", key=at("valid_from")).collect().sort("key")
        )
        # The first version also holds for what happened before it.
        versions = versions.select(
            "segment", "region", key=pl.when(is_first("customer")).then(BEGIN).otherwise("key")
        )
        products = self._products
        breaks = distinct(pl.concat([versions.select("key"), products.select("key")]))
        joined = as_of(as_of(breaks, versions), products)
        joined = joined.with_columns(
            customer=(pl.col("key") // DAYS).cast(pl.UInt32),
            **{"from": pl.lit(BEGINNING) + pl.duration(days=pl.col("key") % DAYS)},
        )
        follows = pl.col("customer") == pl.col("customer").shift(-1)
        return joined.with_columns(
            to=pl.when(follows).then(pl.col("from").shift(-1)).otherwise(pl.lit(FOREVER))
        )

    @property
    def _products(self) -> pl.DataFrame:
        """key, product: from every day on which a contract begins or ends the one with the highest fee, or none."""
        contracts = self.in_force.filter(pl.col("product").is_not_null())
        turns = distinct(pl.concat([contracts.select(key=at("start")), contracts.select(key=at("end"))]))
        best = (
            turns.lazy()
            .with_columns(customer=(pl.col("key") // DAYS).cast(pl.UInt32))
            .join(
                contracts.lazy().select(
                    *("customer", "fee", "start", "contract_id", "product"), begin=at("start"), stop=at("end")
                ),
                on="customer",
            )
            .filter(pl.col("begin") <= pl.col("key"), pl.col("key") < pl.col("stop"))
            .select("key", "fee", "start", "contract_id", "product")
            .collect(engine="streaming")
            .sort("key", "fee", "start", "contract_id", descending=[False, True, False, False])
        )
        best = best.filter(is_first("key")).select("key", "product", found="key")
        # A turn that finds nothing of its own day is the end of the last contract.
        turns = as_of(turns, best)
        turns = turns.select("key", product=pl.when(pl.col("found") == pl.col("key")).then("product"))
        begins = self.delivery.customer_ids.select(key=BEGIN, product=pl.lit(None, CODE)).collect()
        return pl.concat([turns, begins]).sort("key")

    @property
    def last_day(self) -> pl.Expr:
        """The last day of a contract in force, FOREVER while it runs."""
        is_open = pl.col("end") == pl.lit(FOREVER)
        return pl.when(is_open).then("end").otherwise(pl.col("end") - timedelta(days=1))

    @cached_property
    def spells(self) -> pl.DataFrame:
        """customer, start, last (FOREVER while it lasts), is_shared: another spell ended in the month of the start.

        A short gap between contracts continues a spell.
        """
        grace = timedelta(days=assumption("switch_grace_days") + 1)
        rows = self.in_force.select("customer", "start", last=self.last_day).sort("customer", "start")
        # The running maximum starts again by itself, because a next customer has higher keys.
        rows = rows.with_columns(covered=at("last").cum_max().shift(1))
        is_new = (pl.col("covered") // DAYS != pl.col("customer")).fill_null(True)
        reached = pl.lit(BEGINNING) + pl.duration(days=pl.col("covered") % DAYS)
        starts = is_new | (pl.col("start") > reached + grace) & (reached != pl.lit(FOREVER))
        rows = rows.with_columns(spell=starts.cum_sum())
        rows = (
            rows.group_by("spell")
            .agg(pl.col("customer", "start").first(), pl.col("last").max())
            .sort("spell")
        )
        before = pl.col("last").shift(1).dt.truncate("1mo")
        is_shared = (pl.col("customer") == pl.col("customer").shift(1)) & (
            before == pl.col("start").dt.truncate("1mo")
        )
        return rows.select("customer", "start", "last", is_shared=is_shared.fill_null(False))

    @cached_property
    def presence(self) -> pl.DataFrame:
        """The columns of a spell, and from, to, segment, region, product within it."""
        pieces = self.spells.join(self.timeline.drop("key"), on="customer")
        return pieces.filter(pl.col("from") <= pl.col("last"), pl.col("to") > pl.col("start"))

    def place(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` (customer, day) with the scopes of the customer on the day, in the order of both."""
        known = rows.filter(pl.col("customer").is_not_null()).with_columns(key=at("day")).sort("key")
        known = as_of(known, self.timeline.select("key", *CUSTOMER_SCOPES)).drop("key")
        return pl.concat([known, rows.filter(pl.col("customer").is_null())], how="diagonal")


class Teams:
    """Team of an employee by day, department of a team."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        parents = dict(delivery.teams.iter_rows())

        def top(team: str) -> str:
            for _ in range(10):
                if parents.get(team) not in parents:
                    break
                team = parents[team]
            return team

        tops = {team: top(team) for team in parents}
        self.departments = pl.DataFrame({"team": tops.keys(), "department": tops.values()}).cast(CODE)

    @cached_property
    def memberships(self) -> pl.LazyFrame:
        """employee_id, team, since, until, and from, to: the days on which no other membership is the latest."""
        rows = self.delivery.team_memberships.sort("employee_id", "valid_from")
        is_first = pl.col("employee_id").is_first_distinct()
        follows = pl.col("employee_id") == pl.col("employee_id").shift(-1)
        rows = rows.select(
            "employee_id",
            team=pl.col("team_id").cast(CODE),
            since=pl.col("valid_from"),
            until=pl.col("valid_to").fill_null(FOREVER),
            **{"from": pl.when(is_first).then(pl.lit(BEGINNING)).otherwise("valid_from")},
            to=pl.when(follows).then(pl.col("valid_from").shift(-1)).otherwise(pl.lit(FOREVER)),
        )
        return rows.lazy()

    def place(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """`rows` (employee_id, day) with the team on the day; exactly one membership is the latest on any day."""
        day = pl.col("day")
        return (
            rows.join(self.memberships, on="employee_id", how="left")
            .filter(pl.col("from").is_null() | ((pl.col("from") <= day) & (day < pl.col("to"))))
            .with_columns(team=pl.when(pl.col("since") <= day, day < pl.col("until")).then("team"))
            .drop("since", "until", "from", "to")
        )

    def with_department(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` (team) with the top of the team's tree."""
        return rows.join(self.departments, on="team", how="left")


def sorted_contacts(delivery: Delivery, teams: Teams) -> pl.DataFrame:
    """The contacts with their team, by customer and time. Those of nobody known come last."""
    rows = teams.place(delivery.contacts)
    return rows.sort("customer", "started_at", "contact_id", nulls_last=True).collect(engine="streaming")


def with_customer_scopes(contacts: pl.DataFrame, customers: Customers) -> pl.DataFrame:
    """`contacts` in their order, with segment, region and product; a product of their own comes first."""
    known = contacts.filter(pl.col("customer").is_not_null()).with_columns(key=at("day"))
    known = as_of(known, customers.timeline.select("key", "segment", "region", in_force="product"))
    known = known.with_columns(product=pl.coalesce("product", "in_force")).drop("key", "in_force")
    return pl.concat([known, contacts.filter(pl.col("customer").is_null())], how="diagonal")


def settled(rows: pl.DataFrame, asked: list[Item]) -> pl.DataFrame:
    """One row per response of a wide export: its last usable row, with the last accepted text of every item."""
    texts = [item.metric for item in asked]
    repeated = rows.lazy().group_by("response_id").len().filter(pl.col("len") > 1).collect(engine="streaming")
    is_repeated = pl.col("response_id").is_in(repeated["response_id"].implode())
    once, again = rows.filter("is_usable", ~is_repeated), rows.filter(is_repeated).sort("row")
    answers = again.group_by("response_id").agg(
        pl.col(item.metric).filter(item.is_accepted(pl.col(item.metric))).last() for item in asked
    )
    last = again.filter("is_usable").unique("response_id", keep="last").drop(texts)
    last = last.join(answers, on="response_id").select(rows.columns)
    return pl.concat([once, last]).with_columns(
        item.counted(pl.col(item.metric)).alias(item.metric) for item in asked
    )


def contact_survey(
    answered: pl.DataFrame, contacts: pl.DataFrame, customers: Customers, teams: Teams
) -> pl.DataFrame:
    """Responses of customers to the survey after a contact: day, scopes, and what the answers count by metric."""
    asked = [items("contact_survey", metric)[0] for metric in CONTACT_SURVEY]
    rows = of_contact(answered, contacts)
    rows = settled(rows.with_columns(is_usable=pl.col("is_usable") & pl.col("is_known")), asked)
    rows = rows.with_columns(customer=pl.coalesce("contact_customer", "customer"))
    return filled(rows.rename({"contact_channel": "channel"}), customers, teams)


def click_survey(
    answered: pl.DataFrame, clicks: pl.DataFrame, contacts: pl.DataFrame, customers: Customers, teams: Teams
) -> pl.DataFrame:
    """Responses of employees about a contact: day, scopes, and emo_click_employee."""
    rows = of_contact(answered, contacts).filter("is_known")
    rows = last_deliveries(rows, "response_id").join(clicks.lazy(), on="response_id", how="left").collect()
    rows = rows.drop("contact_employee").rename({"contact_customer": "customer"})
    return filled(rows.with_columns(channel=pl.coalesce("channel", "contact_channel")), customers, teams)


def relation_survey(answered: pl.DataFrame, customers: Customers) -> pl.DataFrame:
    """Responses of customers to the periodic survey: day, weight, scopes, and nps_relation."""
    return customers.place(settled(answered, items("relation_survey", "nps_relation")))


def of_contact(responses: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """`responses` with the scopes of their contact, and is_known: there is none, or it counts."""
    columns = contacts.lazy().select(
        *("contact_id", "team", "segment", "region", "product", "journey"),
        contact_customer="customer",
        contact_employee="employee_id",
        contact_channel="channel",
        is_known=pl.lit(True),
    )
    joined = responses.lazy().join(columns, on="contact_id", how="left")
    joined = joined.with_columns(
        is_known=pl.col("is_known").fill_null(False) | pl.col("contact_id").is_null()
    )
    return joined.collect(engine="streaming")


def filled(rows: pl.DataFrame, customers: Customers, teams: Teams) -> pl.DataFrame:
    """Scopes that the contact leaves empty are those of customer and employee on the day of the response."""
    scopes = ["team", *CUSTOMER_SCOPES]
    rows = rows.rename({"contact_employee": "employee_id"}, strict=False)
    lacks = pl.any_horizontal(pl.col(scopes).is_null())
    own = {scope: f"own_{scope}" for scope in scopes}
    lacking = rows.filter(lacks).rename(own)
    lacking = customers.place(teams.place(lacking.lazy()).collect()).with_columns(
        pl.coalesce(own[scope], scope).alias(scope) for scope in scopes
    )
    return pl.concat([rows.filter(~lacks), lacking.select(rows.columns)])
