"""From service to euros over units and periods: links between two measures, and what follows from a point more.

Every link is an association within units over time, no proof of cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
) -> Link | Refusal:
    """Slope within units, with the lag that predicts best the periods held out.

    Parameters
    ----------
    units, periods : (m,), keys and whole numbers that count periods; one row per unit and period, none or NaN where
        nothing was measured.
    driver_values, outcome_values : (m,).
    lags : periods between driver and outcome to try, 0 or more.

    Unit and period effects are taken out: what differs lastingly between units, and what all units share in a period,
    such as a season. The lag is chosen on the last periods, with the slope of the ones before; then the slope is
    fitted on all.
    Errors are clustered by unit (jackknife over units, t with units - 1).

    Returns a Refusal when units or periods are too few, or the driver does not vary within units. Raises InputError
    when a unit stands twice in a period.

    Source: Cameron & Miller (2015), Journal of Human Resources 50(2); jackknife (CV3) for few clusters: MacKinnon,
    Nielsen & Webb (2023), Journal of Applied Econometrics 38(5).
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
    slope = _slope(chosen, outcomes)
    without = np.array(
        [_slope(np.delete(chosen, i, axis=0), np.delete(outcomes, i, axis=0)) for i in range(count)]
    )
    if np.isnan(without).any():
        return Refusal("no_variation", needed=2, found=1, about=driver)
    error = np.sqrt((count - 1) / count * ((without - slope) ** 2).sum())
    estimate = Estimate.of(slope, error, assumptions.significance_level, count - 1)
    p_value = min(1.0, estimate.p_value * len(lags))
    seen = chosen[~np.isnan(outcomes)]
    return Link(
        driver,
        outcome,
        lag,
        estimate,
        p_value,
        p_value <= assumptions.significance_level,
        predicted,
        count,
        outcomes.shape[1],
        float(np.nanmin(seen)),
        float(np.nanmax(seen)),
    )


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


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """NaN when the driver does not vary within units."""
    x_left, y_left = _residuals(x, y)
    spread = (x_left**2).sum()
    if spread <= 1e-18 * np.nansum(x**2):
        return float("nan")
    return float((x_left * y_left).sum() / spread)


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
    assumptions: Assumptions,
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
    level = assumptions.significance_level
    for link in links:
        if not link.is_demonstrable:
            return Refusal("link_not_demonstrable", needed=level, found=link.p_value, about=link.driver)
    steps: list[Estimate] = []
    moved = change
    for number, (link, today) in enumerate(zip(links, levels, strict=True)):
        reached = today + moved
        if not link.lowest <= reached <= link.highest:
            limit = link.highest if reached > link.highest else link.lowest
            return Refusal("outside_observed_range", needed=limit, found=float(reached), about=link.driver)
        moved *= link.slope.value
        steps.append(_changed(change, [each.slope for each in links[: number + 1]], level))
    return WhatIf(tuple(steps), _changed(change, [*(each.slope for each in links), euro], level))


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
