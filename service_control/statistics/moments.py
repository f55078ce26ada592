"""Sums and sums of products of variables: all that an analysis of drivers needs of the rows.

What leaves SQL is one row of sums per group of respondents. A respondent belongs to one of 256 groups as a whole (by a
hash of the key), so that groups are independent and can be resampled in the place of respondents: mostly a respondent
each while there are few, many in each when there are many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service_control.errors import InputError

SMALLEST_EIGENVALUE = 1e-9
"""Of correlations; below it rounding decides what a regression gives."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments of k variables over complete rows, for one set of rows or for many at once.

    Attributes
    ----------
    names : the k variables.
    n : (...), rows.
    sums : (..., k), each variable summed.
    products : (..., k, k), each pair of variables multiplied and summed; symmetric.

    The leading axes are groups of respondents or bootstrap samples. Variables far from zero lose digits: subtract
    the middle of the scale in SQL before summing; no result but a mean depends on it.
    """

    names: tuple[str, ...]
    n: np.ndarray
    sums: np.ndarray
    products: np.ndarray

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: np.ndarray, groups: np.ndarray | None = None) -> Moments:
        """From rows of shape (n, k), where the engine would do it: for tests and small samples.

        `groups` are whole numbers of shape (n,); then the result has one leading axis, in ascending order of group.
        """
        rows = np.asarray(rows, dtype=float)
        if groups is None:
            return cls(tuple(names), np.float64(len(rows)), rows.sum(axis=0), rows.T @ rows)
        _, index = np.unique(groups, return_inverse=True)
        order = np.argsort(index, kind="stable")
        starts = np.flatnonzero(np.diff(index[order], prepend=-1))
        rows = rows[order]
        products = np.add.reduceat(rows[:, :, None] * rows[:, None, :], starts)
        n = np.diff(starts, append=len(rows)).astype(float)
        return cls(tuple(names), n, np.add.reduceat(rows, starts), products)

    def select(self, names: Sequence[str]) -> Moments:
        """The same rows, some variables, in the order given. Raises InputError for one that is not there."""
        missing = [name for name in names if name not in self.names]
        if missing:
            raise InputError(
                f"no moments of {', '.join(missing)}", remedy=f"known are {', '.join(self.names)}"
            )
        at = [self.names.index(name) for name in names]
        return Moments(tuple(names), self.n, self.sums[..., at], self.products[..., at, :][..., at])

    def total(self) -> Moments:
        """All groups together: the sum over the first axis."""
        return Moments(self.names, self.n.sum(axis=0), self.sums.sum(axis=0), self.products.sum(axis=0))

    def resampled(self, samples: int, random: np.random.Generator) -> Moments:
        """Bootstrap over the groups, the only axis: each sample is as many groups, drawn with replacement."""
        count, k = self.sums.shape
        # drawn one by one and counted: in a fraction of the time of random.multinomial
        drawn = random.integers(0, count, (samples, count)) + count * np.arange(samples)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=samples * count).reshape(samples, count).astype(float)
        products = (weights @ self.products.reshape(count, k * k)).reshape(samples, k, k)
        return Moments(self.names, weights @ self.n, weights @ self.sums, products)

    def usable(self, predictors: Sequence[str]) -> tuple[Moments, float]:
        """The sets on the first axis in which all predictors vary and none is a sum of others, and their share."""
        correlation = np.nan_to_num(self.select(predictors).correlation)
        try:
            # mostly all of them are; this says so in a tenth of the time of their eigenvalues
            np.linalg.cholesky(correlation - SMALLEST_EIGENVALUE * np.eye(len(predictors)))
            return self, 1.0
        except np.linalg.LinAlgError:
            is_usable = np.linalg.eigvalsh(correlation)[:, 0] > SMALLEST_EIGENVALUE
        kept = Moments(self.names, self.n[is_usable], self.sums[is_usable], self.products[is_usable])
        return kept, float(is_usable.mean())

    @property
    def means(self) -> np.ndarray:
        """Shape (..., k)."""
        return self.sums / self.n[..., None]

    @property
    def covariance(self) -> np.ndarray:
        """Shape (..., k, k), divided by n - 1."""
        n = self.n[..., None, None]
        return (self.products - self.sums[..., :, None] * self.sums[..., None, :] / n) / (n - 1)

    @property
    def correlation(self) -> np.ndarray:
        """Shape (..., k, k); NaN in the row and column of a variable that does not vary."""
        covariance = self.covariance
        variance = np.diagonal(covariance, axis1=-2, axis2=-1)
        mean_square = np.diagonal(self.products, axis1=-2, axis2=-1) / self.n[..., None]
        scale = np.sqrt(np.where(variance > 1e-12 * mean_square, variance, np.nan))
        return covariance / (scale[..., :, None] * scale[..., None, :])

    def with_noise(self, name: str, random: np.random.Generator) -> Moments:
        """As if every row had one more variable: standard normal noise, independent of all others.

        Exact in distribution without the rows: per group the sums with the other variables (and the constant) are
        normal with the group's products as covariance; what is left of the sum of squares is chi-square distributed.
        """
        k = len(self.names)
        design = np.empty((*self.n.shape, k + 1, k + 1))
        design[..., 0, 0] = self.n
        design[..., 0, 1:] = design[..., 1:, 0] = self.sums
        design[..., 1:, 1:] = self.products
        root, is_pivot = _lower_root(design)
        normal = random.standard_normal(is_pivot.shape) * is_pivot
        crossed = np.einsum("...ij,...j->...i", root, normal)
        left = np.maximum(self.n - is_pivot.sum(axis=-1), 0)
        squares = (normal**2).sum(axis=-1) + np.where(left > 0, random.chisquare(np.maximum(left, 1e-9)), 0)
        sums = np.concatenate([self.sums, crossed[..., :1]], axis=-1)
        products = np.empty((*self.n.shape, k + 1, k + 1))
        products[..., :k, :k] = self.products
        products[..., k, :k] = products[..., :k, k] = crossed[..., 1:]
        products[..., k, k] = squares
        return Moments((*self.names, name), self.n, sums, products)


def _lower_root(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cholesky's lower triangle L of positive semidefinite `matrix` = L Lᵀ, and which columns of it are not zero.

    Eigenvectors would do as well, but their signs turn with the last digit of the sums and the draws with them.
    Shapes (..., k, k), (..., k, k) and (..., k).
    """
    root = np.zeros_like(matrix)
    is_pivot = np.zeros(matrix.shape[:-1], dtype=bool)
    for j in range(matrix.shape[-1]):
        known = root[..., j:, :j] @ root[..., j, :j, None]
        left = matrix[..., j:, j] - known[..., 0]
        is_pivot[..., j] = left[..., 0] > 1e-10 * matrix[..., j, j]
        pivot = np.sqrt(np.where(is_pivot[..., j], left[..., 0], 1))
        root[..., j:, j] = np.where(is_pivot[..., j, None], left / pivot[..., None], 0)
    return root, is_pivot
