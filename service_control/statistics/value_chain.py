"""From service to euros over units and periods: links between two measures, and what follows from a point more.

Every link is an association within units over time, no proof of cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from service_control.errors import InputError
from service_control.statistics.assumptions import Assumptions
from service_control.statistics.results import Estimate, Refusal, product


@dataclass(frozen=True, slots=True)
class Link:
    """How an outcome goes along with an earlier measure of the same unit.

    Attributes
    ----------
    slope : units of the outcome per unit of the driver, `lag` periods later.
    p_value : that there is no slope at any lag: of the slope, times the number of lags tried (Bonferroni).
    is_demonstrable : p_value at most the significance level. The interval of the slope is that of the chosen lag and
        may leave zero out where this is False: it does not know that the lag was the luckiest of several.
    holdout_r_squared : per lag tried, of the periods that the slope was not fitted on; below 0: worse than no link.
    lowest, highest : of the driver, as observed; beyond it the link says nothing.
    driver_reliability : share of what varies within units that is more than chance in who answered; None where the
        driver was taken as it is.
    """

    driver: str
    outcome: str
    lag: int
    slope: Estimate
    p_value: float
    is_demonstrable: bool
    holdout_r_squared: dict[int, float]
    unit_count: int
    period_count: int
    lowest: float
    highest: float
    driver_reliability: float | None = None


MOST_LEFT_OUT = 200
"""More units are left out in as many groups: their errors are as good, and a thousand teams take seconds."""


def panel_link(
    driver: str,
    outcome: str,
    units: np.ndarray,
    periods: np.ndarray,
    driver_values: np.ndarray,
    outcome_values: np.ndarray,
    *,
    lags: Sequence[int],
    assumptions: Assumptions,
    driver_error_variances: np.ndarray | None = None,
) -> Link | Refusal:
    """Slope within units, with the lag that predicts best the periods held out.

    Parameters
    ----------
    units, periods : (m,), keys and whole numbers that count periods; one row per unit and period, none or NaN where
        nothing was measured.
    driver_values, outcome_values : (m,).
    lags : periods between driver and outcome to try, 0 or more.
    driver_error_variances : (m,), variance of each driver value by chance in who answered. Given, the slope is that of
        the driver without this chance, which would draw it to zero, with Fieller's interval. Leave it away where
        the same people tell the outcome: chance in who answered is then in both.

    Unit and period effects are taken out: what differs lastingly between units, and what all units share in a period,
    such as a season. The lag is chosen on the last periods, with the slope of the ones before; then the slope is
    fitted on all.
    Errors are clustered by unit (jackknife over units, t with units - 1).

    Returns a Refusal when units or periods are too few, the driver does not vary within units, or it varies by no more
    than chance in who answered. Raises InputError
    when a unit stands twice in a period.

    Source: Cameron & Miller (2015), Journal of Human Resources 50(2); jackknife (CV3) for few clusters: MacKinnon,
    Nielsen & Webb (2023), Journal of Applied Econometrics 38(5). Errors in the driver: Fuller (1987), Measurement Error
    Models, section 3.1; Fieller (1954), Journal of the Royal Statistical Society B 16(2).
    """
    unit_keys, unit = np.unique(units, return_inverse=True)
    period = np.asarray(periods, dtype=int)
    period = period - period.min()
    shape = (len(unit_keys), int(period.max()) + 1)
    if len(np.unique(unit * shape[1] + period)) < len(unit):
        raise InputError(
            "a unit stands twice in a period", where=f"{driver} and {outcome}", remedy="sum it first"
        )
    x, y = np.full(shape, np.nan), np.full(shape, np.nan)
    x[unit, period], y[unit, period] = driver_values, outcome_values
    chance = np.zeros(shape)
    if driver_error_variances is not None:
        chance[unit, period] = np.nan_to_num(np.asarray(driver_error_variances, dtype=float))
    longest = max(lags)
    usable = shape[1] - longest
    held = int(np.ceil(usable * assumptions.holdout_share))
    if usable < assumptions.panel_minimum_periods:
        return Refusal("too_few_periods", needed=assumptions.panel_minimum_periods, found=max(usable, 0))
    # the same outcomes for every lag, or a short lag would be judged on other periods than a long one
    outcomes = y[:, longest:]
    drivers = {lag: x[:, longest - lag : shape[1] - lag] for lag in lags}
    predicted = {}
    for lag, values in drivers.items():
        slope = _slope(values[:, :-held], outcomes[:, :-held])
        predicted[lag] = _r_squared(slope, values[:, -held:], outcomes[:, -held:])
    if all(np.isnan(value) for value in predicted.values()):
        return Refusal("no_variation", needed=2, found=1, about=driver)
    lag = max(predicted, key=lambda lag: np.nan_to_num(predicted[lag], nan=-np.inf))
    chosen = drivers[lag]
    informative = np.flatnonzero((~np.isnan(chosen) & ~np.isnan(outcomes)).sum(axis=1) > 1)
    count = len(informative)
    if count < assumptions.panel_minimum_units:
        return Refusal("too_few_units", needed=assumptions.panel_minimum_units, found=count)
    chosen, outcomes = chosen[informative], outcomes[informative]
    chance = chance[:, longest - lag : shape[1] - lag][informative]
    parts = min(count, MOST_LEFT_OUT)
    kept = np.arange(count) % MOST_LEFT_OUT != np.arange(parts)[:, None]
    whole, *left = _moments_within(chosen, outcomes, chance, np.vstack([np.ones(count, dtype=bool), kept]))
    without = np.array(left)
    if np.isnan(without).any():
        return Refusal("no_variation", needed=2, found=1, about=driver)
    freedom, level = parts - 1, assumptions.significance_level
    reliability = None
    if driver_error_variances is None:
        error = np.sqrt(freedom / parts * ((without[:, 0] / without[:, 1] - whole[0] / whole[1]) ** 2).sum())
        estimate = Estimate.of(whole[0] / whole[1], error, level, freedom)
        p_value = estimate.p_value
    else:
        moved = without - whole
        covariance = freedom / parts * moved.T @ moved
        reliability = float(1 - whole[2] / whole[1])
        ratio = _ratio(whole[0], whole[1] - whole[2], covariance, level, freedom)
        if ratio is None:
            return Refusal("driver_unreliable", needed=0, found=reliability, about=driver)
        estimate = ratio
        p_value = Estimate.of(whole[0], np.sqrt(covariance[0, 0]), level, freedom).p_value
    p_value = min(1.0, p_value * len(lags))
    seen = chosen[~np.isnan(outcomes)]
    return Link(
        driver,
        outcome,
        lag,
        estimate,
        p_value,
        p_value <= level,
        predicted,
        count,
        outcomes.shape[1],
        float(np.nanmin(seen)),
        float(np.nanmax(seen)),
        reliability,
    )


def _ratio(
    above: float, below: float, covariance: np.ndarray, level: float, degrees_of_freedom: int
) -> Estimate | None:
    """`above` / `below` with Fieller's interval; None when `below` may be zero and no interval ends.

    covariance : (3, 3) of above, of the two parts that `below` is the difference of.
    """
    t = stats.t.ppf(1 - level / 2, degrees_of_freedom)
    to_both = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -1.0]])
    (of_above, of_both), (_, of_below) = to_both @ covariance @ to_both.T
    squared = below**2 - t**2 * of_below
    if below <= 0 or squared <= 0:
        return None
    middle = above * below - t**2 * of_both
    spread = np.sqrt(max(middle**2 - squared * (above**2 - t**2 * of_above), 0.0))
    low, high = (middle - spread) / squared, (middle + spread) / squared
    return Estimate(above / below, low, high, (high - low) / (2 * t), degrees_of_freedom)


def _within(values: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """Unit and period means taken out of (units, periods), 0 where unknown; by turns until none is left."""
    values = np.where(is_known, values, 0.0)
    per_unit = np.maximum(is_known.sum(axis=1, keepdims=True), 1)
    per_period = np.maximum(is_known.sum(axis=0, keepdims=True), 1)
    scale = np.abs(values).max() if values.size else 0.0
    for _ in range(1000):
        of_unit = values.sum(axis=1, keepdims=True) / per_unit
        values = np.where(is_known, values - of_unit, 0)
        of_period = values.sum(axis=0, keepdims=True) / per_period
        values = np.where(is_known, values - of_period, 0)
        if max(np.abs(of_unit).max(), np.abs(of_period).max()) <= 1e-12 * scale:
            break
    return values


def _residuals(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    is_known = ~np.isnan(x) & ~np.isnan(y)
    return _within(x, is_known), _within(y, is_known)


def _moments_within(x: np.ndarray, y: np.ndarray, chance: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Moments within units and periods of (units, periods), for every choice of units in `kept` (choices, units).

    Per observation the product of driver and outcome, the square of the driver, and how much of that is chance:
    (choices, 3). NaN where the driver does not vary within units.

    Unit means are taken off first. What period effects take then is a regression on the periods, and its sums (Frisch,
    Waugh and Lovell) add up over units: leaving some out is a matter of other sums.
    """
    is_known = ~np.isnan(x) & ~np.isnan(y)
    known = is_known.astype(float)
    per_unit = np.maximum(known.sum(axis=1, keepdims=True), 1)
    x_left, y_left = (
        np.where(is_known, values - np.where(is_known, values, 0).sum(axis=1, keepdims=True) / per_unit, 0)
        for values in (x, y)
    )
    of_periods = np.eye(x.shape[1]) * known[:, None, :] - known[:, :, None] * (known / per_unit)[:, None, :]
    kept = kept.astype(float)
    inverse = np.linalg.pinv(np.tensordot(kept, of_periods, axes=1), rcond=1e-12, hermitian=True)
    x_periods, y_periods = (kept @ values for values in (x_left, y_left))
    explained = np.einsum("cp,cpq->cq", x_periods, inverse)
    crossed = kept @ (x_left * y_left).sum(axis=1) - (explained * y_periods).sum(axis=1)
    varying = kept @ (x_left**2).sum(axis=1)
    square = varying - (explained * x_periods).sum(axis=1)
    # what is left of a difference of sums is rounding below this part of them
    least = np.maximum(1e-12 * varying, 1e-18 * (kept @ np.nansum(x**2, axis=1)))
    # what unit and period effects take of each observation, and of its chance
    per_period = kept @ known
    count = np.maximum(per_period.sum(axis=1), 1)
    taken = 1 / per_unit + (1 / np.maximum(per_period, 1) - 1 / count[:, None])[:, None, :]
    by_chance = np.einsum("cup,up,cu->c", np.maximum(1 - taken, 0), np.where(is_known, chance, 0), kept)
    moments = np.column_stack([crossed, square, by_chance]) / count[:, None]
    return np.where((square > least)[:, None], moments, np.nan)


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """NaN when the driver does not vary within units."""
    ((crossed, square, _),) = _moments_within(x, y, np.zeros(x.shape), np.ones((1, len(x)), dtype=bool))
    return float(crossed / square)


def _r_squared(slope: float, x: np.ndarray, y: np.ndarray) -> float:
    x_left, y_left = _residuals(x, y)
    spread = (y_left**2).sum()
    return float(1 - ((y_left - slope * x_left) ** 2).sum() / spread) if spread > 0 else float("nan")


def euro_per_point(
    retention_per_point: Estimate,
    customers: float,
    margin_eur: Estimate,
    residual_lifetime: Estimate,
    *,
    assumptions: Assumptions,
) -> Estimate:
    """Euros that go along with one point more on a measure: change of retention x base x margin x DERL.

    Parameters
    ----------
    retention_per_point : change of the share retained (0 to 1) per point: a link, or minus a marginal effect on churn.
    customers : the base it applies to.
    margin_eur : mean per customer and period.
    residual_lifetime : DERL in periods.

    The three estimates come from different data and are taken as independent; interval by the delta method.
    """
    base = Estimate(customers, customers, customers, 0.0)
    parts = [retention_per_point, base, margin_eur, residual_lifetime]
    return product(parts, assumptions.significance_level)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What goes along with a change of the first driver: the change at the end of each link, and the euros."""

    steps: tuple[Estimate, ...]
    euros: Estimate


def what_if(
    change: float,
    links: Sequence[Link],
    levels: Sequence[float],
    euro: Estimate,
    *,
    significance_level: float,
) -> WhatIf | Refusal:
    """Carry `change` points of the first driver through a chain of links to euros.

    Parameters
    ----------
    links : in order; the outcome of each is the driver of the next.
    levels : (links,), today's level of the driver of each link.
    euro : euros per point of the last outcome.

    Returns a Refusal when a link is not demonstrable, or when a driver would leave the range that was observed: no
    prediction beyond it.
    """
    for link in links:
        if not link.is_demonstrable:
            return Refusal(
                "link_not_demonstrable", needed=significance_level, found=link.p_value, about=link.driver
            )
    steps: list[Estimate] = []
    moved = change
    for number, (link, today) in enumerate(zip(links, levels, strict=True)):
        reached = today + moved
        if not link.lowest <= reached <= link.highest:
            limit = link.highest if reached > link.highest else link.lowest
            return Refusal("outside_observed_range", needed=limit, found=float(reached), about=link.driver)
        moved *= link.slope.value
        steps.append(_changed(change, [each.slope for each in links[: number + 1]], significance_level))
    return WhatIf(tuple(steps), _changed(change, [*(each.slope for each in links), euro], significance_level))


def _changed(change: float, slopes: list[Estimate], level: float) -> Estimate:
    return product([Estimate(change, change, change, 0.0), *slopes], level)


@dataclass(frozen=True, slots=True)
class PoorService:
    """Customers with one number of bad experiences, against those with none.

    `excess_rate` is the difference of the shares that left (0 to 1), `customers_lost` and `margin_lost_eur` what that
    is over all who had them.
    """

    experience: str
    customer_count: int
    excess_rate: Estimate
    customers_lost: Estimate
    margin_lost_eur: Estimate


def cost_of_poor_service(
    experiences: Sequence[str],
    customers: np.ndarray,
    lost: np.ndarray,
    value_eur: np.ndarray,
    *,
    assumptions: Assumptions,
) -> tuple[PoorService, ...] | Refusal:
    """Customers and margin lost after one, after several bad experiences, after service frustration.

    Parameters
    ----------
    experiences : names; the first one is the group without a bad experience.
    customers, lost : (groups,), how many, and how many of them left. Each customer stands in one group.
    value_eur : (groups,), mean margin x DERL of a customer of the group; taken as known.

    Interval of a difference of shares after Agresti & Caffo (2000), The American Statistician 54(4), which keeps its
    level in small groups. Returns a Refusal when a group is too thin.
    """
    n, k, value = (np.asarray(column, dtype=float) for column in (customers, lost, value_eur))
    thinnest = int(n.argmin())
    if n[thinnest] < assumptions.box_minimum_n:
        return Refusal(
            "too_few_in_a_box", assumptions.box_minimum_n, float(n[thinnest]), experiences[thinnest]
        )
    rate = k / n
    shrunk = (k + 1) / (n + 2)
    variance = shrunk * (1 - shrunk) / (n + 2)
    found = []
    for i in range(1, len(n)):
        centre, error = shrunk[i] - shrunk[0], np.sqrt(variance[i] + variance[0])
        around = Estimate.of(centre, error, assumptions.significance_level)
        excess = Estimate(
            float(rate[i] - rate[0]), max(around.low, -1.0), min(around.high, 1.0), float(error)
        )
        found.append(
            PoorService(
                experiences[i],
                int(n[i]),
                excess,
                _times(excess, float(n[i])),
                _times(excess, float(n[i] * value[i])),
            )
        )
    return tuple(found)


def _times(estimate: Estimate, factor: float) -> Estimate:
    low, high = sorted((estimate.low * factor, estimate.high * factor))
    return Estimate(estimate.value * factor, low, high, abs(factor) * estimate.standard_error)
