"""Student's t without scipy, which the project needs for its tests only."""

from __future__ import annotations

from functools import cache
from math import cos, pi, sin, sqrt, tan
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z_975 = NormalDist().inv_cdf(0.975)
# beyond it the expansion is right to 1e-12, as in the macro t_quantile
LAST_SUMMED = 200


def t_975(degrees_of_freedom: ArrayLike) -> NDArray[np.float64]:
    """97.5 % quantile of Student's t for whole degrees of freedom from 1, right to 1e-11 of its value."""
    df = np.asarray(degrees_of_freedom, dtype=float)
    found, place = np.unique(df, return_inverse=True)
    quantiles = np.array(
        [_by_series(int(value)) if value <= LAST_SUMMED else _by_expansion(float(value)) for value in found]
    )
    return quantiles[place].reshape(df.shape)


@cache
def _by_series(df: int) -> float:
    """Bisection of the probability between -t and t (Abramowitz & Stegun 26.7.3 and 26.7.4), t = √df·tan(angle)."""
    low, high = 0.0, pi / 2
    while low < (angle := (low + high) / 2) < high:
        low, high = (angle, high) if _within(angle, df) < 0.95 else (low, angle)
    return sqrt(df) * tan(angle)


def _within(angle: float, df: int) -> float:
    is_odd = df % 2
    term, total = (cos(angle), 0.0) if is_odd else (1.0, 0.0)
    for step in range(is_odd + 1, df, 2):
        total += term
        term *= cos(angle) ** 2 * step / (step + 1)
    return 2 / pi * (angle + sin(angle) * total) if is_odd else sin(angle) * total


def _by_expansion(df: float) -> float:
    """Cornish-Fisher (Abramowitz & Stegun 26.7.5)."""
    z = Z_975
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / df ** (power + 1) for power, term in enumerate(terms))
