"""Engagement value, links, euros per point and poor service, against the delivered files and what was planted."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy import optimize, special

from service_control.demo.clock import month_of_day, month_start
from service_control.demo.organisation import Block, simulate
from service_control.demo.outcomes import churn_hazard
from service_control.demo.parameters import CUSTOMERS_PER_BLOCK, MONTH_COUNT, TRUTH
from service_control.statistics.customer_value import Influence, Referrals, engagement_value
from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.metrics.losses import spells
from tests.metrics.observed import customer_months, followed_by
from tests.projects import Project

SEED = 2026
FOREVER = date(9999, 12, 31)


def table(demo: Project, name: str) -> pl.DataFrame:
    columns = [column for (column,) in demo.query(f"select column_name from (describe {name})")]
    return pl.DataFrame(
        demo.query(f"select * from {name}"), schema=columns, orient="row", infer_schema_length=None
    )


@cache
def months(delivery: Delivery) -> list[date]:
    """First days of the months of the simulated history; all of them are complete."""
    first = placed.contacts(delivery)["day"].min().replace(day=1)
    return pl.date_range(
        first, first.replace(year=first.year + 2), "1mo", eager=True, closed="left"
    ).to_list()


@cache
def paying(delivery: Delivery) -> pl.DataFrame:
    """Profit of customers in the months in which they had a contract in force."""
    return customer_months(delivery).filter(pl.col("active_days") > 0)


def there(delivery: Delivery, after: date) -> pl.DataFrame:
    """customer_id, began, last: of the spells of customers that run on `after` and began before."""
    last = pl.col("last").fill_null(FOREVER)
    return spells(delivery).filter((pl.col("began") < after) & (last >= after))


def apart(later: str, earlier: str) -> pl.Expr:
    """Months from the month of one date to that of another."""
    dates = pl.col(later), pl.col(earlier)
    years = dates[0].dt.year() - dates[1].dt.year()
    return 12 * years + dates[0].dt.month().cast(pl.Int32) - dates[1].dt.month().cast(pl.Int32)


@cache
def lifetimes(delivery: Delivery) -> pl.DataFrame:
    """Customers before each month of their membership and those who went on, by product at the start of the month."""
    starts = pl.DataFrame({"day": months(delivery)}).with_columns(end=pl.col("day").dt.month_end())
    last = pl.col("last").fill_null(FOREVER)
    rows = spells(delivery).join_where(starts, pl.col("began") < pl.col("day"), last >= pl.col("day"))
    rows = rows.with_columns(
        renewal=apart("day", "began"), stays=pl.col("last").fill_null(FOREVER) > pl.col("end")
    )
    rows = rows.with_row_index("row")
    product = placed.product_in_force(rows, delivery, "row").rename({"in_force": "product"})
    return (
        rows.join(product, on="row", how="left")
        .group_by("product", "renewal")
        .agg(at_risk=pl.len().cast(pl.Int64), renewed=pl.col("stays").sum().cast(pl.Int64))
    )


def test_renewals_are_those_of_the_delivered_contracts(demo: Project, delivery: Delivery) -> None:
    mart = table(demo, "intermediate.int_value__renewals")
    both = lifetimes(delivery).join(
        mart, left_on=["product", "renewal"], right_on=["product", "renewal_number"], how="full"
    )
    assert both.height == mart.height == lifetimes(delivery).height > 500
    assert (both["at_risk"] == both["at_risk_count"]).all()
    assert (both["renewed"] == both["renewed_count"]).all()


def residual_months(
    at_risk: np.ndarray, renewed: np.ndarray, renewals: np.ndarray, yearly: float
) -> np.ndarray:
    """DERL from the published likelihood and the definition: a sum over survival."""
    t = np.arange(1, len(at_risk) + 1)

    def loss(logs: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        return -(
            renewed @ np.log((beta + t - 1) / (alpha + beta + t - 1))
            + (at_risk - renewed) @ np.log(alpha / (alpha + beta + t - 1))
        )

    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000}
    start = np.log([2.0, 200.0])
    alpha, beta = np.exp(optimize.minimize(loss, start, method="Nelder-Mead", options=options).x)

    def survival(at: np.ndarray) -> np.ndarray:
        return special.beta(alpha, beta + at) / special.beta(alpha, beta)

    ahead = np.arange(4000)
    discount = (1 + yearly) ** (-ahead / 12)
    return np.array([(survival(n + ahead) / survival(n - 1) * discount).sum() for n in renewals])


@pytest.mark.parametrize("product", ["motor", "home"])
def test_lifetime_values_are_margin_times_discounted_survival(
    demo: Project, delivery: Delivery, product: str
) -> None:
    last = months(delivery)[-1]
    after = pl.Series([last]).dt.offset_by("1mo")[0]
    customers = there(delivery, after).with_columns(day=pl.lit(last).dt.month_end(), after=pl.lit(after))
    customers = customers.with_row_index("row")
    in_force = placed.product_in_force(customers, delivery, "row")
    recent = paying(delivery).filter(pl.col("day") > pl.lit(last).dt.offset_by("-12mo"))
    margins = recent.group_by("customer_id").agg(margin=pl.col("profit").mean())
    own = (
        customers.join(in_force, on="row", how="left")
        .filter(pl.col("in_force") == product)
        .join(margins, on="customer_id")
        .with_columns(renewal=apart("after", "began"))
    )
    mart = table(demo, "restricted.customer_engagement_value").filter(
        (pl.col("value_kind") == "contract") & (pl.col("product") == product)
    )
    both = own.join(mart, on="customer_id")
    assert both.height == own.height == mart.height > 4000
    assert (both["renewal"] == both["renewal_number"]).all()
    assert (both["margin"] - both["monthly_margin_eur"]).abs().max() < 1e-9

    counts = lifetimes(delivery).filter(pl.col("product") == product)
    size = counts["renewal"].max()
    at_risk, renewed = np.zeros(size), np.zeros(size)
    at_risk[counts["renewal"] - 1], renewed[counts["renewal"] - 1] = counts["at_risk"], counts["renewed"]
    renewals = np.unique(both["renewal"])
    found = residual_months(at_risk, renewed, renewals, delivery.assumption("discount_rate_per_year"))
    expected = both["renewal"].replace_strict(dict(zip(renewals, found, strict=True)))
    np.testing.assert_allclose(both["residual_months"], expected, rtol=1e-4)
    np.testing.assert_allclose(both["clv_eur"], both["margin"] * expected, rtol=1e-4)


def test_every_customer_is_worth_what_the_library_says(demo: Project, delivery: Delivery) -> None:
    """Referral, influencer and allocated value again, from the files and the library that the SQL does not use."""
    mart = table(demo, "restricted.customer_engagement_value").sort("customer_id")
    place = {customer: i for i, customer in enumerate(mart["customer_id"])}
    since = pl.Series([months(delivery)[-1]]).dt.offset_by("-11mo")[0]
    came = (
        delivery.used("referrals")
        .filter(pl.col("referred_customer_id").is_not_null())
        .sort("referred_at", "referral_id")
        .unique("referred_customer_id", keep="first", maintain_order=True)
        .filter(placed.local_day("referred_at") >= since)
    )
    assert came["would_have_joined_anyway"].null_count() == 0
    ends = [came["referrer_customer_id"], came["referred_customer_id"]]
    is_known = [all(customer in place for customer in pair) for pair in zip(*ends, strict=True)]
    # whoever came and left again has no margin to pass on, and what he saved is the referrer's all the same
    extra = sorted({pair[1] for pair in zip(*ends, strict=True)} - place.keys())
    place |= {customer: len(place) + i for i, customer in enumerate(extra)}
    assert len(is_known) - sum(is_known) <= len(extra)
    rewarded = came["is_rewarded"].fill_null(False).to_numpy()
    size = came.height
    referrals = Referrals(
        referrer=np.array([place[customer] for customer in ends[0]]),
        referred=np.array([place[customer] for customer in ends[1]]),
        is_incentivised=rewarded,
        would_have_come=came["would_have_joined_anyway"].to_numpy().astype(float),
        referral_cost_eur=rewarded * delivery.assumption("referral_reward_eur"),
        retention_marketing_eur=np.full(size, delivery.assumption("referral_retention_marketing_eur")),
        saved_acquisition_eur=np.full(size, delivery.assumption("acquisition_cost_eur")),
        years_until=np.zeros(size),
    )
    spoken = (
        delivery.used("advocacy_events")
        .filter(
            pl.col("influenced_customer_id").is_not_null(),
            pl.col("influence_share").is_not_null(),
            pl.col("customer_id") != pl.col("influenced_customer_id"),
            placed.local_day("occurred_at") >= since,
        )
        .group_by("customer_id", "influenced_customer_id")
        .agg(share=pl.col("influence_share").sum())
        .with_columns(of=pl.col("share").sum().over("influenced_customer_id"))
        .filter(pl.col("influenced_customer_id").is_in(list(place)))
    )
    assert spoken.height > 20
    influence = Influence(
        np.array([place[customer] for customer in spoken["customer_id"]]),
        np.array([place[customer] for customer in spoken["influenced_customer_id"]]),
        (spoken["share"] / spoken["of"].clip(lower_bound=1)).to_numpy(),
    )
    nothing = np.zeros(len(extra))
    worth = engagement_value(
        np.append(mart["clv_eur"], nothing),
        referrals,
        influence,
        np.append(mart["cfv_eur"], nothing),
        discount_rate=0.08,
    )
    shown = slice(0, mart.height)
    np.testing.assert_allclose(mart["crv_eur"], worth.crv[shown], atol=1e-9)
    np.testing.assert_allclose(mart["civ_eur"], worth.civ[shown], atol=1e-9)
    np.testing.assert_allclose(mart["cev_eur"], worth.cev[shown], atol=1e-9)
    np.testing.assert_allclose(mart["allocated_eur"], worth.allocated[shown], atol=1e-9)
    assert mart["allocated_eur"].sum() == pytest.approx(worth.company_eur, rel=1e-12)


def test_values_by_scope_are_means_of_customers(demo: Project) -> None:
    customers = table(demo, "restricted.customer_engagement_value")
    scopes = table(demo, "marts.engagement_value_by_scope")
    for kind, column in (("segment", "segment"), ("acquisition", "acquisition_kind")):
        own = customers.group_by(scope_key=pl.col(column).fill_null("unknown")).agg(
            n=pl.len(), clv=pl.col("clv_eur").mean(), total=pl.col("allocated_eur").sum()
        )
        shown = scopes.filter(pl.col("scope_kind") == kind)
        clv = own.join(shown.filter(pl.col("component") == "clv"), on="scope_key")
        assert clv.height == own.height >= 4
        assert (clv["n"] == clv["customer_count"]).all()
        np.testing.assert_allclose(clv["clv"], clv["mean_eur"])
        # customers differ, and the lifetimes are estimates: an interval wider than that of the mean alone
        assert (clv["mean_eur_ci_low"] < clv["mean_eur"]).all()
        allocated = own.join(shown.filter(pl.col("component") == "allocated"), on="scope_key")
        np.testing.assert_allclose(allocated["total"], allocated["total_eur"])
    whole = scopes.filter((pl.col("scope_kind") == "organisation") & (pl.col("component") == "clv"))
    s = customers["clv_eur"].std() / np.sqrt(customers.height)
    assert whole["standard_error_eur"][0] > 1.5 * s
    assert scopes.filter(pl.col("component") == "cev")["total_eur"].null_count() > 0


@cache
def team_quarters(delivery: Delivery) -> pl.DataFrame:
    """Weighted means of answers after contacts, by team and quarter."""
    answers = placed.answers(delivery).filter(pl.col("metric").is_in(["ces", "csat"]))
    weight = pl.col("weight")
    return answers.group_by("metric", "team", quarter=pl.col("day").dt.truncate("1q")).agg(
        value=(weight * pl.col("x")).sum() / weight.sum()
    )


def test_a_link_is_the_slope_of_unit_and_period_dummies(demo: Project, delivery: Delivery) -> None:
    frame = team_quarters(delivery).drop_nulls("team")
    wide = frame.pivot(on="metric", index=["team", "quarter"], values="value").drop_nulls().sort("quarter")
    quarters = wide["quarter"].unique().sort()
    # one quarter is spent on the lag that might have been
    wide = wide.filter(pl.col("quarter") > quarters[0])
    design = wide.select("ces").hstack(wide.select(pl.col("team", "quarter").cast(pl.String)).to_dummies())
    slope = np.linalg.lstsq(design.to_numpy().astype(float), wide["csat"].to_numpy(), rcond=None)[0][0]
    link = table(demo, "marts.value_chain_links").row(
        by_predicate=pl.col("link_code") == "ces>csat_mean", named=True
    )
    assert link["lag_periods"] == 0
    assert link["slope"] == pytest.approx(slope, rel=1e-9)
    assert link["is_demonstrable"]
    assert (link["unit_count"], link["period_count"]) == (len(TRUTH.teams), len(quarters) - 1)


def test_planted_links_lie_within_their_intervals(demo: Project) -> None:
    """Engagement follows the drivers of employees by their weights; its score and theirs have slopes of their own."""
    links = table(demo, "marts.value_chain_links")
    factor = TRUTH.facet_per_engagement / TRUTH.employee_driver_slope
    found = 0
    for driver in TRUTH.employee_drivers:
        code = f"driver_{driver.code}>engagement_score"
        link = links.row(by_predicate=pl.col("link_code") == code, named=True)
        assert link["slope_ci_low"] < factor * driver.weight < link["slope_ci_high"]
        found += link["is_demonstrable"]
    assert found >= 1
    # ten teams of eight say too little of how engagement moved to say how far customers notice
    link = links.row(by_predicate=pl.col("link_code") == "engagement_score>ces", named=True)
    assert link["refusal_reason"] == "driver_unreliable"
    assert link["is_error_corrected"]
    assert set(links["wording"]) == {"association"}


@pytest.fixture(scope="module")
def block() -> Block:
    return simulate(SEED, 0, CUSTOMERS_PER_BLOCK)


@pytest.fixture(scope="module")
def chances(block: Block) -> np.ndarray:
    """(customers, months + 1): planted chance to be there at the start of a month, of who is a customer all along."""
    before = np.hstack([np.zeros((block.customers.count, 1)), block.outcomes.experience[:, :-1]])
    tenure = month_start[:-1].astype(int) - block.customers.acquired[:, None].astype(int)
    hazard = churn_hazard(block.customers.segment[:, None], before, tenure)
    return np.hstack([np.ones((len(hazard), 1)), np.cumprod(1 - hazard, axis=1)])


def followed(delivery: Delivery, rows: pl.DataFrame, by: int) -> pl.DataFrame:
    """Rows (customer_id, last: first day of the month of what happened) of whom `by` months after notice are known."""
    number = {day: i for i, day in enumerate(months(delivery))}
    notice = int(delivery.assumption("notice_months"))
    rows = rows.with_columns(number=pl.col("last").replace_strict(number, return_dtype=pl.Int32) + notice)
    rows = rows.with_columns(last=pl.col("last").dt.offset_by(f"{notice}mo"))
    rows = rows.filter(pl.col("number") + by < MONTH_COUNT)
    known = rows.rename({"last": "month"}).join(spells(delivery), on="customer_id")
    gone = pl.col("last").fill_null(FOREVER)
    known = known.filter(
        (pl.col("began") <= pl.col("month").dt.month_end()) & (gone > pl.col("month").dt.month_end())
    )
    return known.with_columns(
        lost=gone <= pl.col("month").dt.offset_by(f"{by}mo").dt.month_end(),
        customer=pl.col("customer_id").str.slice(1).cast(pl.Int64),
    )


def expected_losses(rows: pl.DataFrame, chances: np.ndarray, by: int) -> np.ndarray:
    """Planted chance of each row to be lost within `by` months."""
    start = rows["number"].to_numpy() + 1
    customer = rows["customer"].to_numpy()
    return 1 - chances[customer, start + by] / chances[customer, start]


def marginal_effect(score: np.ndarray, segment: np.ndarray, outcome: np.ndarray) -> float:
    """Mean change of the chance per point by a logistic model with segments; outcomes may be chances themselves."""
    dummies = segment[:, None] == np.unique(segment)
    design = np.column_stack([score - score.mean(), dummies]).astype(float)
    beta = np.zeros(design.shape[1])
    beta[1:] = special.logit(outcome.mean())
    for _ in range(30):
        chance = special.expit(design @ beta)
        weighted = design * (chance * (1 - chance))[:, None]
        beta = beta + np.linalg.solve(design.T @ weighted, design.T @ (outcome - chance))
    chance = special.expit(design @ beta)
    return float(beta[0] * (chance * (1 - chance)).mean())


@pytest.mark.parametrize(("metric", "code"), [("ces", "ces"), ("csat", "csat_mean"), ("ease", "driver_ease")])
def test_euro_per_point_again_and_against_what_was_planted(
    demo: Project, delivery: Delivery, chances: np.ndarray, metric: str, code: str
) -> None:
    by = int(delivery.assumption("retention_follow_up_months"))
    answers = placed.answers(delivery).filter(
        (pl.col("metric") == metric) | (pl.col("driver") == metric),
        pl.col("respondent_kind") == "customer",
        pl.col("contact_id").is_not_null(),
    )
    rows = followed(delivery, answers.with_columns(last=pl.col("day").dt.truncate("1mo")), by)
    mart = table(demo, "marts.euro_per_point").row(by_predicate=pl.col("metric_code") == code, named=True)
    assert (rows.height, rows["lost"].sum()) == (mart["answer_count"], mart["lost_count"])
    score, segment = rows["x"].to_numpy(), rows["segment"].cast(pl.String).to_numpy()
    again = -100 * marginal_effect(score, segment, rows["lost"].to_numpy().astype(float))
    assert mart["retention_per_point_pct"] == pytest.approx(again, rel=1e-6)
    parts = [mart[name] for name in ("customer_count", "monthly_margin_eur", "residual_months")]
    assert mart["euro_per_point"] == pytest.approx(again / 100 * np.prod(parts), rel=1e-6)
    planted = -100 * marginal_effect(score, segment, expected_losses(rows, chances, by))
    assert planted > 0
    # the seed of the simulated organisation drew 2.6 standard errors for CES; eight others 0.2 on average
    error = (mart["retention_per_point_pct_ci_high"] - mart["retention_per_point_pct"]) / 1.97
    assert abs(planted - mart["retention_per_point_pct"]) < 3 * error
    assert mart["is_demonstrable"]


def test_a_lifetime_is_as_planted(
    demo: Project, delivery: Delivery, block: Block, chances: np.ndarray
) -> None:
    """Customers leave at the mean of their hazards; the months still to come are those of that rate."""
    retained = chances[:, 1:] / chances[:, :-1]
    start = np.searchsorted(month_of_day, np.arange(MONTH_COUNT))
    there = (block.customers.acquired[:, None] < start) & (block.outcomes.left[:, None] >= start)
    rate = retained[there].mean()
    discount = (1 + delivery.assumption("discount_rate_per_year")) ** (-1 / 12)
    planted = rate / (1 - rate * discount)
    mart = table(demo, "marts.euro_per_point").row(by_predicate=pl.col("metric_code") == "ces", named=True)
    assert mart["residual_months_ci_low"] < planted < mart["residual_months_ci_high"]


@cache
def experiences(delivery: Delivery) -> pl.DataFrame:
    """Customers by the worst of a quarter: customer_id, last (month of the quarter), experience."""
    starts = months(delivery)
    repeated, within = followed_by(delivery, 14)
    repeats = repeated.filter(within["to_same"])["contact_id"]
    bad = placed.answers(delivery).filter(pl.col("metric").is_in(["ces", "csat"]) & (pl.col("box") == -1))
    # counted back from the last one of which a month of notice and a quarter are known
    end = len(starts) - 4 - int(delivery.assumption("notice_months"))
    quarters = {day: starts[end - (end - i) // 3 * 3] for i, day in enumerate(starts) if i <= end}
    contacts = placed.contacts(delivery).filter(pl.col("customer_id").is_not_null())
    contacts = contacts.with_columns(
        last=pl.col("day").dt.truncate("1mo").replace_strict(quarters, default=None),
        repeat=pl.col("contact_id").is_in(repeats.implode()),
        bad=pl.col("contact_id").is_in(repeats.implode())
        | pl.col("contact_id").is_in(bad["contact_id"].drop_nulls().implode()),
    )
    contacts = contacts.drop_nulls("last")
    by_issue = contacts.group_by("customer_id", "last", "issue_code").agg(
        pl.col("bad").sum(), pl.col("repeat").sum(), pl.col("is_complaint").fill_null(False).any()
    )
    by_customer = by_issue.group_by("customer_id", "last").agg(
        pl.col("bad").sum(), pl.col("repeat").max(), pl.col("is_complaint").any()
    )
    frustrated = pl.col("is_complaint") | (pl.col("repeat") >= delivery.assumption("frustration_repeats"))
    return by_customer.with_columns(
        experience=pl.when(frustrated)
        .then(pl.lit("frustration"))
        .when(pl.col("bad") >= delivery.assumption("several_bad_from"))
        .then(pl.lit("several_bad"))
        .when(pl.col("bad") > 0)
        .then(pl.lit("one_bad"))
        .otherwise(pl.lit("none"))
    )


def test_cost_of_poor_service_again_and_against_what_was_planted(
    demo: Project, delivery: Delivery, chances: np.ndarray
) -> None:
    rows = followed(delivery, experiences(delivery), 3)
    rows = rows.filter(pl.col("number") > rows["number"].max() - 12)
    rows = rows.with_columns(planted=pl.Series(expected_losses(rows, chances, 3)))
    own = {
        row["experience"]: row
        for row in rows.group_by("experience")
        .agg(n=pl.len(), lost=pl.col("lost").sum(), planted=pl.col("planted").mean())
        .rows(named=True)
    }
    mart = table(demo, "marts.cost_of_poor_service").filter(pl.col("scope_kind") == "organisation")
    assert set(mart["experience"]) == {"one_bad", "several_bad", "frustration"}
    for cost in mart.rows(named=True):
        group, none = own[cost["experience"]], own["none"]
        assert (cost["customer_count"], cost["lost_count"]) == (group["n"], group["lost"])
        assert (cost["compared_count"], cost["compared_lost_count"]) == (none["n"], none["lost"])
        excess = group["lost"] / group["n"] - none["lost"] / none["n"]
        assert cost["customers_lost"] == pytest.approx(excess * group["n"], rel=1e-9)
        planted = 100 * (group["planted"] - none["planted"])
        assert planted > 0
        assert cost["excess_rate_pct_ci_low"] < planted < cost["excess_rate_pct_ci_high"]
