"""The choices of seeds/assumptions.csv that the analyses use; no analysis has a number of its own."""

from __future__ import annotations

from dataclasses import dataclass

from service_control.assumptions import AssumptionRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions(AssumptionRows):
    """One field per row of the seed, under the same code; name, unit and reason stand there."""

    significance_level: float
    bootstrap_samples: float
    minimum_groups: float
    driver_minimum_n: float
    driver_minimum_n_per_driver: float
    driver_minimum_events_per_driver: float
    box_minimum_n: float
    panel_minimum_units: float
    panel_minimum_periods: float
    holdout_share: float
    redundant_correlation: float
    smallest_correlation: float
    review_months: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAssumptions(Assumptions):
    """Those of what customers are worth and what service does to it as well."""

    hidden_below_n: float
    normal_from_n: float
    discount_rate_per_year: float
    lifetime_minimum_lost: float
    purchase_horizon_months: float
    chain_longest_lag: float
