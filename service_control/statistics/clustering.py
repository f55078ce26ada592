"""What observations are worth when some are of the same person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Likeness:
    """How much observations of one person are alike, and how unequally they are spread over people.

    intraclass_correlation : share of the variance between persons, 0 to 1.
    repeat_spread : (Σn²/Σn - 1) / (mean n - 1) over persons with n observations; 0 where nobody has two.
    """

    intraclass_correlation: float
    repeat_spread: float


def likeness(values: ArrayLike, persons: ArrayLike) -> Likeness:
    """Analysis of variance of `values` with `persons` as groups of unequal size (Donner 1986, eq. 2.1).

    values, persons : one per observation.
    """
    y = np.asarray(values, dtype=float)
    _, person = np.unique(np.asarray(persons), return_inverse=True)
    sizes = np.bincount(person)
    n, k = len(y), len(sizes)
    if n == k:
        return Likeness(0.0, 0.0)
    spread = ((sizes**2).sum() / n - 1) / (n / k - 1)
    if k == 1:
        return Likeness(0.0, float(spread))
    means = np.bincount(person, y) / sizes
    between = (sizes * (means - y.mean()) ** 2).sum() / (k - 1)
    within = ((y - means[person]) ** 2).sum() / (n - k)
    typical = (n - (sizes**2).sum() / n) / (k - 1)
    total = between + (typical - 1) * within
    icc = (between - within) / total if total > 0 else 0.0
    return Likeness(float(np.clip(icc, 0, 1)), float(spread))


def design_effect(n: ArrayLike, people: ArrayLike, of: Likeness) -> NDArray[np.float64]:
    """Factor of the variance of a mean of `n` observations of `people` persons; see the macro of that name."""
    n, people = np.asarray(n, dtype=float), np.asarray(people, dtype=float)
    further = (n / people - 1) * (of.repeat_spread + (2 - of.repeat_spread) * people / n)
    return np.minimum(n, 1 + further * of.intraclass_correlation)
