"""Distinct people behind every figure, counted one by one from the delivered files."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from tests.metrics import placed
from tests.metrics.cells import GRAINS, MONTHS_OF_CUSTOMERS, YEAR
from tests.metrics.delivered import Delivery
from tests.metrics.placed import SCOPES
from tests.projects import Project

KEY = ["metric_code", "period_start", "scope_key"]
MONTHS = ["month", "quarter", YEAR]


@pytest.fixture(scope="module")
def people(demo: Project) -> pl.DataFrame:
    query = """select people.*, n from intermediate.int_metrics__people as people
        join intermediate.int_metrics__period_parts
            using (metric_code, period_grain, period_start, scope_kind, scope_key)"""
    names = ["metric_code", "period_grain", "period_start", "scope_kind", "scope_key", "people_count", "n"]
    return pl.DataFrame(demo.query(query), schema=names, orient="row", infer_schema_length=None)


@pytest.fixture(scope="module")
def respondents(observed: pl.DataFrame) -> pl.DataFrame:
    """The observations of answers and events; one without a key is a person."""
    of_contacts = (
        "^(sla_met|reopened|handled_without_transfer|fcr_registered|(repeat_contact|forward_resolution)_.*)$"
    )
    # dimensions of engagement are taken for answered by whoever has a score: fewer people than there may be
    others = [*MONTHS_OF_CUSTOMERS, "loyalty", "engagement_vigour", "engagement_dedication"]
    metric = pl.col("metric_code")
    answers = observed.filter(~metric.is_in(others), ~metric.str.contains(of_contacts)).with_row_index(
        "number"
    )
    return answers.with_columns(person=pl.coalesce("person", pl.format("answer {}", "number")))


@pytest.fixture(scope="module")
def customers_of_contacts(delivery: Delivery) -> pl.DataFrame:
    """The same of the metrics of contacts that need no look at earlier contacts, with `counts`: the others too."""
    contacts = placed.contacts(delivery)
    inbound = (
        (pl.col("direction") == "inbound")
        & pl.col("customer_id").is_not_null()
        & pl.col("issue_code").is_not_null()
    )
    counts = {
        "sla_met": pl.col("is_sla_met").is_not_null(),
        "reopened": pl.col("reopen_count").is_not_null(),
        "handled_without_transfer": pl.col("transfer_count").is_not_null(),
    }
    for days in (7, 14, 30):
        followed = pl.col("started_at") + timedelta(days=days) <= contacts["started_at"].max()
        counts[f"repeat_contact_{days}d"] = inbound & followed
    person = pl.coalesce("customer_id", pl.format("contact {}", "contact_id"))
    return pl.concat(
        contacts.select("day", *SCOPES, person=person, counts=counted, metric_code=pl.lit(code))
        for code, counted in counts.items()
    )


def in_periods(frame: pl.DataFrame, grain: str, scope: str) -> pl.DataFrame:
    """The rows with period_start and scope_key; of a rolling year once for every year they are in."""
    key = pl.lit("all") if scope == "organisation" else pl.col(scope).cast(pl.String)
    frame = frame.with_columns(scope_key=key).filter(pl.col("scope_key").is_not_null())
    if grain != YEAR:
        return frame.with_columns(period_start=pl.col("day").dt.truncate(GRAINS[grain]))
    last = frame["day"].dt.truncate("1mo").max()
    years = frame.join(pl.DataFrame({"shift": range(12)}), how="cross").with_columns(
        end=pl.col("day").dt.truncate("1mo").dt.offset_by(pl.format("{}mo", "shift"))
    )
    return years.filter(pl.col("end") <= last).with_columns(period_start=pl.col("end").dt.offset_by("-11mo"))


def of_cells(people: pl.DataFrame, grain: str, scope: str, metrics: pl.Series) -> pl.DataFrame:
    chosen = (pl.col("period_grain") == grain) & (pl.col("scope_kind") == scope)
    return people.filter(chosen & pl.col("metric_code").is_in(metrics.unique().to_list()))


CELLS = [(grain, scope) for grain in [*GRAINS, YEAR] for scope in ["organisation", *SCOPES]]
CELLS = [(grain, scope) for grain, scope in CELLS if grain != "day" or scope == "organisation"]


@pytest.mark.parametrize(("grain", "scope"), CELLS)
def test_respondents_are_counted_once(
    people: pl.DataFrame, respondents: pl.DataFrame, grain: str, scope: str
) -> None:
    found = of_cells(people, grain, scope, respondents["metric_code"])
    if grain == YEAR:
        # months first, because every one of them is in twelve years
        here = ["metric_code", "day", "person", *([] if scope == "organisation" else [scope])]
        respondents = respondents.with_columns(pl.col("day").dt.truncate("1mo")).select(here).unique()
    counted = in_periods(respondents, grain, scope).group_by(KEY).agg(persons=pl.col("person").n_unique())
    both = found.join(counted, on=KEY, how="left")
    assert both.filter(pl.col("people_count").ne_missing(pl.col("persons"))).is_empty()
    repeated = both.filter(pl.col("people_count") < pl.col("n"))
    assert repeated.height or grain == "day" or scope not in ("organisation", "channel")


@pytest.mark.parametrize(("grain", "scope"), CELLS)
def test_customers_of_contacts_are_never_overcounted(
    people: pl.DataFrame, customers_of_contacts: pl.DataFrame, grain: str, scope: str
) -> None:
    """Counted is who counts with their first contact in the period; two contacts of one day have no order."""
    found = of_cells(people, grain, scope, customers_of_contacts["metric_code"])
    contacts = in_periods(customers_of_contacts, grain, scope)
    first = contacts.filter(pl.col("day") == pl.col("day").min().over(*KEY, "person"))
    counted = contacts.filter("counts").group_by(KEY).agg(persons=pl.col("person").n_unique())
    surely = (
        first.group_by(*KEY, "person")
        .agg(pl.col("counts").all())
        .group_by(KEY)
        .agg(surely=pl.col("counts").sum())
    )
    perhaps = (
        first.group_by(*KEY, "person")
        .agg(pl.col("counts").any())
        .group_by(KEY)
        .agg(perhaps=pl.col("counts").sum())
    )
    both = found.join(counted, on=KEY, how="left")
    for part in (surely, perhaps):
        both = both.join(part, on=KEY, how="left")
    bounds = pl.col("people_count").is_between(
        pl.max_horizontal("surely", 1), pl.min_horizontal(pl.max_horizontal("perhaps", 1), "persons")
    )
    wrong = both.filter(~bounds.fill_null(False))
    assert wrong.is_empty(), wrong.head()
    # where every contact counts the bound is the number
    whole = both.filter(pl.col("metric_code") == "handled_without_transfer")
    assert whole.height == whole.filter(pl.col("people_count") == pl.col("persons")).height > 0


@pytest.mark.parametrize("grain", MONTHS)
def test_customers_of_a_period_are_at_least_those_of_its_largest_month(
    people: pl.DataFrame, observed: pl.DataFrame, grain: str
) -> None:
    months = observed.filter(pl.col("metric_code").is_in(MONTHS_OF_CUSTOMERS)).with_columns(month="day")
    for scope in ("organisation", "segment", "region"):
        found = of_cells(people, grain, scope, months["metric_code"])
        rows = in_periods(months, grain, scope)
        largest = rows.group_by(*KEY, "month").len().group_by(KEY).agg(largest=pl.col("len").max())
        distinct = rows.group_by(KEY).agg(persons=pl.col("person").n_unique())
        both = found.join(largest, on=KEY, how="left").join(distinct, on=KEY, how="left")
        assert both.height
        assert both.filter(pl.col("people_count") != pl.col("largest")).is_empty()
        assert both.filter(pl.col("people_count") > pl.col("persons")).is_empty()


def test_losses_count_everybody_once(people: pl.DataFrame) -> None:
    losses = people.filter(pl.col("metric_code").is_in(["churn", "employee_attrition"]))
    assert losses.height
    assert losses.filter(pl.col("people_count") != pl.col("n")).is_empty()
