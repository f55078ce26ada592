"""Whether falling short hurts more than exceeding helps: penalties and rewards, and the expectation curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.moments import SMALLEST_EIGENVALUE, Moments
from service_control.statistics.regression import Regression, regression, slopes
from service_control.statistics.results import Estimate, Refusal

LOW, HIGH = "_low", "_high"
BELOW, AS, ABOVE, OUTCOME = "below", "as", "above", "outcome"

Pattern = Literal["basic", "performance", "excitement", "none"]


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """What a low and a high score on one driver do to the outcome, beside all other drivers.

    Attributes
    ----------
    penalty, reward : outcome of the low and of the high boxes minus that of the boxes between, in its unit.
    range_of_impact : |penalty| + |reward| (RIOCS), value only.
    asymmetry : (reward - |penalty|) / RIOCS, in [-1, 1]; negative: falling short hurts more (IA).
    p_value, q_value : of the Wald test |penalty| = reward; q after Benjamini and Hochberg over the drivers.
    pattern : `basic` when the penalty is larger, `excitement` when the reward is, `performance` when the two cannot be
        told apart, `none` when neither differs from zero (F test of both, Benjamini and Hochberg over the drivers).
    """

    driver: str
    penalty: Estimate
    reward: Estimate
    range_of_impact: float
    asymmetry: Estimate
    p_value: float
    q_value: float
    pattern: Pattern


def index_of_asymmetry(penalty: np.ndarray, reward: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """RIOCS and IA of penalties and rewards of any shape; IA is NaN where both are zero.

    Source: Mikulić & Prebežac (2008), Managing Service Quality 18(6), impact range and impact asymmetry.
    """
    spread = np.abs(penalty) + np.abs(reward)
    with np.errstate(invalid="ignore", divide="ignore"):
        return spread, (reward - np.abs(penalty)) / spread


def penalty_reward(
    groups: Moments,
    outcome: str,
    drivers: Sequence[str],
    *,
    assumptions: Assumptions,
    seed: int = 0,
) -> tuple[Asymmetry, ...] | Refusal:
    """Regression of the outcome on a low and a high dummy of every driver.

    Parameters
    ----------
    groups : moments per group of respondents (one leading axis) of the outcome and, for each driver d, of the dummies
        `d_low` and `d_high` (0 or 1: the answer is in the low, in the high boxes).

    Intervals of penalty and reward are Student's with errors clustered by group; that of the index is resampled.
    Returns a Refusal when there are too few groups, a box of a driver is too thin or stands in few groups, or dummies
    are the same column or add up to each other.

    Source: Brandt (1987) penalty-reward contrast.
    """
    dummies = [f"{driver}{side}" for driver in drivers for side in (LOW, HIGH)]
    groups = groups.select([*dummies, outcome])
    refusal = _thin_box(groups.total(), drivers, assumptions)
    if refusal:
        return refusal
    if len(groups.n) < assumptions.minimum_groups:
        return Refusal("too_few_groups", needed=assumptions.minimum_groups, found=len(groups.n))
    among = groups.total().select(dummies).correlation
    if np.linalg.eigvalsh(among)[0] < SMALLEST_EIGENVALUE:
        alike = float(np.abs(np.triu(among, 1)).max())
        return Refusal("same_measurement", needed=1 - SMALLEST_EIGENVALUE, found=alike)
    level = assumptions.significance_level
    random = np.random.default_rng(seed)
    samples, usable_share = groups.resampled(int(assumptions.bootstrap_samples), random).usable(dummies)
    if usable_share < 1 - level:
        return Refusal("varies_in_few_groups", needed=1 - level, found=usable_share)
    resampled = slopes(samples)
    fit = regression(groups, outcome, dummies)
    freedom = fit.degrees_of_freedom
    errors = np.sqrt(np.diagonal(fit.covariance))
    effects = [Estimate.of(*pair, level, freedom) for pair in zip(fit.slopes, errors, strict=True)]
    at = 2 * np.arange(len(drivers))
    # |p| - r is p or r with the sign it has, so that the test is one of a linear contrast
    sign = np.where(fit.slopes[at] > 0, 1, -1)
    differences = fit.slopes[at + 1] - sign * fit.slopes[at]
    variances = (
        fit.covariance[at, at] + fit.covariance[at + 1, at + 1] - 2 * sign * fit.covariance[at, at + 1]
    )
    p_values = 2 * stats.t.sf(np.abs(differences) / np.sqrt(variances), freedom)
    q_values = stats.false_discovery_control(p_values)
    matters = stats.false_discovery_control(_p_of_both(fit, at))
    spread, index = index_of_asymmetry(fit.slopes[at], fit.slopes[at + 1])
    index_samples = index_of_asymmetry(resampled[:, at], resampled[:, at + 1])[1]
    return tuple(
        Asymmetry(
            driver=driver,
            penalty=effects[2 * j],
            reward=effects[2 * j + 1],
            range_of_impact=float(spread[j]),
            asymmetry=Estimate.resampled(index[j], index_samples[:, j], level),
            p_value=float(p_values[j]),
            q_value=float(q_values[j]),
            pattern=_pattern(matters[j] <= level, q_values[j] <= level, differences[j] < 0),
        )
        for j, driver in enumerate(drivers)
    )


def _thin_box(total: Moments, drivers: Sequence[str], assumptions: Assumptions) -> Refusal | None:
    for j, driver in enumerate(drivers):
        low, high = total.sums[2 * j], total.sums[2 * j + 1]
        thinnest = float(min(low, high, total.n - low - high))
        if thinnest < assumptions.box_minimum_n:
            return Refusal("too_few_in_a_box", needed=assumptions.box_minimum_n, found=thinnest, about=driver)
    return None


def _p_of_both(fit: Regression, at: np.ndarray) -> np.ndarray:
    """(drivers,) p-values of the F test that neither penalty nor reward differs from zero."""
    pairs = at[:, None] + np.arange(2)
    effects = fit.slopes[pairs]
    within = fit.covariance[pairs[:, :, None], pairs[:, None, :]]
    wald = (effects * np.linalg.solve(within, effects[..., None])[..., 0]).sum(axis=1)
    return stats.f.sf(wald / 2, 2, fit.degrees_of_freedom)


def _pattern(has_effect: bool, is_asymmetric: bool, hurts_more: bool) -> Pattern:
    if not has_effect:
        return "none"
    if not is_asymmetric:
        return "performance"
    return "basic" if hurts_more else "excitement"


@dataclass(frozen=True, slots=True)
class ExpectationCurve:
    """Mean outcome of those served below, as and above expectation, in the unit of the outcome.

    `loss` is as minus below, `gain` is above minus as. `loss_gain_ratio` is None when the gain cannot be told from
    zero: a ratio to nothing has no value. `is_loss_larger` tells whether loss minus gain leaves zero out; it holds
    without a ratio.
    """

    below: Estimate
    as_expected: Estimate
    above: Estimate
    loss: Estimate
    gain: Estimate
    loss_gain_ratio: Estimate | None
    is_loss_larger: bool


def expectation_curve(
    groups: Moments, *, assumptions: Assumptions, seed: int = 0
) -> ExpectationCurve | Refusal:
    """Engagement below, as and above expectation with the ratio of loss to gain (Kahneman & Tversky 1979).

    Parameters
    ----------
    groups : moments per group of respondents (one leading axis) of `below`, `as`, `above` (0 or 1, one of them 1 on
        each row) and `outcome`.

    All intervals are bootstrap percentiles over groups. Returns a Refusal when there are too few groups or a box is
    too thin.
    """
    groups = groups.select([BELOW, AS, ABOVE, OUTCOME])
    total = groups.total()
    for name, n in zip((BELOW, AS, ABOVE), total.sums, strict=False):
        if n < assumptions.box_minimum_n:
            return Refusal("too_few_in_a_box", needed=assumptions.box_minimum_n, found=float(n), about=name)
    if len(groups.n) < assumptions.minimum_groups:
        return Refusal("too_few_groups", needed=assumptions.minimum_groups, found=len(groups.n))
    level = assumptions.significance_level
    samples = groups.resampled(int(assumptions.bootstrap_samples), np.random.default_rng(seed))
    is_usable = (samples.sums[:, :3] > 0).all(axis=1)
    if is_usable.mean() < 1 - level:
        return Refusal("varies_in_few_groups", needed=1 - level, found=float(is_usable.mean()))
    means = total.products[:3, 3] / total.sums[:3]
    resampled = samples.products[is_usable, :3, 3] / samples.sums[is_usable, :3]

    def estimate(of: np.ndarray, values: np.ndarray) -> Estimate:
        return Estimate.resampled(float(of), values, level)

    loss, losses = means[1] - means[0], resampled[:, 1] - resampled[:, 0]
    gain, gains = means[2] - means[1], resampled[:, 2] - resampled[:, 1]
    reward, ratio = estimate(gain, gains), None
    if reward.low > 0:
        # a sample without gain has the largest ratio there is, not a negative one
        ratio = estimate(loss / gain, losses / np.maximum(gains, gains[gains > 0].min()))
    return ExpectationCurve(
        *(estimate(means[i], resampled[:, i]) for i in range(3)),
        loss=estimate(loss, losses),
        gain=reward,
        loss_gain_ratio=ratio,
        is_loss_larger=estimate(loss - gain, losses - gains).low > 0,
    )
