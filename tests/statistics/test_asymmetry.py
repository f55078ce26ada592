"""Penalties and rewards, and the expectation curve."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from service_control.statistics.asymmetry import (
    Asymmetry,
    expectation_curve,
    index_of_asymmetry,
    penalty_reward,
)
from service_control.statistics.moments import Moments
from service_control.statistics.results import Refusal
from tests.statistics.analyses import ASSUMPTIONS

DRIVERS = ("ease", "empathy", "helpful", "responsible")
DUMMIES = [f"{driver}_{side}" for driver in DRIVERS for side in ("low", "high")]
EFFECTS = [(-0.6, 0.15), (-0.1, 0.6), (-0.4, 0.4), (0.0, 0.0)]


def boxes(n: int, seed: int) -> np.ndarray:
    """Dummies of four drivers that go together, and the outcome they make; two answers per respondent."""
    random = np.random.default_rng(seed)
    person = np.repeat(random.standard_normal((n // 2, 2)), 2, axis=0)
    scores = 0.5 * person[:, :1] + 0.87 * random.standard_normal((n, 4))
    dummies = np.stack([scores < -0.8, scores > 0.7], axis=2).reshape(n, 8).astype(float)
    outcome = 7 + dummies @ np.ravel(EFFECTS) + 0.5 * person[:, 1] + 0.7 * random.standard_normal(n)
    return np.column_stack([dummies, outcome])


def contrast(rows: np.ndarray, group_count: int = 200) -> tuple[Asymmetry, ...] | Refusal:
    groups = Moments.of_rows([*DUMMIES, "csat"], rows, np.arange(len(rows)) // 2 % group_count)
    return penalty_reward(groups, "csat", DRIVERS, assumptions=ASSUMPTIONS)


def test_answer_key_of_the_indices() -> None:
    spread, index = index_of_asymmetry(np.array([-0.60, 0.0]), np.array([0.15, 0.0]))
    assert spread == pytest.approx([0.75, 0])
    assert index[0] == pytest.approx(-0.6)
    assert np.isnan(index[1])


def test_planted_patterns_are_found() -> None:
    found = contrast(boxes(6000, seed=1))
    assert [driver.pattern for driver in found] == ["basic", "excitement", "performance", "none"]
    for driver, (penalty, reward) in zip(found, EFFECTS, strict=True):
        assert driver.penalty.low < penalty < driver.penalty.high
        assert driver.reward.low < reward < driver.reward.high
        assert driver.asymmetry.low <= driver.asymmetry.value <= driver.asymmetry.high
    assert found[0].asymmetry.high < 0 < found[1].asymmetry.low
    assert found[0].range_of_impact == pytest.approx(abs(found[0].penalty.value) + found[0].reward.value)


def test_penalties_are_those_of_a_regression_on_rows() -> None:
    rows = boxes(3000, seed=2)
    design = np.column_stack([np.ones(3000), rows[:, :8]])
    coefficients = np.linalg.lstsq(design, rows[:, 8], rcond=None)[0][1:]
    found = contrast(rows)
    assert [driver.penalty.value for driver in found] == pytest.approx(coefficients[::2])
    assert [driver.reward.value for driver in found] == pytest.approx(coefficients[1::2])


def test_the_wald_test_agrees_with_resampled_respondents() -> None:
    rows = boxes(4000, seed=3)
    found = contrast(rows)
    random = np.random.default_rng(0)
    sums = []
    for _ in range(400):
        drawn = (2 * random.integers(0, 2000, 2000)[:, None] + [0, 1]).ravel()
        design = np.column_stack([np.ones(4000), rows[drawn, :8]])
        slopes = np.linalg.lstsq(design, rows[drawn, 8], rcond=None)[0][1:]
        sums.append(slopes[::2] + slopes[1::2])
    for driver, error in zip(found, np.std(sums, axis=0), strict=True):
        z = (driver.penalty.value + driver.reward.value) / error
        assert stats.norm.isf(driver.p_value / 2) == pytest.approx(abs(z), rel=0.15, abs=0.05)


def test_thin_boxes_few_groups_and_twins_are_refused() -> None:
    rows = boxes(2000, seed=4)
    assert contrast(rows, group_count=49) == Refusal("too_few_groups", needed=50, found=49)
    thin = rows.copy()
    thin[np.flatnonzero(thin[:, 3])[9:], 3] = 0
    assert contrast(thin) == Refusal("too_few_in_a_box", needed=10, found=9, about="empathy")
    twins = rows.copy()
    twins[:, 2:4] = twins[:, 0:2]
    assert contrast(twins).reason == "same_measurement"


def served(n: int, means: tuple[float, float, float], seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    place = random.choice(3, n, p=[0.25, 0.5, 0.25])
    return np.column_stack([np.eye(3)[place], np.array(means)[place] + random.standard_normal(n)])


def curve(rows: np.ndarray) -> object:
    groups = Moments.of_rows(["below", "as", "above", "outcome"], rows, np.arange(len(rows)) % 200)
    return expectation_curve(groups, assumptions=ASSUMPTIONS)


def test_loss_is_larger_than_gain() -> None:
    rows = served(2000, (5.0, 6.0, 6.4), seed=1)
    found = curve(rows)
    means = [rows[rows[:, j] == 1, 3].mean() for j in range(3)]
    assert [found.below.value, found.as_expected.value, found.above.value] == pytest.approx(means)
    assert found.loss_gain_ratio.value == pytest.approx((means[1] - means[0]) / (means[2] - means[1]))
    assert found.loss_gain_ratio.low < 2.5 < found.loss_gain_ratio.high
    assert found.is_loss_larger


def test_no_ratio_to_a_gain_of_nothing() -> None:
    found = curve(served(1000, (5.0, 6.0, 6.0), seed=2))
    assert found.loss_gain_ratio is None
    assert found.is_loss_larger
    assert not curve(served(1000, (5.0, 6.0, 7.0), seed=3)).is_loss_larger


def test_a_thin_side_is_refused() -> None:
    rows = served(300, (5.0, 6.0, 7.0), seed=4)
    rows = rows[(rows[:, 0] == 0) | (np.cumsum(rows[:, 0]) <= 9)]
    assert curve(rows) == Refusal("too_few_in_a_box", needed=10, found=9, about="below")


def test_a_box_that_stands_in_one_group_is_refused() -> None:
    """Many bootstrap samples have nobody in it: no interval, and no division by zero."""
    rows = served(600, (5.0, 6.0, 7.0), seed=5)
    rows = rows[(rows[:, 2] == 0) | (np.cumsum(rows[:, 2]) <= 12)]
    groups = np.where(rows[:, 2] == 1, 0, np.arange(len(rows)) % 200)
    moments = Moments.of_rows(["below", "as", "above", "outcome"], rows, groups)
    refused = expectation_curve(moments, assumptions=ASSUMPTIONS)
    assert refused.reason == "varies_in_few_groups"
    assert refused.found < 0.7
