"""Rows that count: the raw files with only the columns that are needed, by the rules of the input contract.

Belongs here: reading, accepting, the last delivery of a key. Not here: scopes (placed.py) and metrics (figures.py).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import polars as pl

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
ZONE = "Europe/Amsterdam"
CODE = pl.Categorical()
ISO, DUTCH = "%Y-%m-%d", "%d-%m-%Y"
TRUTHS = ("true", "t", "1", "yes", "y", "ja", "j", "false", "f", "0", "no", "n", "nee")


def seed(name: str) -> list[dict[str, str]]:
    """Rows of a seed, as text."""
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def assumption(code: str) -> float:
    """One value of seeds/assumptions.csv."""
    return next(float(row["value"]) for row in seed("assumptions") if row["assumption_code"] == code)


def local_day(moment: str) -> pl.Expr:
    """The date of a UTC moment on the organisation's clock."""
    return pl.col(moment).dt.convert_time_zone(ZONE).dt.date()


def last_deliveries(rows: pl.DataFrame, *keys: str) -> pl.LazyFrame:
    """`rows` without those whose key occurs again at a higher `row`.

    Only rows with a repeated key are looked at twice: `unique` on all rows takes three times as long.
    """
    repeated = rows.lazy().group_by(keys).len().filter(pl.col("len") > 1).collect(engine="streaming")
    if repeated.is_empty():
        return rows.lazy()
    again = rows.lazy().select("row", *keys).join(repeated.lazy(), on=keys, how="semi")
    replaced = again.filter(pl.col("row") < pl.col("row").max().over(keys)).collect()["row"]
    return rows.lazy().filter(~pl.col("row").is_in(replaced.implode()))


@dataclass(frozen=True)
class Item:
    """A survey item: how its text becomes a number on its scale, and what that counts for its metric."""

    column: str
    code: str
    metric: str
    estimator: str
    blanks: tuple[str, ...]
    low: float
    high: float
    favourable_from: float
    unfavourable_to: float
    is_integer: bool
    is_reversed: bool

    def value(self, text: pl.Expr) -> pl.Expr:
        """The number on the scale; null without an answer or when it is not on the scale."""
        number = text.cast(pl.Float64, strict=False)
        on_scale = number.is_between(self.low, self.high) & ~text.is_in(self.blanks)
        if self.is_integer:
            on_scale &= number == number.floor()
        return pl.when(on_scale).then(self.low + self.high - number if self.is_reversed else number)

    def is_accepted(self, text: pl.Expr) -> pl.Expr:
        """On the scale or a known code for no answer: such an answer replaces an earlier one."""
        return (text.is_in(self.blanks) | self.value(text).is_not_null()).fill_null(False)

    def counted(self, text: pl.Expr) -> pl.Expr:
        """Itself for a mean, 1 or 0 for a share, 1, 0 or -1 for a net share."""
        value = self.value(text)
        favourable = (value >= self.favourable_from).cast(pl.Int8)
        if self.estimator == "mean":
            return value
        if self.estimator == "proportion":
            return favourable
        return favourable - (value <= self.unfavourable_to).cast(pl.Int8)


def items(survey_code: str, metric_code: str) -> list[Item]:
    """The items of a survey that feed a metric."""
    scales = {row["scale_id"]: row for row in seed("scales")}
    estimators = {row["metric_code"]: row["estimator"] for row in seed("metrics")}
    found = [row for row in seed("survey_items") if row["survey_code"] == survey_code]
    return [
        Item(
            column=row["column_name"],
            code=row["item_code"],
            metric=metric_code,
            estimator=estimators[metric_code],
            blanks=tuple(filter(None, f"{row['missing_codes']}|{row['not_applicable_codes']}".split("|"))),
            low=float(scale["minimum"]),
            high=float(scale["maximum"]),
            favourable_from=float(scale["top_box_minimum"]),
            unfavourable_to=float(scale["bottom_box_maximum"]),
            is_integer=scale["is_integer"] == "true",
            is_reversed=row["is_reversed"] == "true",
        )
        for row in found
        if row["metric_code"] == metric_code
        for scale in [scales[row["scale_id"]]]
    ]


@dataclass(frozen=True)
class Delivery:
    """The landing folder of a simulated organisation. What is read once is not kept: memory is the limit."""

    landing: Path

    def paths(self, table: str) -> list[Path]:
        """The files of a table in the order in which later ones replace earlier ones."""
        folder = self.landing / table
        return sorted(folder.iterdir()) if folder.is_dir() else sorted(folder.parent.glob(f"{folder.name}.*"))

    def parquet(self, table: str, *columns: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.paths(table)).select(columns)

    def csv(self, table: str, *columns: str, separator: str = ",") -> pl.LazyFrame:
        """Text; empty cells are null. No column that is read holds anything beyond ASCII, no cell is padded."""
        rows = pl.scan_csv(self.paths(table), separator=separator, infer_schema=False, encoding="utf8-lossy")
        return rows.rename(str.strip, strict=False).select(columns)

    @cached_property
    def latest(self) -> date:
        """What lies behind this day is in the future. One day of grace, for files from another time zone."""
        return datetime.now(UTC).date() + timedelta(days=1)

    def day(
        self, name: str, form: str = ISO, *, required: bool = False, may_be_future: bool = False
    ) -> pl.Expr:
        """Whether the text is a usable date."""
        parsed = pl.col(name).str.to_date(form, strict=False)
        usable = parsed.is_not_null() if may_be_future else (parsed <= self.latest).fill_null(False)
        return usable if required else usable | pl.col(name).is_null()

    def amount(self, name: str, maximum: float | None = None) -> pl.Expr:
        """Whether the text is empty or a number that is not negative, with a decimal point or comma."""
        number = pl.col(name).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        return pl.col(name).is_null() | number.is_between(0, maximum or float("inf")).fill_null(False)

    @cached_property
    def customers(self) -> pl.DataFrame:
        """customer_id, valid_from, segment, region: one row per version."""
        rows = self.csv(
            "crm/customers",
            *("customer_id", "valid_from", "acquired_on", "segment", "region", "language"),
            *("consents_to_contact", "consents_to_publication"),
        )
        rows = rows.filter(
            pl.col("customer_id").is_not_null(),
            self.day("acquired_on", required=True),
            self.day("valid_from"),
            pl.col("language").is_in(["nl", "en", "other"]).fill_null(True),
            *(
                pl.col(name).str.to_lowercase().is_in(TRUTHS).fill_null(True)
                for name in ("consents_to_contact", "consents_to_publication")
            ),
        ).with_row_index("row")
        rows = rows.select(
            "row",
            "customer_id",
            pl.coalesce("valid_from", "acquired_on").str.to_date(ISO).alias("valid_from"),
            pl.col("segment", "region").cast(CODE),
        )
        return (
            last_deliveries(rows.collect(engine="streaming"), "customer_id", "valid_from")
            .drop("row")
            .collect()
        )

    @cached_property
    def customer_ids(self) -> pl.LazyFrame:
        """customer_id, customer (0, 1, …)."""
        return self.customers.select(pl.col("customer_id").unique()).with_row_index("customer").lazy()

    @cached_property
    def contracts(self) -> pl.DataFrame:
        """customer, contract_id, product, start, end (the day after the last in force), fee, cost per month."""
        rows = self.csv(
            "crm/contracts",
            *(
                "contract_id",
                "customer_id",
                "product",
                "started_on",
                "ended_on",
                "monthly_fee_eur",
                "monthly_cost_eur",
            ),
        )
        rows = (
            rows.filter(
                pl.col("contract_id").is_not_null(),
                self.day("started_on", required=True),
                self.day("ended_on", may_be_future=True),
                self.amount("monthly_fee_eur"),
                self.amount("monthly_cost_eur"),
            )
            .with_row_index("row")
            .join(self.customer_ids, on="customer_id")
            .select(
                "row",
                "customer",
                "contract_id",
                pl.col("product").cast(CODE),
                start=pl.col("started_on").str.to_date(ISO),
                end=pl.col("ended_on").str.to_date(ISO),
                fee=pl.col("monthly_fee_eur").cast(pl.Float64).fill_null(0),
                cost=pl.col("monthly_cost_eur").cast(pl.Float64).fill_null(0),
            )
        )
        return last_deliveries(rows.collect(engine="streaming"), "contract_id").drop("row").collect()

    @property
    def transactions(self) -> pl.DataFrame:
        """customer, day, eur: revenue minus direct cost."""
        rows = (
            self.parquet(
                "crm/transactions",
                "transaction_id",
                "customer_id",
                "occurred_at",
                "revenue_eur",
                "direct_cost_eur",
            )
            .filter(pl.col("transaction_id").is_not_null(), pl.col("occurred_at") <= self._latest_moment)
            .with_row_index("row")
            .join(self.customer_ids, on="customer_id")
            .select(
                "row",
                "transaction_id",
                "customer",
                day=local_day("occurred_at"),
                eur=pl.col("revenue_eur").fill_null(0) - pl.col("direct_cost_eur").fill_null(0),
            )
        )
        return last_deliveries(rows.collect(engine="streaming"), "transaction_id").drop("row").collect()

    @property
    def _latest_moment(self) -> datetime:
        return datetime(self.latest.year, self.latest.month, self.latest.day, tzinfo=UTC)

    @property
    def contacts(self) -> pl.LazyFrame:
        """contact_id, customer (null: not known who), employee_id, channel, direction, journey, issue_code, product,
        started_at, day, handled_seconds; in no particular order.
        """
        counts = pl.col("waited_seconds", "handled_seconds", "transfer_count", "reopen_count")
        rows = (
            self.parquet(
                "crm/contacts",
                *(
                    "contact_id",
                    "customer_id",
                    "employee_id",
                    "channel",
                    "direction",
                    "journey",
                    "issue_code",
                ),
                *("product", "started_at", "resolved_at", "waited_seconds", "handled_seconds"),
                *("transfer_count", "reopen_count"),
            )
            .filter(
                pl.col("contact_id").is_not_null(),
                pl.col("started_at") <= self._latest_moment,
                (pl.col("resolved_at") <= self._latest_moment).fill_null(True),
                pl.all_horizontal((counts >= 0).fill_null(True)),
                ((pl.col("direction") == "inbound") | (pl.col("direction") == "outbound")).fill_null(True),
            )
            .with_row_index("row")
            .join(self.customer_ids, on="customer_id", how="left")
            .filter(pl.col("customer").is_not_null() | pl.col("customer_id").is_null())
            .select(
                *(
                    "row",
                    "contact_id",
                    "customer",
                    "employee_id",
                    "channel",
                    "direction",
                    "journey",
                    "issue_code",
                ),
                *("product", "started_at", "handled_seconds"),
                day=local_day("started_at"),
            )
        )
        return last_deliveries(rows.collect(engine="streaming"), "contact_id").drop("row")

    @cached_property
    def employees(self) -> pl.DataFrame:
        """employee_id, hired_on, left_on."""
        rows = self.csv("hr/employees", "employee_id", "hired_on", "left_on", "fte", separator=";").filter(
            pl.col("employee_id").is_not_null(),
            self.day("hired_on", DUTCH, required=True),
            self.day("left_on", DUTCH, may_be_future=True),
            self.amount("fte", maximum=1.5),
        )
        rows = rows.unique("employee_id", keep="last").select(
            "employee_id", pl.col("hired_on", "left_on").str.to_date(DUTCH)
        )
        return rows.collect()

    @cached_property
    def teams(self) -> pl.DataFrame:
        """team_id, parent_team_id."""
        rows = self.csv("hr/teams", "team_id", "team_name", "parent_team_id", separator=";")
        rows = rows.filter(pl.col("team_id").is_not_null(), pl.col("team_name").is_not_null())
        return rows.unique("team_id", keep="last").select("team_id", "parent_team_id").collect()

    @cached_property
    def team_memberships(self) -> pl.DataFrame:
        """employee_id, team_id, valid_from, valid_to."""
        rows = self.csv(
            "hr/team_memberships", "employee_id", "team_id", "valid_from", "valid_to", separator=";"
        ).filter(
            self.day("valid_from", DUTCH, required=True), self.day("valid_to", DUTCH, may_be_future=True)
        )
        rows = rows.with_columns(pl.col("valid_from", "valid_to").str.to_date(DUTCH))
        known = rows.join(self.employees.lazy(), on="employee_id", how="semi", maintain_order="left")
        known = known.join(self.teams.lazy(), on="team_id", how="semi", maintain_order="left")
        return known.unique(["employee_id", "valid_from"], keep="last").collect()

    @property
    def labour_months(self) -> pl.Series:
        """The months that labour was paid in."""
        rows = self.csv(
            "hr/labour_costs", "employee_id", "month", "cost_eur", "worked_hours", separator=";"
        ).filter(
            self.day("month", DUTCH, required=True),
            pl.col("cost_eur").is_not_null(),
            self.amount("cost_eur"),
            self.amount("worked_hours"),
        )
        known = rows.join(self.employees.lazy(), on="employee_id", how="semi")
        return known.select(pl.col("month").str.to_date(DUTCH).unique()).collect().to_series()

    @property
    def contact_survey(self) -> pl.DataFrame:
        """row, response_id, contact_id, customer, day, is_usable, and the text of the items by metric."""
        metrics = {"NPS": "nps_transaction", "CES": "ces", "Klik": "emo_click_customer", "CSAT": "csat"}
        rows = self.csv(
            "survey/exports/contact_survey",
            "ResponseNr",
            "ContactNr",
            "KlantNr",
            "Ingevuld op",
            *metrics,
            separator=";",
        ).rename(
            {"ResponseNr": "response_id", "ContactNr": "contact_id", "KlantNr": "customer_id", **metrics}
        )
        day = pl.col("Ingevuld op").str.to_datetime("%d-%m-%Y %H:%M", strict=False).dt.date()
        return self._wide(rows.with_columns(day=day), "contact_id", *metrics.values())

    @property
    def relation_survey(self) -> pl.DataFrame:
        """row, response_id, customer, weight, day, is_usable, and the text of the item by metric."""
        rows = self.csv(
            "survey/exports/relation_survey",
            "respondent_no",
            "customer_id",
            "completed_at",
            "weight",
            "recommend",
        ).rename({"respondent_no": "response_id", "recommend": "nps_relation"})
        day = pl.col("completed_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).dt.date()
        rows = rows.with_columns(
            day=pl.when(self.amount("weight")).then(day),
            weight=pl.col("weight").cast(pl.Float64, strict=False).fill_null(1),
        )
        return self._wide(rows, "weight", "nps_relation")

    def _wide(self, rows: pl.LazyFrame, *columns: str) -> pl.DataFrame:
        """Rows of an export with an id: one that is not usable itself can still hold answers of a usable response."""
        rows = rows.filter(pl.col("response_id").is_not_null()).with_row_index("row")
        rows = rows.join(self.customer_ids, on="customer_id", how="left")
        is_known = pl.col("customer").is_not_null() | pl.col("customer_id").is_null()
        is_usable = is_known & (pl.col("day") <= self.latest).fill_null(False)
        rows = rows.select("row", "response_id", "customer", *columns, "day", is_usable=is_usable)
        return rows.collect(engine="streaming")

    @property
    def click_responses(self) -> pl.DataFrame:
        """row, response_id, contact_id, employee_id, channel, day."""
        rows = self.parquet(
            "survey/responses",
            *(
                "response_id",
                "survey_code",
                "respondent_kind",
                "respondent_id",
                "contact_id",
                "submitted_at",
                "channel",
            ),
        ).filter(
            pl.col("response_id").is_not_null(),
            pl.col("survey_code") == "employee_click",
            pl.col("respondent_kind") == "employee",
            pl.col("submitted_at") <= self._latest_moment,
        )
        rows = rows.rename({"respondent_id": "employee_id"}).with_row_index("row")
        rows = rows.join(self.employees.lazy(), on="employee_id", how="semi").select(
            *("row", "response_id", "contact_id", "employee_id"),
            pl.col("channel").cast(CODE),
            day=local_day("submitted_at"),
        )
        return rows.collect(engine="streaming")

    @property
    def clicks(self) -> pl.DataFrame:
        """response_id, emo_click_employee."""
        (item,) = items("employee_click", "emo_click_employee")
        text = pl.col("raw_value")
        rows = (
            self.parquet("survey/answers", "response_id", "item_code", "raw_value")
            .filter(pl.col("item_code") == item.code, item.is_accepted(text))
            .with_row_index("row")
            .select("row", "response_id", emo_click_employee=item.counted(text))
        )
        return last_deliveries(rows.collect(engine="streaming"), "response_id").drop("row").collect()

    @property
    def pulse(self) -> pl.DataFrame:
        """response_id, employee_id, day and the metrics: a row per response."""
        columns = ("response", "employee", "answered_at", "question", "value")
        rows = pl.scan_ndjson(
            self.paths("survey/exports/employee_pulse"), schema=dict.fromkeys(columns, pl.String)
        )
        rows = rows.filter(pl.col("response").is_not_null(), pl.col("value").is_not_null()).with_row_index(
            "row"
        )
        facets, single = items("employee_pulse", "engagement_score"), ("esat", "enps", "eces")
        asked = [*facets, *(item for metric in single for item in items("employee_pulse", metric))]
        text = pl.col("value")
        is_of = {item: pl.col("question") == item.column for item in asked}
        answers = rows.filter(pl.any_horizontal(of & item.is_accepted(text) for item, of in is_of.items()))
        answers = answers.select(
            *("row", "response", "question"),
            y=pl.coalesce(
                pl.when(of).then(item.counted(text).cast(pl.Float64)) for item, of in is_of.items()
            ),
        )
        y, is_facet = pl.col("y"), pl.col("question").is_in([item.column for item in facets])
        scores = (
            last_deliveries(answers.collect(engine="streaming"), "response", "question")
            .group_by("response")
            .agg(
                *(
                    y.filter(of).first().alias(item.metric)
                    for item, of in is_of.items()
                    if item not in facets
                ),
                engagement_score=y.filter(is_facet).mean(),
                facet_count=y.filter(is_facet).count(),
            )
        )
        enough = pl.col("facet_count") >= assumption("engagement_minimum_facets")
        # The first row that says it speaks for the response.
        responses = rows.group_by("response", maintain_order=True).agg(
            pl.col("employee", "answered_at").drop_nulls().first()
        )
        moment = pl.col("answered_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", strict=False)
        responses = (
            responses.with_columns(moment=moment)
            .filter(pl.col("moment") <= self._latest_moment)
            .join(self.employees.lazy(), left_on="employee", right_on="employee_id", how="semi")
        )
        return (
            responses.select("response", employee_id="employee", day=local_day("moment"))
            .join(scores, on="response", how="left")
            .with_columns(engagement_score=pl.when(enough).then("engagement_score"))
            .collect()
        )
