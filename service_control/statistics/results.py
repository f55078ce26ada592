"""What an analysis gives back: an estimate with its interval, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

STEP = 1e-5
"""Of a derivative."""

Reason = Literal[
    "too_few_observations",
    "too_few_groups",
    "varies_in_few_groups",
    "too_few_events",
    "too_few_in_a_box",
    "too_few_units",
    "too_few_periods",
    "no_variation",
    "same_measurement",
    "perfect_prediction",
    "no_churn",
    "not_converged",
    "outside_observed_range",
    "link_not_demonstrable",
    "driver_unreliable",
]
"""Codes, because the reader is told in Dutch or English elsewhere."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer, because the data do not carry one. `needed` and `found` are in the unit of the reason.

    `varies_in_few_groups`: shares of bootstrap samples that could be solved; in the others something was constant.

    `about` names the driver, box, unit or link that stands in the way; empty when it is all of the data.
    """

    reason: Reason
    needed: float
    found: float
    about: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, all in one unit. `standard_error` is NaN where the interval was resampled."""

    value: float
    low: float
    high: float
    standard_error: float = float("nan")
    degrees_of_freedom: float = float("inf")

    @classmethod
    def of(cls, value: float, error: float, level: float, degrees_of_freedom: float = np.inf) -> Estimate:
        """Student's t interval at 1 - level; the normal one for infinite degrees of freedom."""
        half = special.stdtrit(degrees_of_freedom, 1 - level / 2) * error
        return cls(
            float(value), float(value - half), float(value + half), float(error), float(degrees_of_freedom)
        )

    @classmethod
    def resampled(cls, value: float, samples: np.ndarray, level: float) -> Estimate:
        """Percentile interval of bootstrap samples, shape (samples,)."""
        low, high = np.quantile(samples, [level / 2, 1 - level / 2])
        return cls(float(value), float(low), float(high))

    @property
    def is_nonzero(self) -> bool:
        """The interval leaves zero out."""
        return self.low > 0 or self.high < 0

    @property
    def p_value(self) -> float:
        """Two-sided, against zero; NaN where the interval was resampled."""
        if self.standard_error == 0:
            return float(self.value == 0)
        return float(2 * special.stdtr(self.degrees_of_freedom, -abs(self.value / self.standard_error)))


def product(parts: list[Estimate], level: float) -> Estimate:
    """Product of independent estimates: delta method, degrees of freedom after Satterthwaite (1946).

    A part that is zero is allowed: the error of the product then is what the others make of the error of that part.
    """
    values = np.array([part.value for part in parts])
    errors = np.array([part.standard_error for part in parts])
    others = np.array([np.prod(np.delete(values, i)) for i in range(len(parts))])
    variances = (others * errors) ** 2
    freedom = np.array([part.degrees_of_freedom for part in parts])
    spread = (variances**2 / freedom).sum()
    degrees = variances.sum() ** 2 / spread if spread > 0 else np.inf
    return Estimate.of(values.prod(), np.sqrt(variances.sum()), level, degrees)


def moved_by_errors(
    values_at: Callable[[np.ndarray], np.ndarray], parameters: np.ndarray, covariance: np.ndarray
) -> np.ndarray:
    """What values (m,) move for a standard deviation of each independent error of k fitted parameters, (m, k).

    A sum of values moves by the sum of these rows; the squares of that add up to its variance.

    Parameters
    ----------
    values_at : (k,) -> (m,).
    covariance : (k, k) of the parameters; may be singular.
    """
    moves = STEP * np.eye(len(parameters))
    gradient = np.column_stack(
        [(values_at(parameters + move) - values_at(parameters - move)) / (2 * STEP) for move in moves]
    )
    sizes, directions = np.linalg.eigh(covariance)
    return gradient @ (directions * np.sqrt(np.maximum(sizes, 0)))
