"""Driver impact: answer keys, brute force over all orders, and what must be refused or not be ranked."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, special, stats

from service_control.statistics.driver_impact import DriverImpact, driver_impact
from service_control.statistics.marginal_effects import MarginalEffects, marginal_effects
from service_control.statistics.moments import Moments
from service_control.statistics.relative_weights import lmg, relative_weights, variance_inflation
from service_control.statistics.results import Refusal
from tests.statistics.analyses import ASSUMPTIONS

KEY_PREDICTORS = np.array([[1, 0.6, 0.3], [0.6, 1, 0.4], [0.3, 0.4, 1]])
KEY_OUTCOME = np.array([0.5, 0.6, 0.4])
DRIVERS = ("ease", "attention", "empathy", "helpful", "trusted")


def planted(n: int, betas: list[float], seed: int, together: float = 0.4, noise: float = 1.0) -> np.ndarray:
    """Drivers that go together, one that does not (the last), and the outcome they make."""
    random = np.random.default_rng(seed)
    p = len(betas)
    shared = np.full(p, np.sqrt(together))
    shared[-1] = 0
    drivers = random.standard_normal((n, 1)) * shared + random.standard_normal((n, p)) * np.sqrt(
        1 - shared**2
    )
    return np.column_stack([drivers, drivers @ betas + noise * random.standard_normal(n)])


def impact(rows: np.ndarray, **options: object) -> DriverImpact | Refusal:
    groups = Moments.of_rows([*DRIVERS, "nps"], rows, np.arange(len(rows)) % 200)
    return driver_impact(groups, "nps", DRIVERS, assumptions=ASSUMPTIONS, **options)


def test_answer_key_of_relative_weights() -> None:
    weights = relative_weights(KEY_PREDICTORS, KEY_OUTCOME)
    assert weights == pytest.approx([0.124447, 0.210735, 0.081297], abs=5e-7)
    assert weights.sum() == pytest.approx(0.416479, abs=5e-7)


def test_answer_key_of_lmg() -> None:
    assert lmg(KEY_PREDICTORS, KEY_OUTCOME) == pytest.approx([0.123552, 0.214450, 0.078478], abs=5e-7)


def test_lmg_is_the_mean_over_all_orders_of_regressions_on_rows() -> None:
    rows = planted(80, [0.8, 0.3, -0.5, 0.1, 0.4], seed=2)
    outcome = rows[:, -1] - rows[:, -1].mean()

    def explained(predictors: tuple[int, ...]) -> float:
        design = np.column_stack([np.ones(len(rows)), rows[:, list(predictors)]])
        left = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
        return float(1 - left @ left / (outcome @ outcome))

    orders = list(itertools.permutations(range(5)))
    mean = np.zeros(5)
    for order in orders:
        for place, driver in enumerate(order):
            mean[driver] += (explained(order[: place + 1]) - explained(order[:place])) / len(orders)
    correlation = np.corrcoef(rows.T)
    assert lmg(correlation[:5, :5], correlation[:5, 5]) == pytest.approx(mean, abs=1e-10)


@pytest.mark.parametrize("p", [1, 2, 7, 12])
def test_both_measures_share_out_r_squared(p: int) -> None:
    rows = planted(300, list(np.linspace(0.1, 1, p)), seed=p)
    correlation = np.corrcoef(rows.T)
    predictors, outcome = correlation[:p, :p], correlation[:p, p]
    r_squared = outcome @ np.linalg.solve(predictors, outcome)
    assert relative_weights(predictors, outcome).sum() == pytest.approx(r_squared)
    assert lmg(predictors, outcome).sum() == pytest.approx(r_squared)


def test_lmg_of_thirteen_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="at most 12"):
        lmg(np.eye(13), np.full(13, 0.1))


def test_independent_drivers_weigh_their_squared_correlation() -> None:
    outcome = np.array([0.5, -0.3, 0.1])
    assert relative_weights(np.eye(3), outcome) == pytest.approx(outcome**2)
    assert lmg(np.eye(3), outcome) == pytest.approx(outcome**2)


def test_variance_inflation_is_that_of_regressions_on_the_others() -> None:
    first = KEY_PREDICTORS[0, 1:] @ np.linalg.solve(KEY_PREDICTORS[1:, 1:], KEY_PREDICTORS[0, 1:])
    assert variance_inflation(KEY_PREDICTORS)[0] == pytest.approx(1 / (1 - first))


def test_planted_drivers_are_found_and_ranked() -> None:
    found = impact(planted(2000, [0.6, 0.3, 0.0, -0.2, 0.0], seed=4), affective={"attention", "empathy"})
    assert isinstance(found, DriverImpact)
    by_name = {driver.name: driver for driver in found.drivers}
    assert [by_name[name].rank for name in DRIVERS[:2]] == [1, 2]
    assert (by_name["ease"].sign, by_name["ease"].evidence) == (1, "own")
    # without effect, but in the company of drivers that have one: weighs more than noise, and is not ranked
    assert (by_name["empathy"].evidence, by_name["empathy"].rank) == ("shared", None)
    assert by_name["empathy"].above_noise.low > 0
    assert (by_name["trusted"].evidence, by_name["trusted"].rank) == ("none", None)
    # goes along with the outcome through its company, against its own effect
    assert by_name["helpful"].beta.high < 0 < by_name["helpful"].correlation
    assert by_name["helpful"].sign == 0
    weights = [driver.weight.value for driver in found.drivers]
    assert sum(weights) == pytest.approx(found.r_squared.value)
    assert found.affective_share.value == pytest.approx((weights[1] + weights[2]) / sum(weights))
    assert found.affective_share.low < found.affective_share.value < found.affective_share.high
    for driver in found.drivers:
        assert driver.weight.low < driver.weight.value < driver.weight.high
        assert driver.lmg == pytest.approx(driver.weight.value, abs=0.02)


def test_quadrants_cut_at_the_means() -> None:
    rows = planted(1000, [0.6, 0.5, 0.0, 0.0, 0.0], seed=5, together=0.0)
    rows[:, :5] += [2, 6, 2, 6, 4.5]
    found = impact(rows)
    assert [driver.quadrant for driver in found.drivers] == [
        "concentrate_here", "keep_up", "low_priority", "possible_overkill", "possible_overkill"
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_figures_and_a_unit_does_not_matter() -> None:
    rows = planted(400, [0.6, 0.3, 0.0, 0.2, 0.0], seed=6)
    assert impact(rows, seed=9) == impact(rows, seed=9)
    first, other = impact(rows, seed=9), impact(rows * 10 + 50, seed=9)
    for one, ten in zip(first.drivers, other.drivers, strict=True):
        assert ten.weight.value == pytest.approx(one.weight.value)
        assert ten.beta.value == pytest.approx(one.beta.value)


@pytest.mark.parametrize(
    ("change", "reason", "about"),
    [
        (lambda rows: rows[:49], "too_few_observations", ""),
        (lambda rows: np.column_stack([rows[:, :1] * 0 + 3, rows[:, 1:]]), "no_variation", "ease"),
        (lambda rows: rows[:, [0, 1, 2, 3, 1, 5]], "same_measurement", "attention, trusted"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_reason(change, reason: str, about: str) -> None:
    refused = impact(change(planted(300, [0.5] * 5, seed=7)))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.about) == (reason, about)


def test_refusal_names_what_is_needed() -> None:
    names = [f"driver_{i}" for i in range(8)]
    groups = Moments.of_rows([*names, "nps"], planted(79, [0.3] * 8, seed=8), np.arange(79))
    refused = driver_impact(groups, "nps", names, assumptions=ASSUMPTIONS)
    assert refused == Refusal("too_few_observations", needed=80, found=79)


def test_few_groups_of_respondents_are_refused() -> None:
    rows = planted(500, [0.5] * 5, seed=9)
    groups = Moments.of_rows([*DRIVERS, "nps"], rows, np.arange(500) % 49)
    refused = driver_impact(groups, "nps", DRIVERS, assumptions=ASSUMPTIONS)
    assert refused == Refusal("too_few_groups", needed=50, found=49)


def churn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    scores = random.integers(1, 8, (n, 2)).astype(float)
    left = random.random(n) < special.expit(1.0 - 0.4 * scores[:, 0] - 0.1 * scores[:, 1])
    return scores, left.astype(float), random.integers(0, 150, n)


def test_marginal_effects_are_the_derivative_of_the_mean_chance() -> None:
    """Against another optimiser and a difference quotient."""
    scores, left, groups = churn(4000, seed=1)
    found = marginal_effects(
        ["ease", "trusted"], scores, np.ones(4000), left, groups, assumptions=ASSUMPTIONS
    )
    design = np.column_stack([np.ones(4000), scores])

    def loss(beta: np.ndarray) -> float:
        return float(np.logaddexp(0, design @ beta).sum() - left @ (design @ beta))

    beta = optimize.minimize(loss, np.zeros(3), method="BFGS").x
    for j, effect in enumerate(found.effects):
        moved = design.copy()
        moved[:, j + 1] += 1e-5
        change = special.expit(moved @ beta).mean() - special.expit(design @ beta).mean()
        assert effect.value == pytest.approx(change / 1e-5, abs=2e-5)
        assert effect.high < 0
    assert found.rate == pytest.approx(left.mean())
    assert found.q_values == pytest.approx(
        stats.false_discovery_control([effect.p_value for effect in found.effects])
    )


def test_errors_of_marginal_effects_are_those_of_leaving_groups_out() -> None:
    """Customers differ between groups here, so that the sampling of their scores counts as well."""
    scores, left, groups = churn(3000, seed=5)
    groups = (10 * scores[:, 1]).astype(int) + groups % 10
    names, options = ["ease", "trusted"], {"assumptions": replace(ASSUMPTIONS, minimum_groups=10)}
    found = marginal_effects(names, scores, np.ones(3000), left, groups, **options)
    without = []
    for group in np.unique(groups):
        kept = groups != group
        fit = marginal_effects(names, scores[kept], np.ones(kept.sum()), left[kept], groups[kept], **options)
        without.append([effect.value for effect in fit.effects])
    count = len(without)
    errors = np.sqrt((count - 1) / count * ((np.array(without) - np.mean(without, axis=0)) ** 2).sum(axis=0))
    assert [effect.standard_error for effect in found.effects] == pytest.approx(errors, rel=0.03)


def test_marginal_effects_of_counts_are_those_of_customers() -> None:
    scores, left, groups = churn(4000, seed=2)
    cells, place = np.unique(np.column_stack([scores, groups]), axis=0, return_inverse=True)
    trials, events = np.bincount(place), np.bincount(place, weights=left)
    names = ["ease", "trusted"]
    rows = marginal_effects(names, scores, np.ones(4000), left, groups, assumptions=ASSUMPTIONS)
    counts = marginal_effects(names, cells[:, :2], trials, events, cells[:, 2], assumptions=ASSUMPTIONS)
    assert len(cells) < 3700
    assert isinstance(counts, MarginalEffects)
    for one, other in zip(rows.effects, counts.effects, strict=True):
        assert other.value == pytest.approx(one.value)
        assert other.standard_error == pytest.approx(one.standard_error)


def test_a_score_that_leaks_the_outcome_is_refused() -> None:
    scores, left, groups = churn(4000, seed=3)
    leaked = np.column_stack([scores[:, 0], np.where(left == 1, 1, 5)])
    refused = marginal_effects(
        ["ease", "leaked"], leaked, np.ones(4000), left, groups, assumptions=ASSUMPTIONS
    )
    assert refused.reason == "perfect_prediction"


def test_few_events_few_groups_and_constants_are_refused() -> None:
    scores, left, groups = churn(4000, seed=4)
    names, ones = ["ease", "trusted"], np.ones(4000)
    few = left * (np.cumsum(left) < 20)
    assert marginal_effects(names, scores, ones, few, groups, assumptions=ASSUMPTIONS) == Refusal(
        "too_few_events", needed=20, found=19
    )
    thin = marginal_effects(names, scores, ones, left, groups % 49, assumptions=ASSUMPTIONS)
    assert thin.reason == "too_few_groups"
    flat = np.column_stack([scores[:, 0], np.full(4000, 4.0)])
    refused = marginal_effects(names, flat, ones, left, groups, assumptions=ASSUMPTIONS)
    assert (refused.reason, refused.about) == ("no_variation", "trusted")


def test_fewer_bootstrap_samples_move_no_value() -> None:
    rows = planted(400, [0.6, 0.3, 0.0, 0.2, 0.0], seed=10)
    groups = Moments.of_rows([*DRIVERS, "nps"], rows, np.arange(400))
    few = driver_impact(groups, "nps", DRIVERS, assumptions=replace(ASSUMPTIONS, bootstrap_samples=200))
    many = driver_impact(groups, "nps", DRIVERS, assumptions=ASSUMPTIONS)
    assert [d.weight.value for d in few.drivers] == [d.weight.value for d in many.drivers]
