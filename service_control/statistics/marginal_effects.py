"""What a point on a driver does to the chance of an event such as leaving: a logistic model from counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.results import Estimate, Refusal

CERTAIN = 12.0
"""Log odds; a model that says e^12 to 1 for somebody has found a perfect predictor, or leaked the outcome."""


@dataclass(frozen=True, slots=True)
class MarginalEffects:
    """What each driver does, in the order given.

    Attributes
    ----------
    effects : change of the mean chance (0 to 1) per unit of the driver.
    q_values : that there is no effect, after Benjamini and Hochberg over the drivers.
    rate : the mean chance, 0 to 1.
    """

    drivers: tuple[str, ...]
    effects: tuple[Estimate, ...]
    q_values: tuple[float, ...]
    rate: float
    customer_count: int
    event_count: int


def marginal_effects(
    drivers: Sequence[str],
    values: np.ndarray,
    trials: np.ndarray,
    events: np.ndarray,
    groups: np.ndarray,
    *,
    assumptions: Assumptions,
) -> MarginalEffects | Refusal:
    """Average marginal effects of a logistic regression, clustered by group of customers.

    What leaves SQL is counts: one row per combination of driver scores and group of customers (by a hash of the key)
    with how many there were and how many of them left. Where combinations are as many as customers (eight drivers on
    seven points are), the same rows are drawn for a bounded sample of customers by hash: 100,000 of them leave a
    standard error of 0.1 percentage points where a tenth leaves (measured). Either way the rows stay in the
    restricted part of the database.

    Parameters
    ----------
    values : (m, p), driver scores of each row.
    trials, events : (m,), customers and those with the event.
    groups : (m,), group of each row; a customer belongs to one.

    The interval allows for the sampling of customers too, not of coefficients alone. Returns a Refusal when events are
    too few per driver, groups too few, or a driver predicts perfectly (a score that was known after the fact).

    Source: Williams, R. (2012), The Stata Journal 12(2), 308-331; errors by influence functions.
    """
    values, trials, events = (np.asarray(column, dtype=float) for column in (values, trials, events))
    p, happened = len(drivers), float(events.sum())
    fewest = min(happened, trials.sum() - happened)
    needed = assumptions.driver_minimum_events_per_driver * p
    if fewest < needed:
        return Refusal("too_few_events", needed=needed, found=fewest)
    _, group = np.unique(groups, return_inverse=True)
    count = int(group.max()) + 1
    if count < assumptions.minimum_groups:
        return Refusal("too_few_groups", needed=assumptions.minimum_groups, found=count)
    centre = trials @ values / trials.sum()
    scale = np.sqrt(trials @ (values - centre) ** 2 / trials.sum())
    if (scale <= 1e-12 * (1 + np.abs(centre))).any():
        return Refusal("no_variation", needed=2, found=1, about=drivers[int(scale.argmin())])
    design = np.column_stack([np.ones(len(values)), (values - centre) / scale])
    fitted = _logistic(design, trials, events)
    if isinstance(fitted, Refusal):
        return fitted
    beta, bread = fitted

    chance = special.expit(design @ beta)
    slope = chance * (1 - chance)
    curve = slope * (1 - 2 * chance)
    total = trials.sum()
    effects = (trials @ slope / total) * beta[1:]
    gradient = np.outer(beta[1:], (trials * curve) @ design / total)
    gradient[:, 1:] += np.eye(p) * (trials @ slope / total)
    scores = design * (events - trials * chance)[:, None]
    influence = (
        scores @ (bread @ gradient.T)
        + (trials[:, None] * (slope[:, None] * beta[1:] - effects)) / total
    )  # fmt: skip
    summed = np.zeros((count, p))
    np.add.at(summed, group, influence)
    errors = np.sqrt((summed**2).sum(axis=0) * count / (count - 1))
    estimates = tuple(
        Estimate.of(effect, error, assumptions.significance_level, count - 1)
        for effect, error in zip(effects / scale, errors / scale, strict=True)
    )
    return MarginalEffects(
        tuple(drivers),
        estimates,
        tuple(float(q) for q in stats.false_discovery_control([each.p_value for each in estimates])),
        rate=happened / float(total),
        customer_count=int(total),
        event_count=int(happened),
    )


def _logistic(
    design: np.ndarray, trials: np.ndarray, events: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | Refusal:
    """Coefficients (p + 1,) and inverse information (p + 1, p + 1) by Newton's method."""
    rate = events.sum() / trials.sum()
    beta = np.zeros(design.shape[1])
    beta[0] = special.logit(rate)
    for _ in range(50):
        chance = special.expit(design @ beta)
        information = design.T @ (design * (trials * chance * (1 - chance))[:, None])
        if np.linalg.cond(information) > 1e12:
            break
        step = np.linalg.solve(information, design.T @ (events - trials * chance))
        beta = beta + step
        if np.abs(design @ beta).max() > CERTAIN * 3:
            break
        if np.abs(step).max() < 1e-10:
            odds = np.abs(design @ beta)
            if np.average(odds > CERTAIN, weights=trials) > 0.01:
                break
            return beta, np.linalg.inv(information)
    return Refusal("perfect_prediction", needed=CERTAIN, found=float(np.abs(design @ beta).max()))
