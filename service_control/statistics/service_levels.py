"""Whether meeting a service level goes with a better experience, or is steered by for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.moments import Moments
from service_control.statistics.results import Estimate, Refusal

LEVEL, OUTCOME = "x", "y"

Verdict = Literal["moves_experience", "hardly_moves", "without_value", "moves_against", "inconclusive"]


@dataclass(frozen=True, slots=True)
class LevelEffect:
    """How an outcome goes along with one service level.

    Attributes
    ----------
    effect : points of the outcome per unit of the level.
    correlation : Pearson's r, interval by Fisher's z.
    p_value : that there is none.
    """

    effect: Estimate
    correlation: Estimate
    p_value: float


def level_effect(groups: Moments, *, assumptions: Assumptions) -> LevelEffect | Refusal:
    """Slope and correlation with errors by a jackknife over groups of respondents, Student's t with groups - 1.

    Parameters
    ----------
    groups : moments per group of respondents (one leading axis) of `x`, the level (higher is better service), and `y`,
        the outcome.

    Returns a Refusal when there are too few observations or groups, or one of the two does not vary.
    """
    groups = groups.select([LEVEL, OUTCOME])
    total, count = groups.total(), len(groups.n)
    if total.n < assumptions.driver_minimum_n:
        return Refusal("too_few_observations", needed=assumptions.driver_minimum_n, found=float(total.n))
    if count < assumptions.minimum_groups:
        return Refusal("too_few_groups", needed=assumptions.minimum_groups, found=count)
    without = Moments(
        groups.names, total.n - groups.n, total.sums - groups.sums, total.products - groups.products
    )  # fmt: skip
    value, moved = total.correlation[0, 1], without.correlation[:, 0, 1]
    if np.isnan(value) or np.isnan(moved).any():
        about = LEVEL if np.isnan(total.correlation[0, 0]) else OUTCOME
        return Refusal("no_variation", needed=2, found=1, about=about)
    level, freedom = assumptions.significance_level, count - 1

    def estimate(at: float, samples: np.ndarray) -> Estimate:
        error = np.sqrt(freedom / count * ((samples - at) ** 2).sum())
        return Estimate.of(at, float(error), level, freedom)

    z = estimate(float(np.arctanh(value)), np.arctanh(moved))
    return LevelEffect(
        estimate(_slope(total), _slope(without)),
        Estimate(float(value), float(np.tanh(z.low)), float(np.tanh(z.high))),
        z.p_value,
    )


def verdict(found: LevelEffect, q_value: float, *, assumptions: Assumptions) -> Verdict:
    """What to think of it, given the p-value after allowing for all levels that were tried."""
    matters, r = assumptions.smallest_correlation, found.correlation
    if q_value <= assumptions.significance_level:
        if r.value < 0:
            return "moves_against"
        return "moves_experience" if r.value >= matters else "hardly_moves"
    return "without_value" if r.high < matters else "inconclusive"


def _slope(moments: Moments) -> np.ndarray:
    covariance = moments.covariance
    return covariance[..., 0, 1] / covariance[..., 0, 0]
