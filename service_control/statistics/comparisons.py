"""Is a difference more than chance, alone and among all that one page shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service_control.statistics.estimators import Z_975, Estimate

_two_sided = np.vectorize(lambda z: erfc(abs(z) / sqrt(2)), otypes=[float])


@dataclass(frozen=True)
class Change:
    """A difference of two independent estimates with its 95 % interval, z and two-sided p."""

    change: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]
    p_value: NDArray[np.float64]


def change(now: Estimate, before: Estimate, *, plain_from_n: float) -> Change:
    """z-test of a difference; p is not a number where neither estimate has a sampling error.

    plain_from_n : the assumption `plain_test_from_n`: fewer observations are tested with their cautious error.
    """
    difference = np.asarray(now.value - before.value)
    error = np.hypot(*(np.where(e.n < plain_from_n, e.cautious_error, e.plain_error) for e in (now, before)))
    z = difference / np.where(error > 0, error, np.nan)
    return Change(difference, error, difference - Z_975 * error, difference + Z_975 * error, z, _two_sided(z))


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """The smallest false discovery rate at which each is called (Benjamini & Hochberg 1995).

    p_values : of one page; those that are not a number stay so and do not count.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    q = np.full_like(p, np.nan)
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return q
