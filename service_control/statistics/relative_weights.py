"""Shares of explained variance per predictor, from correlations alone."""

from __future__ import annotations

import itertools

import numpy as np

MOST_PREDICTORS_OF_LMG = 12


def relative_weights(predictors: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Johnson's relative weights; their sum is R².

    Parameters
    ----------
    predictors : (..., p, p) correlations among predictors, positive definite.
    outcome : (..., p) correlations with the outcome.

    Returns
    -------
    (..., p), shares of the variance of the outcome.

    Source: Johnson, J. W. (2000), Multivariate Behavioral Research 35(1), 1-19.
    """
    values, vectors = np.linalg.eigh(predictors)
    root = np.sqrt(values)
    turned = np.einsum("...ji,...j->...i", vectors, outcome)
    beta = np.einsum("...ij,...j->...i", vectors, turned / root)
    loadings = np.einsum("...ij,...j,...kj->...ik", vectors, root, vectors)
    return np.einsum("...ij,...j->...i", loadings**2, beta**2)


def lmg(predictors: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Mean rise of R² over all orders in which predictors can enter; exact, for at most 12 predictors.

    Parameters
    ----------
    predictors : (p, p) correlations among predictors, positive definite.
    outcome : (p,) correlations with the outcome.

    Returns
    -------
    (p,), shares of the variance of the outcome; their sum is R².

    Raises ValueError for more predictors: their subsets double with each.

    Source: Lindeman, Merenda & Gold (1980); Grömping, U. (2006), Journal of Statistical Software 17(1).
    """
    p = len(outcome)
    if p > MOST_PREDICTORS_OF_LMG:
        raise ValueError(f"LMG of {p} predictors; at most {MOST_PREDICTORS_OF_LMG}")
    explained = np.zeros(2**p)
    sizes = np.zeros(2**p, dtype=int)
    for size in range(1, p + 1):
        members = np.array(list(itertools.combinations(range(p), size)))
        r = outcome[members]
        beta = np.linalg.solve(predictors[members[:, :, None], members[:, None, :]], r[..., None])[..., 0]
        sets = (1 << members).sum(axis=1)
        explained[sets], sizes[sets] = (beta * r).sum(axis=1), size
    # an order has this set of predictors before the next one with probability s! (p - 1 - s)! / p!
    factorial = np.cumprod([1, *range(1, p + 1)]).astype(float)
    found = np.empty(p)
    every = np.arange(2**p)
    for j in range(p):
        without = every[(every >> j) & 1 == 0]
        before = sizes[without]
        chance = factorial[before] * factorial[p - 1 - before] / factorial[p]
        found[j] = chance @ (explained[without | (1 << j)] - explained[without])
    return found


def variance_inflation(predictors: np.ndarray) -> np.ndarray:
    """(p,) from (p, p) correlations among predictors: 1 / (1 - R² of each on the others)."""
    return np.diagonal(np.linalg.inv(predictors)).copy()
