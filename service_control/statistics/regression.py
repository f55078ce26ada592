"""Least squares from moments, with errors that allow respondents in a group to resemble each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service_control.statistics.moments import Moments


@dataclass(frozen=True, slots=True)
class Regression:
    """Outcome on k predictors; predictors keep their order, the intercept stands apart.

    Attributes
    ----------
    slopes : (k,), in units of the outcome per unit of the predictor.
    covariance : (k, k) of the slopes, by a jackknife over groups.
    degrees_of_freedom : groups - 1.
    """

    predictors: tuple[str, ...]
    intercept: float
    slopes: np.ndarray
    covariance: np.ndarray
    r_squared: float
    degrees_of_freedom: int


def regression(groups: Moments, outcome: str, predictors: Sequence[str]) -> Regression:
    """Ordinary least squares; the moments without each group in turn give the errors.

    Parameters
    ----------
    groups : moments per group of respondents (one leading axis).

    Raises numpy.linalg.LinAlgError when a predictor is a sum of others, also when only one group says otherwise.

    Source: jackknife (CV3) for few or unequal clusters: MacKinnon, Nielsen & Webb (2023), Journal of Applied
    Econometrics 38(5). The sandwich of Liang & Zeger is too small with few rows per predictor.
    """
    groups = groups.select([*predictors, outcome])
    designs, crossed = design(groups)
    all_designs, all_crossed = designs.sum(axis=0), crossed.sum(axis=0)
    coefficients = np.linalg.solve(all_designs, all_crossed)
    without = np.linalg.solve(all_designs - designs, (all_crossed - crossed)[..., None])[..., 0]
    count = len(without)
    moved = without - coefficients
    covariance = (moved.T @ moved) * (count - 1) / count
    total = groups.total()
    variance = total.covariance
    explained = coefficients[1:] @ variance[:-1, -1] / variance[-1, -1]
    return Regression(
        tuple(predictors), float(coefficients[0]), coefficients[1:], covariance[1:, 1:], float(explained), count - 1
    )  # fmt: skip


def slopes(samples: Moments) -> np.ndarray:
    """Slopes of the last variable on all others, shape (..., k), for many sets of moments at once."""
    covariance = samples.covariance
    return np.linalg.solve(covariance[..., :-1, :-1], covariance[..., :-1, -1:])[..., 0]


def design(moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    """X'X (..., k + 1, k + 1) and X'y (..., k + 1) with the constant first; y is the last variable."""
    k = len(moments.names) - 1
    squares = np.empty((*moments.n.shape, k + 1, k + 1))
    squares[..., 0, 0] = moments.n
    squares[..., 0, 1:] = squares[..., 1:, 0] = moments.sums[..., :k]
    squares[..., 1:, 1:] = moments.products[..., :k, :k]
    crossed = np.concatenate([moments.sums[..., k:], moments.products[..., :k, k]], axis=-1)
    return squares, crossed
