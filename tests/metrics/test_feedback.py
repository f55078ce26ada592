"""Feedback that reaches employees and the public: what they see, and what nobody may see."""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats

from service_control.demo.parameters import TRUTH
from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.projects import Project

TREND = "select * from restricted.employee_feedback_trend"


@pytest.fixture(scope="module")
def trend(demo: Project) -> pl.DataFrame:
    names = [name for (name,) in demo.query(f"select column_name from (describe {TREND})")]
    return pl.DataFrame(demo.query(TREND), schema=names, orient="row", infer_schema_length=None)


def test_the_loop_is_as_fast_as_planted(demo: Project) -> None:
    ((low, high),) = demo.query(
        "select ci_low, ci_high from marts.metric_values where metric_code = 'feedback_in_time' "
        "and scope_kind = 'organisation' and period_grain = 'rolling_12_months' and is_complete_period "
        "order by period_start desc limit 1"
    )
    within_a_day = stats.norm.cdf(np.log(24 / TRUTH.feedback_median_hours) / TRUTH.feedback_hours_sigma)
    # temporary staff have no account; the contacts they handle are one in 250
    assert low - 1 <= 100 * TRUTH.feedback_seen_share * within_a_day <= high + 1


def test_employees_see_their_own_contacts_only(demo: Project, delivery: Delivery) -> None:
    handled = dict(placed.contacts(delivery).select("contact_id", "employee_id").iter_rows())
    rows = demo.query("select employee_id, contact_id from restricted.employee_feedback")
    assert rows and all(handled[contact] == employee for employee, contact in rows)
    ((oldest, newest),) = demo.query(
        "select min(submitted_at), max(submitted_at) from restricted.employee_feedback"
    )
    assert (newest - oldest).days < delivery.assumption("feedback_shown_days")


def test_the_words_are_scrubbed(demo: Project, delivery: Delivery) -> None:
    names = {name.lower() for name in delivery.used("customers")["full_name"].drop_nulls().to_list()}
    words = [
        w for (w,) in demo.query("select words from restricted.employee_feedback where words is not null")
    ]
    words += [w for (w,) in demo.query("select words from marts.public_voice")]
    assert len(words) > 100
    assert not [word for word in words if "@" in word]
    assert not [word for word in words if any(name in word.lower() for name in names)]


def test_own_figures_and_those_of_the_others_are_those_of_the_answers(
    trend: pl.DataFrame, delivery: Delivery
) -> None:
    handled = placed.contacts(delivery).select("contact_id", "employee_id").drop_nulls()
    answers = placed.answers(delivery).filter(pl.col("metric") == "ces", pl.col("contact_id").is_not_null())
    answers = answers.filter(pl.col("respondent_kind") == "customer", pl.col("team").is_not_null())
    answers = answers.join(handled, on="contact_id").with_columns(quarter=pl.col("day").dt.truncate("1q"))
    own = answers.group_by("employee_id", "quarter").agg(n=pl.len(), value=pl.col("x").mean())
    shown = trend.filter(pl.col("metric_code") == "ces").rename({"quarter_start": "quarter"})
    both = own.join(shown, on=["employee_id", "quarter"], suffix="_mart")
    assert both.height == own.height == shown.height
    assert (both["n"] == both["n_mart"]).all()
    assert (both["value"] - both["value_mart"]).abs().max() < 1e-9
    row = both.filter(pl.col("others_n").is_not_null()).row(0, named=True)
    others = answers.filter(
        pl.col("team") == row["team_id"], pl.col("quarter") == row["quarter"],
        pl.col("employee_id") != row["employee_id"],
    )  # fmt: skip
    assert others.height == row["others_n"]
    assert others["x"].mean() == pytest.approx(row["others_value"], abs=1e-9)


def test_a_handful_of_colleagues_is_not_shown(trend: pl.DataFrame, delivery: Delivery) -> None:
    small = {team.name: team.size for team in TRUTH.teams if team.size < 5}
    named = dict(delivery.used("teams").select("team_id", "team_name").iter_rows())
    of_small = trend.filter(pl.col("team_id").replace(named).is_in(list(small)))
    assert of_small.height > 0 and of_small["others_value"].is_null().all()
    assert trend["others_value"].is_not_null().sum() > 0


def test_feedback_is_published_for_its_owner_alone(demo: Project) -> None:
    folder = demo.root / "warehouse/restricted"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    with duckdb.connect(str((folder / "feedback.duckdb").resolve()), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by all").fetchall()
        ((count,),) = connection.execute("select count(*) from restricted.employee_feedback").fetchall()
    assert tables == [("employee_feedback",), ("employee_feedback_trend",)]
    assert count == demo.value("select count(*) from restricted.employee_feedback")
    with duckdb.connect(os.path.realpath(demo.root / "warehouse/serving.duckdb"), read_only=True) as serving:
        found = serving.execute("select table_name from duckdb_tables()").fetchall()
    assert not {("employee_feedback",), ("employee_feedback_trend",)} & set(found)


def test_only_released_words_of_who_consents_are_public(demo: Project, delivery: Delivery) -> None:
    actions = delivery.used("feedback_actions").filter(pl.col("action") != "seen").sort("acted_at")
    last = actions.group_by("reference_id", maintain_order=True).last()
    released = last.filter(pl.col("action") == "released")["reference_id"].to_list()
    refused = delivery.used("customers").filter(~pl.col("consents_to_publication"))["customer_id"].unique()
    answers = placed.responses(delivery).filter(pl.col("response_id").is_in(released))
    allowed = answers.filter(~pl.col("customer_id").is_in(refused.to_list()))
    count = demo.value("select count(*) from marts.public_voice")
    assert 0 < count <= allowed.height
    # what the scrubber holds back is not public either
    assert count > 0.8 * allowed.height


class Scripts(HTMLParser):
    """The structured data of a page and the text around it."""

    def __init__(self) -> None:
        super().__init__()
        self.data, self.text, self._inside = "", [], False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self._inside = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.data += data
        else:
            self.text.append(data)


def test_the_page_carries_the_same_reviews(demo: Project) -> None:
    folder = demo.root / "warehouse/voice"
    told = json.loads((folder / "reviews.json").read_text(encoding="utf-8"))
    page = Scripts()
    page.feed((folder / "index.html").read_text(encoding="utf-8"))
    assert json.loads(page.data) == told
    assert told["@type"] == "Organization" and told["aggregateRating"]["@type"] == "AggregateRating"
    assert len(told["review"]) == demo.value("select count(*) from marts.public_voice")
    assert {review["reviewBody"] for review in told["review"]} <= set(page.text)
    ((n, value),) = demo.query(
        "select n, value from marts.metric_values where metric_code = 'csat_mean' and is_complete_period "
        "and scope_kind = 'organisation' and period_grain = 'rolling_12_months' order by period_start desc limit 1"
    )
    rating = told["aggregateRating"]
    assert (rating["ratingCount"], rating["ratingValue"]) == (n, round(value, 2))
    assert not [key for review in told["review"] for key in review if "customer" in key or "response" in key]
