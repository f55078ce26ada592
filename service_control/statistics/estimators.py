"""Value, standard error and 95 % interval of the four estimators, from summed components.

`n` is always the number of observations that the estimate is worth: see `effective_size` for weights, people who
were observed more than once, and small populations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service_control.statistics.student import Z_975, t_975

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error and the bounds of its 95 % interval, in one unit.

    A change is tested with one of two errors, because the plain error of a share is 0 where all agree and too small in
    small groups: `plain_error` for many observations, `cautious_error` for few. A z-test with the latter is that of t.
    """

    value: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    n: Floats
    plain_error: Floats
    cautious_error: Floats


def kish(weights: ArrayLike) -> float:
    """Number of equally weighted observations that weighted ones are worth (Kish 1965): (Σw)² / Σw²."""
    w = np.asarray(weights, dtype=float)
    return float(w.sum() ** 2 / (w**2).sum())


def effective_size(n: ArrayLike, *, design_effect: ArrayLike = 1.0, finite: ArrayLike = 1.0) -> Floats:
    """Independent observations from an endless population that `n` are worth.

    n : observations, or what weighted ones are worth; design_effect : see `clustering`, at most n; finite : see
    `finite_correction`. The result is 1e12 times as large for a complete count.
    """
    correction = np.maximum(np.square(np.asarray(finite, dtype=float)), 1e-12)
    return np.asarray(n, dtype=float) / np.asarray(design_effect, dtype=float) / correction


def finite_correction(answered: ArrayLike, population: ArrayLike) -> Floats:
    """√((N - n) / (N - 1)): what is left of a standard error when n of N answered; 1 where n exceeds N."""
    n, people = np.broadcast_arrays(np.asarray(answered, dtype=float), np.asarray(population, dtype=float))
    return np.where(n > people, 1.0, np.sqrt(np.maximum(people - n, 0) / np.maximum(people - 1, 1)))


def proportion(share: ArrayLike, n: ArrayLike) -> Estimate:
    """A share with the Wilson score interval (Wilson 1927)."""
    p, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    error = np.sqrt(p * (1 - p) / n)
    scale = 1 + Z_975**2 / n
    centre = (p + Z_975**2 / (2 * n)) / scale
    half = Z_975 * np.sqrt(p * (1 - p) / n + Z_975**2 / (4 * n**2)) / scale
    adjusted = (p * n + 2) / (n + 4)
    floor = np.sqrt(adjusted * (1 - adjusted) / (n + 4))
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    return Estimate(p, error, low, high, n, np.where(error > 0, error, floor), _cautious(error, floor, n))


def net_share(positive: ArrayLike, negative: ArrayLike, n: ArrayLike) -> Estimate:
    """Difference of two shares such as NPS, with the adjusted Wald interval (Rocks 2016)."""
    p, d, n = (np.asarray(part, dtype=float) for part in (positive, negative, n))
    error = np.sqrt(np.maximum(p + d - (p - d) ** 2, 0) / n)
    p_adjusted, d_adjusted = (p * n + 0.75) / (n + 3), (d * n + 0.75) / (n + 3)
    net = p_adjusted - d_adjusted
    half = Z_975 * np.sqrt((p_adjusted + d_adjusted - net**2) / (n + 3))
    moved = (p - d) * n / (n + 3)
    floor = np.sqrt(np.maximum(((p + d) * n + 1.5) / (n + 3) - moved**2, 0) / (n + 3))
    low, high = np.clip(net - half, -1, 1), np.clip(net + half, -1, 1)
    return Estimate(p - d, error, low, high, n, np.where(error > 0, error, floor), _cautious(error, floor, n))


def mean(
    average: ArrayLike,
    average_of_squares: ArrayLike,
    n: ArrayLike,
    *,
    finite: ArrayLike = 1.0,
    scale: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """A mean with the interval of Student's t, held within its scale; degrees of freedom are rounded down.

    average, average_of_squares : of y, weighted if there are weights; n : observations they are worth before `finite`,
    the finite correction, which makes the error smaller and adds no degrees of freedom. Not a number for n ≤ 1.
    """
    m, n = np.asarray(average, dtype=float), np.asarray(n, dtype=float)
    variance = np.maximum(np.asarray(average_of_squares, dtype=float) - m**2, 0)
    error = np.sqrt(variance / np.where(n > 1, n - 1, np.nan)) * np.asarray(finite, dtype=float)
    half = _t(n) * error
    tested = half / Z_975
    low, high = np.maximum(m - half, scale[0]), np.minimum(m + half, scale[1])
    return Estimate(m, error, low, high, n, tested, tested)


def ratio(
    n: ArrayLike,
    x_sum: ArrayLike,
    y_sum: ArrayLike,
    x_sq_sum: ArrayLike,
    y_sq_sum: ArrayLike,
    xy_sum: ArrayLike,
    *,
    design_effect: ArrayLike = 1.0,
) -> Estimate:
    """Σy / Σx by the delta method (residuals y - r·x, linearised), with the interval of t. n : observations, over 1."""
    n, x, y, xx, yy, xy = (
        np.asarray(part, dtype=float) for part in (n, x_sum, y_sum, x_sq_sum, y_sq_sum, xy_sum)
    )
    r = y / x
    squares = np.maximum(yy - 2 * r * xy + r**2 * xx, 0)
    effect = np.asarray(design_effect, dtype=float)
    error = np.sqrt(squares * n / (n - 1) * effect) / np.abs(x)
    half = _t(n / effect) * error
    return Estimate(r, error, r - half, r + half, n / effect, half / Z_975, half / Z_975)


def _t(n: Floats) -> Floats:
    """97.5 % quantile of t for n - 1 degrees of freedom, rounded down, at least 1."""
    return t_975(np.floor(np.minimum(np.maximum(n, 2), 1e9) - 1 + 1e-9))


def _cautious(error: Floats, adjusted: Floats, n: Floats) -> Floats:
    return np.maximum(error, adjusted) * _t(n) / Z_975
