"""Contacts and survey answers with the part of the organisation they belong to, by the definitions alone.

Every frame holds the scope columns of SCOPES; a null there means that the row belongs to no such part.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from tests.metrics.delivered import Delivery

SCOPES = ["department", "team", "segment", "region", "channel", "journey", "product"]


def local_day(moment: str) -> pl.Expr:
    """The date on the clock in Amsterdam."""
    return pl.col(moment).dt.convert_time_zone("Europe/Amsterdam").dt.date()


def with_segment_and_region(frame: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Segment and region of customer_id on `day`; the first version also holds before its own start."""
    versions = delivery.used("customers").select("customer_id", "valid_from", "segment", "region")
    first = pl.col("valid_from") == pl.col("valid_from").min().over("customer_id")
    versions = versions.with_columns(day=pl.when(first).then(pl.date(1900, 1, 1)).otherwise("valid_from"))
    return _as_of(frame, versions.drop("valid_from"), "customer_id")


def with_team(frame: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Team of employee_id on `day` and its department: the top of the team's tree."""
    parents = dict(delivery.used("teams").select("team_id", "parent_team_id").iter_rows())

    def top(team: str) -> str:
        return top(parents[team]) if parents[team] else team

    members = delivery.used("team_memberships").select(
        "employee_id", "valid_to", team="team_id", day="valid_from"
    )
    found = _as_of(frame, members, "employee_id")
    is_member = pl.col("valid_to").is_null() | (pl.col("day") < pl.col("valid_to"))
    found = found.with_columns(team=pl.when(is_member).then("team")).drop("valid_to")
    return found.with_columns(department=pl.col("team").replace({team: top(team) for team in parents}))


def _as_of(frame: pl.DataFrame, versions: pl.DataFrame, key: str) -> pl.DataFrame:
    return frame.sort("day").join_asof(versions.sort("day"), on="day", by=key, check_sortedness=False)


def product_in_force(frame: pl.DataFrame, delivery: Delivery, key: str) -> pl.DataFrame:
    """key and product: of the contracts of customer_id in force on `day` the one with the highest fee."""
    contracts = delivery.used("contracts").select(
        "customer_id", "product", "started_on", "ended_on", "monthly_fee_eur"
    )
    pairs = frame.select(key, "customer_id", "day").join(contracts, on="customer_id")
    pairs = pairs.filter(
        (pl.col("started_on") <= pl.col("day"))
        & (pl.col("ended_on").is_null() | (pl.col("day") < pl.col("ended_on")))
    )
    return pairs.sort("monthly_fee_eur").group_by(key).agg(in_force=pl.col("product").last())


@cache
def contacts(delivery: Delivery) -> pl.DataFrame:
    """Used contacts: their columns, `day` (local date of the start) and scopes as of that day."""
    frame = delivery.used("contacts").with_columns(
        day=local_day("started_at"), direction=pl.col("direction").fill_null("inbound")
    )
    frame = with_team(with_segment_and_region(frame, delivery), delivery)
    frame = frame.join(product_in_force(frame, delivery, "contact_id"), on="contact_id", how="left")
    return frame.with_columns(product=pl.coalesce("product", "in_force")).drop("in_force")


@cache
def responses(delivery: Delivery) -> pl.DataFrame:
    """Used responses: response_id, survey_code, respondent_kind, customer_id, weight, day and scopes.

    What is about a contact has the contact's scopes.
    """
    rows = delivery.used("responses").with_columns(
        day=local_day("submitted_at"), weight=pl.col("weight").fill_null(1.0)
    )
    tied = rows.filter(pl.col("contact_id").is_not_null())
    tied = tied.drop(SCOPES, strict=False).join(
        contacts(delivery).select("contact_id", "customer_id", *SCOPES), on="contact_id"
    )
    loose = rows.filter(pl.col("contact_id").is_null()).drop("segment", "region")
    of_customers = with_segment_and_region(_respondents(loose, "customer"), delivery)
    in_force = product_in_force(of_customers, delivery, "response_id")
    of_customers = of_customers.drop("product").join(in_force, on="response_id", how="left")
    of_customers = of_customers.rename({"in_force": "product"})
    of_employees = with_team(_respondents(loose, "employee"), delivery)
    columns = [
        "response_id", "survey_code", "respondent_kind", "customer_id", "contact_id", "weight", "day", *SCOPES,
    ]  # fmt: skip
    return pl.concat(
        [part.select(c for c in columns if c in part.columns) for part in (tied, of_customers, of_employees)],
        how="diagonal",
    )


@cache
def answers(delivery: Delivery) -> pl.DataFrame:
    """Used answers with a number.

    Columns: response_id, item_code, metric (of the item), x (on its scale), box (1 favourable, 0 neutral,
    -1 unfavourable), low and high (of the scale) and those of `responses`.
    """
    found = scored(delivery).join(responses(delivery), on="response_id")
    too_soon = pl.col("response_id").is_in(in_quarantine(delivery))
    return found.filter((pl.col("metric") != "nps_relation") | ~too_soon)


def in_quarantine(delivery: Delivery) -> list[str]:
    """Responses about no contact of customers who had one in the days before."""
    loose = delivery.used("responses").filter(
        pl.col("respondent_kind") == "customer", pl.col("contact_id").is_null()
    )
    loose = loose.select("response_id", customer_id="respondent_id", asked=local_day("submitted_at"))
    pairs = loose.join(contacts(delivery).select("customer_id", "day"), on="customer_id")
    days = (pl.col("asked") - pl.col("day")).dt.total_days()
    near = pairs.filter(days.is_between(0, delivery.assumption("quarantine_days")))
    return near["response_id"].unique().to_list()


def customer_day(frame: pl.DataFrame, delivery: Delivery, key: str) -> pl.DataFrame:
    """`frame` (key, customer_id, day) with segment, region and product of the customer on the day."""
    placed = with_segment_and_region(frame, delivery)
    in_force = product_in_force(frame, delivery, key)
    return placed.join(in_force.rename({"in_force": "product"}), on=key, how="left")


def near_contact(frame: pl.DataFrame, delivery: Delivery, key: str) -> pl.DataFrame:
    """`frame` (key, customer_id, contact_id, day) with the scopes of the contact, else of the customer on the day."""
    about = contacts(delivery).select("contact_id", *SCOPES)
    tied = frame.join(about, on="contact_id")
    loose = frame.join(about, on="contact_id", how="anti")
    return pl.concat([tied, customer_day(loose, delivery, key)], how="diagonal")


def _respondents(responses: pl.DataFrame, kind: str) -> pl.DataFrame:
    return responses.filter(pl.col("respondent_kind") == kind).rename({"respondent_id": f"{kind}_id"})


def headcounts(delivery: Delivery, months: list) -> pl.DataFrame:
    """month, team, headcount: people employed on any day of the month, by the team they had first in it."""
    people = delivery.used("employees").select("employee_id", "hired_on", "left_on")
    frame = people.join(pl.DataFrame({"month": months}), how="cross")
    frame = frame.filter(
        (pl.col("hired_on") < pl.col("month").dt.offset_by("1mo"))
        & (pl.col("left_on").is_null() | (pl.col("left_on") > pl.col("month")))
    ).with_columns(day=pl.max_horizontal("month", "hired_on"))
    return with_team(frame, delivery).group_by("month", "team").agg(headcount=pl.len())


def scored(delivery: Delivery) -> pl.DataFrame:
    """response_id, item_code, metric, driver, x, box, low, high of every answer that is a number on its scale."""
    scales = {row["scale_id"]: row for row in delivery.seed("scales")}
    items = {
        (r["survey_code"], r["item_code"]): r for r in delivery.seed("survey_items") if r["role"] == "item"
    }
    surveys = dict(delivery.used("responses").select("response_id", "survey_code").iter_rows())
    found: dict[tuple[str, str], tuple] = {}
    for response, code, text in delivery.rows("answers").iter_rows():
        item = items.get((surveys.get(response), code))
        if item and scales[item["scale_id"]]["kind"] == "numeric":
            score = _score(text, item, scales[item["scale_id"]])
            if score:
                scale = scales[item["scale_id"]]
                bounds = float(scale["minimum"]), float(scale["maximum"])
                found[response, code] = (item["metric_code"], item["driver_code"], *score, *bounds)
    rows = [(*key, *values) for key, values in found.items() if values[2] is not None]
    schema = {
        "response_id": pl.String,
        "item_code": pl.String,
        "metric": pl.String,
        "driver": pl.String,
        "x": pl.Float64,
        "box": pl.Int64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _score(text: str | None, item: dict[str, str], scale: dict[str, str]) -> tuple | None:
    """(x, box); (None, None) without an answer, None where the answer is not on the scale: rejected."""
    if text is None or text in f"{item['missing_codes']}|{item['not_applicable_codes']}".split("|"):
        return None, None
    low, high = float(scale["minimum"]), float(scale["maximum"])
    try:
        x = float(text)
    except ValueError:
        return None
    if not low <= x <= high or (scale["is_integer"] == "true" and not x.is_integer()):
        return None
    x = low + high - x if item["is_reversed"] == "true" else x
    return x, 1 if x >= float(scale["top_box_minimum"]) else -1 if x <= float(
        scale["bottom_box_maximum"]
    ) else 0
