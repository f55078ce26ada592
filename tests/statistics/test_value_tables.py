"""Tables of cells to tables of values, as the Python models of dbt call them."""

from __future__ import annotations

import numpy as np
import pytest

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.contract_lifetime import ContractLifetime, fit_contract_lifetime
from service_control.statistics.value_tables import (
    ERRORS,
    lifetime_rows,
    link_rows,
    monthly_rate,
    poor_service_rows,
    purchase_rows,
    spend_rows,
)
from tests.statistics.analyses import values_of_seed

CHOSEN = ValueAssumptions.of(values_of_seed())


def renewals(product: str, contracts: int, months: int = 24) -> dict[str, np.ndarray]:
    """Expected counts of a shifted beta-geometric cohort."""
    truth = ContractLifetime(1.5, 80.0, 0.0, np.zeros((2, 2)))
    at_risk = contracts * truth.survival(np.arange(months))
    return {
        "product": np.repeat([product], months),
        "renewal_number": np.arange(1, months + 1),
        "at_risk_count": at_risk,
        "renewed_count": contracts * truth.survival(np.arange(1, months + 1)),
    }


def joined(*tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def test_a_product_that_lost_few_has_the_lifetime_of_all() -> None:
    both = joined(renewals("large", 5000), renewals("small", 50))
    wanted = {"product": np.array(["large", "small"]), "renewal_number": np.array([3, 3])}
    large, small = lifetime_rows(both, wanted, CHOSEN)
    assert (large["fit_key"], small["fit_key"]) == ("large", "all")
    truth = ContractLifetime(1.5, 80.0, 0.0, np.zeros((2, 2)))
    expected = truth.residual_lifetime(np.array([3]), monthly_rate(CHOSEN.discount_rate_per_year))[0]
    assert large["residual_months"] == pytest.approx(expected, rel=1e-4)
    # of more customers the lifetime is known better
    fit = fit_contract_lifetime(both["at_risk_count"][:24], both["renewed_count"][:24])
    error = fit.residual_lifetime_estimate(
        np.array([3]), np.array([1.0]), monthly_rate(CHOSEN.discount_rate_per_year), 0.05
    ).standard_error
    assert np.hypot(large["error_1"], large["error_2"]) == pytest.approx(error, rel=1e-6)


def test_nobody_left_is_said_and_not_guessed() -> None:
    table = renewals("a", 100)
    table["renewed_count"] = table["at_risk_count"]
    wanted = {"product": np.array(["a"]), "renewal_number": np.array([2])}
    assert lifetime_rows(table, wanted, CHOSEN) == [
        {"product": "a", "renewal_number": 2, "refusal_reason": "no_churn"}
    ]
    nothing = {name: values[:0] for name, values in table.items()}
    assert lifetime_rows(nothing, {name: wanted[name][:0] for name in wanted}, CHOSEN) == []


def buyers(count: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Histories of buyers by week, and how often each buys in the three years after."""
    random = np.random.default_rng(5)
    age = random.integers(52, 105, count)
    rate = random.gamma(0.8, 1 / 10, count)
    purchases = random.geometric(random.beta(0.9, 3.0, count))
    times = np.cumsum(random.exponential(1, (count, 160)) / rate[:, None], axis=1)
    alive = np.arange(160) < purchases[:, None]
    made = alive & (times <= age[:, None])
    later = alive & (times > age[:, None]) & (times <= age[:, None] + 156.5)
    histories = {
        "frequency": made.sum(axis=1),
        "recency_weeks": np.ceil(np.where(made, times, 0).max(axis=1)).astype(int),
        "age_weeks": age,
    }
    waited = (times - age[:, None]) / 52.18
    return histories, (later * 1.08**-waited).sum(axis=1)


def test_purchases_still_to_come_are_those_that_come() -> None:
    histories, later = buyers(20_000)
    rows = purchase_rows(histories | {"customer_count": np.ones(len(later))}, CHOSEN)
    expected = np.array([row["expected_purchases"] for row in rows])
    assert expected.sum() == pytest.approx(later.sum(), rel=0.05)
    frequent = histories["frequency"] >= 5
    assert expected[frequent].mean() == pytest.approx(later[frequent].mean(), rel=0.1)
    alive = np.array([row["probability_alive"] for row in rows])
    assert ((alive >= 0) & (alive <= 1)).all()
    # the fit is shared, so errors add up before they are squared
    moved = np.array([[row[error] for error in ERRORS[:4]] for row in rows]).sum(axis=0)
    assert 0.005 < np.sqrt((moved**2).sum()) / expected.sum() < 0.05


def test_spend_is_drawn_to_that_of_all() -> None:
    random = np.random.default_rng(6)
    frequency = random.integers(1, 9, 5000)
    own = 6.0 / random.gamma(4.0, 1 / 15.0, 5000)
    mean = random.gamma(6.0 * frequency) / (6.0 * frequency) * own
    steps = np.floor(100 * np.log(mean)).astype(int)
    rows = spend_rows({"frequency": frequency, "spend_step": steps, "customer_count": np.ones(5000)})
    expected = np.array([row["expected_spend_eur"] for row in rows])
    assert expected.mean() == pytest.approx(own.mean(), rel=0.05)
    assert ((expected - own) ** 2).mean() < ((mean - own) ** 2).mean()


def panel(code: str, units: int, kind: str = "team") -> dict[str, np.ndarray]:
    random = np.random.default_rng(len(code))
    unit, quarter = np.divmod(np.arange(units * 8), 8)
    return {
        "metric_code": np.repeat([code], units * 8),
        "scope_kind": np.repeat([kind], units * 8),
        "unit_key": unit.astype(str),
        "quarter_number": quarter,
        "n": np.where(unit == 0, 3.0, 20.0),
        "mean_value": random.normal(5, 1, units * 8) + np.where(unit == 0, 9, 0),
        "error_variance": np.full(units * 8, 0.01),
    }


def chain(*links: tuple[str, str]) -> dict[str, np.ndarray]:
    drivers, outcomes = zip(*links, strict=True)
    return {
        "driver_metric_code": np.array(drivers),
        "outcome_metric_code": np.array(outcomes),
        "has_same_respondents": np.zeros(len(links), dtype=bool),
    }


def test_a_link_without_its_measures_has_no_row_and_a_thin_one_its_reason() -> None:
    thin = joined(panel("ces", 5), panel("csat", 5), panel("ces", 1, "organisation"))
    (row,) = link_rows(chain(("ces", "csat"), ("ces", "absent"), ("absent", "csat")), thin, CHOSEN)
    assert (row["refusal_reason"], row["refusal_needed"], row["refusal_found"]) == ("too_few_units", 8, 5)
    assert row["driver_level"] == thin["mean_value"][-1]
    assert "slope" not in row


def test_the_range_of_a_driver_is_that_of_groups_that_may_be_shown() -> None:
    both = joined(panel("ces", 12), panel("csat", 12))
    (row,) = link_rows(chain(("ces", "csat")), both, CHOSEN)
    assert row["driver_highest"] < 10
    assert both["mean_value"][:8].max() > 10


def groups(kind: str, key: str, counts: tuple[int, ...]) -> dict[str, np.ndarray]:
    return {
        "scope_kind": np.repeat([kind], 4),
        "scope_key": np.repeat([key], 4),
        "experience": np.array(["none", "one_bad", "several_bad", "frustration"]),
        "customer_count": np.array(counts),
        "lost_count": np.array([50, 10, 3, 4]),
        "monthly_margin_eur": 10.0 * np.array(counts),
    }


BASES = {
    "base_kind": np.array(["contacted"]),
    "fit_key": np.array(["all"]),
    "customer_count": np.array([100]),
    "margin_eur": np.array([2000.0]),
    "margin_sq": np.array([50_000.0]),
    "clv_eur": np.array([120_000.0]),
    **{error: np.array([0.0]) for error in ERRORS},
}


def test_a_kind_with_a_group_of_few_is_not_shown() -> None:
    """The group could be told by subtracting the others from the organisation."""
    cells = joined(
        groups("organisation", "all", (2000, 300, 44, 60)),
        groups("segment", "a", (1000, 150, 40, 30)),
        groups("segment", "b", (1000, 150, 4, 30)),
        groups("region", "x", (1000, 150, 22, 30)),
        groups("region", "y", (1000, 150, 22, 30)),
    )
    rows = poor_service_rows(cells, BASES, CHOSEN)
    assert {row["scope_kind"] for row in rows} == {"organisation", "region"}
    one = next(row for row in rows if row["experience"] == "one_bad" and row["scope_kind"] == "organisation")
    assert one["customers_lost"] == pytest.approx(300 * (10 / 300 - 50 / 2000))
    assert one["value_per_customer_eur"] == pytest.approx(10 * 60)
    assert one["margin_lost_eur"] == pytest.approx(one["customers_lost"] * 600)


def test_nobody_with_a_lifetime_has_no_cost() -> None:
    none = {name: values[:0] for name, values in BASES.items()}
    assert poor_service_rows(groups("organisation", "all", (2000, 300, 44, 60)), none, CHOSEN) == []
