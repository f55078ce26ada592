"""Links over units and periods, and the euros at their end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from service_control.errors import InputError
from service_control.statistics.results import Estimate, Refusal, product
from service_control.statistics.value_chain import (
    Link,
    WhatIf,
    cost_of_poor_service,
    euro_per_point,
    panel_link,
    what_if,
)
from tests.statistics.analyses import ASSUMPTIONS


def panel(slope: float, lag: int, seed: int, units: int = 20, periods: int = 24) -> np.ndarray:
    """Unit, period, driver, outcome: units that differ lastingly, a season that all share, a planted slope."""
    random = np.random.default_rng(seed)
    season = random.standard_normal(periods)
    driver = 5 + random.standard_normal((units, 1)) + season + random.standard_normal((units, periods))
    outcome = 50 + 3 * random.standard_normal((units, 1)) + season + random.standard_normal((units, periods))
    outcome[:, lag:] += slope * driver[:, : periods - lag]
    unit, period = np.divmod(np.arange(units * periods), periods)
    return np.column_stack([unit, period, driver.ravel(), outcome.ravel()])


def link(rows: np.ndarray, lags: tuple[int, ...] = (0, 1, 2, 3)) -> Link | Refusal:
    return panel_link("ces", "retention", *rows.T, lags=lags, assumptions=ASSUMPTIONS)


def dummies_slope(rows: np.ndarray, lag: int, first: int) -> float:
    """The slope by least squares with a column per unit and per period, from rows that may be missing."""
    at = {(int(u), int(t)): (x, y) for u, t, x, y in rows}
    pairs = [
        (u, t, at[u, t - lag][0], y) for (u, t), (_, y) in at.items() if t >= first and (u, t - lag) in at
    ]
    table = np.array(pairs)
    units = table[:, :1] == np.unique(table[:, 0])
    periods = table[:, 1:2] == np.unique(table[:, 1])[1:]
    design = np.column_stack([table[:, 2], units, periods]).astype(float)
    return float(np.linalg.lstsq(design, table[:, 3], rcond=None)[0][0])


def test_the_planted_lag_and_slope_are_found() -> None:
    found = link(panel(0.6, 2, seed=1))
    assert found.lag == 2
    assert found.slope.low < 0.6 < found.slope.high
    assert found.is_demonstrable
    assert found.holdout_r_squared[2] == max(found.holdout_r_squared.values()) > 0.1
    assert (found.unit_count, found.period_count) == (20, 21)


def test_the_slope_is_that_of_unit_and_period_dummies() -> None:
    rows = panel(0.5, 1, seed=2)
    rows = rows[np.random.default_rng(0).random(len(rows)) < 0.8]
    found = link(rows)
    assert found.slope.value == pytest.approx(dummies_slope(rows, found.lag, 3), abs=1e-9)


def test_the_error_is_the_jackknife_over_units() -> None:
    rows = panel(0.5, 0, seed=3, units=9)
    found = link(rows, lags=(0,))
    slopes = np.array([dummies_slope(rows[rows[:, 0] != u], 0, 0) for u in range(9)])
    assert found.slope.standard_error == pytest.approx(
        np.sqrt(8 / 9 * ((slopes - found.slope.value) ** 2).sum()), rel=1e-6
    )
    assert found.slope.degrees_of_freedom == 8
    assert found.p_value == pytest.approx(found.slope.p_value)


def test_a_shared_season_is_no_link() -> None:
    """Driver and outcome rise and fall together, in all units alike."""
    found = link(panel(0.0, 0, seed=4))
    assert not found.is_demonstrable
    rows = panel(0.0, 0, seed=4)
    within = rows[:, 2:] - np.repeat([rows[rows[:, 0] == u, 2:].mean(axis=0) for u in range(20)], 24, axis=0)
    assert stats.pearsonr(*within.T).pvalue < 1e-6


def test_the_p_value_pays_for_every_lag() -> None:
    found = link(panel(0.0, 0, seed=5))
    assert found.p_value == pytest.approx(min(1, 4 * found.slope.p_value))


def test_the_observed_range_is_that_of_the_periods_used() -> None:
    rows = panel(0.6, 2, seed=1)
    rows[rows[:, 1] == 23, 2] += 100
    assert link(rows, lags=(2,)).highest < 50


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[rows[:, 0] < 7], "too_few_units"),
        (lambda rows: rows[rows[:, 1] < 8], "too_few_periods"),
        (lambda rows: rows * [1, 1, 0, 1], "no_variation"),
    ],
)
def test_a_panel_that_is_too_thin_is_refused(change, reason: str) -> None:
    refused = link(change(panel(0.5, 1, seed=6)))
    assert isinstance(refused, Refusal)
    assert refused.reason == reason


def test_a_unit_twice_in_a_period_is_an_error() -> None:
    rows = panel(0.5, 1, seed=6)
    with pytest.raises(InputError, match="twice in a period"):
        link(np.vstack([rows, rows[:1]]))


def test_product_of_estimates_by_the_delta_method() -> None:
    parts = [Estimate.of(2.0, 0.1, 0.05, 10), Estimate.of(30.0, 3.0, 0.05), Estimate.of(-5.0, 0.25, 0.05)]
    found = product(parts, 0.05)
    assert found.value == pytest.approx(-300)
    relative = np.sqrt(0.05**2 + 0.1**2 + 0.05**2)
    assert found.standard_error == pytest.approx(300 * relative)
    assert found.degrees_of_freedom == pytest.approx(relative**4 / (0.05**4 / 10))


def test_a_product_with_zero_has_the_error_of_that_part() -> None:
    found = product([Estimate.of(0.0, 0.1, 0.05), Estimate.of(30.0, 3.0, 0.05)], 0.05)
    assert (found.value, found.standard_error) == pytest.approx((0, 3))


RETENTION = Estimate.of(0.004, 0.001, 0.05, 19)
MARGIN = Estimate.of(120.0, 4.0, 0.05)
LIFETIME = Estimate.of(5.4145, 0.2, 0.05)


def test_euro_per_point_by_hand() -> None:
    found = euro_per_point(RETENTION, 20_000, MARGIN, LIFETIME, assumptions=ASSUMPTIONS)
    assert found.value == pytest.approx(0.004 * 20_000 * 120 * 5.4145)
    relative = np.sqrt(0.25**2 + (4 / 120) ** 2 + (0.2 / 5.4145) ** 2)
    assert found.standard_error == pytest.approx(found.value * relative)
    assert 0 < found.low < found.value < found.high


def planted_link(**changes: object) -> Link:
    base = Link("ces", "csat", 1, Estimate.of(0.5, 0.1, 0.05, 19), 0.001, True, {1: 0.2}, 20, 23, 3.0, 6.0)
    return replace(base, **changes)


def test_what_if_carries_a_change_to_euros() -> None:
    chain = [
        planted_link(),
        planted_link(driver="csat", outcome="retention", slope=Estimate.of(2.0, 0.2, 0.05, 19)),
    ]
    euro = Estimate.of(1000.0, 100.0, 0.05)
    found = what_if(0.4, chain, [5.0, 4.0], euro, significance_level=0.05)
    assert [step.value for step in found.steps] == pytest.approx([0.2, 0.4])
    assert found.euros.value == pytest.approx(400)
    assert found.euros.standard_error == pytest.approx(400 * np.sqrt(0.2**2 + 0.1**2 + 0.1**2))
    back = what_if(-0.4, chain, [5.0, 4.0], euro, significance_level=0.05)
    assert (back.euros.low, back.euros.high) == pytest.approx((-found.euros.high, -found.euros.low))


def test_what_if_goes_no_further_than_was_seen() -> None:
    euro = Estimate.of(1000.0, 100.0, 0.05)
    options = {"significance_level": 0.05}
    assert what_if(1.5, [planted_link()], [5.0], euro, **options) == Refusal(
        "outside_observed_range", needed=6.0, found=6.5, about="ces"
    )
    assert what_if(-2.5, [planted_link()], [5.0], euro, **options).needed == 3.0
    chain = [planted_link(), planted_link(driver="csat", highest=4.1)]
    assert what_if(0.5, chain, [5.0, 4.0], euro, **options).about == "csat"
    # half of the change arrives at the second link: 4.25
    chain = [planted_link(), planted_link(driver="csat", highest=4.3)]
    assert isinstance(what_if(0.5, chain, [5.0, 4.0], euro, **options), WhatIf)


def test_what_if_needs_a_link() -> None:
    refused = what_if(
        0.1,
        [planted_link(is_demonstrable=False, p_value=0.2)],
        [5.0],
        Estimate.of(1.0, 0.1, 0.05),
        significance_level=0.05,
    )
    assert refused == Refusal("link_not_demonstrable", needed=0.05, found=0.2, about="ces")


def test_cost_of_poor_service_by_hand() -> None:
    found = cost_of_poor_service(
        ["none", "one", "several"],
        np.array([8000, 1500, 500]),
        np.array([400, 120, 75]),
        np.array([300.0, 320.0, 280.0]),
        assumptions=ASSUMPTIONS,
    )
    one, several = found
    assert one.excess_rate.value == pytest.approx(0.08 - 0.05)
    assert one.customers_lost.value == pytest.approx(45)
    assert one.margin_lost_eur.value == pytest.approx(45 * 320)
    assert several.margin_lost_eur.value == pytest.approx((0.15 - 0.05) * 500 * 280)
    for cost in found:
        assert 0 < cost.excess_rate.low < cost.excess_rate.value < cost.excess_rate.high


@pytest.mark.parametrize(("n", "rate", "base"), [(20, 0.1, 0.05), (60, 0.3, 0.05), (200, 0.05, 0.05)])
def test_excess_rates_hold_the_truth(n: int, rate: float, base: float) -> None:
    """Weighed over every outcome, so no chance is involved."""
    outcomes = [(k, k0) for k in range(n + 1) for k0 in range(0, 201, 1)]
    chance = np.array([stats.binom.pmf(k, n, rate) * stats.binom.pmf(k0, 200, base) for k, k0 in outcomes])
    likely = np.flatnonzero(chance > 1e-6)
    covered = 0.0
    for i in likely:
        k, k0 = outcomes[i]
        (found,) = cost_of_poor_service(
            ["none", "one"],
            np.array([200, n]),
            np.array([k0, k]),
            np.array([1.0, 1.0]),
            assumptions=ASSUMPTIONS,
        )
        covered += chance[i] * (found.excess_rate.low <= rate - base <= found.excess_rate.high)
    assert 0.93 < covered / chance[likely].sum() < 0.985


def test_a_thin_group_has_no_cost() -> None:
    refused = cost_of_poor_service(
        ["none", "one"], np.array([100, 9]), np.array([5, 2]), np.array([1, 1]), assumptions=ASSUMPTIONS
    )
    assert refused == Refusal("too_few_in_a_box", needed=10, found=9, about="one")


def noisy_panel(slope: float, noise: float, seed: int, units: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """A panel as above whose driver is known up to chance of standard deviation `noise`, and the variances of it."""
    rows = panel(slope, 0, seed, units=units)
    random = np.random.default_rng([seed, 1])
    rows[:, 2] += noise * random.standard_normal(len(rows))
    return rows, np.full(len(rows), noise**2)


def test_chance_in_who_answered_is_taken_out_of_the_driver() -> None:
    rows, variances = noisy_panel(0.6, 0.8, seed=11)
    options = {"lags": (0,), "assumptions": ASSUMPTIONS}
    plain = panel_link("a", "b", *rows.T, **options)
    found = panel_link("a", "b", *rows.T, driver_error_variances=variances, **options)
    assert plain.slope.high < 0.6
    assert found.slope.low < 0.6 < found.slope.high
    assert found.driver_reliability == pytest.approx(1 / (1 + 0.8**2), abs=0.08)
    assert found.slope.value == pytest.approx(plain.slope.value / found.driver_reliability)
    # whether there is a link at all does not depend on how well the driver is known
    assert found.is_demonstrable == plain.is_demonstrable


def test_without_chance_the_corrected_interval_is_nearly_the_plain_one() -> None:
    rows = panel(0.6, 0, seed=12, units=40)
    options = {"lags": (0,), "assumptions": ASSUMPTIONS}
    plain = panel_link("a", "b", *rows.T, **options).slope
    found = panel_link("a", "b", *rows.T, driver_error_variances=np.zeros(len(rows)), **options).slope
    assert found.value == pytest.approx(plain.value)
    assert (found.low, found.high) == pytest.approx(
        (plain.low, plain.high), abs=0.05 * (plain.high - plain.low)
    )


def test_a_driver_that_moves_by_chance_alone_is_refused() -> None:
    rows, _ = noisy_panel(0.6, 0.8, seed=13)
    within = np.full(len(rows), 1.0 + 0.8**2)
    refused = panel_link("a", "b", *rows.T, lags=(0,), assumptions=ASSUMPTIONS, driver_error_variances=within)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.about) == ("driver_unreliable", "a")
    assert abs(refused.found) < 0.2


def test_more_units_than_are_left_out_one_by_one() -> None:
    """Leaving out groups of units gives the error of leaving out units."""
    rows = panel(0.3, 0, seed=14, units=230)
    found = link(rows, lags=(0,))
    assert found.slope.degrees_of_freedom == 199
    first = link(rows[rows[:, 0] < 200], lags=(0,))
    assert found.slope.standard_error == pytest.approx(
        first.slope.standard_error * np.sqrt(200 / 230), rel=0.2
    )
