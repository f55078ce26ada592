"""Agreement of two judges and one-sided pairs: the SQL against statsmodels, scipy, a published test, the definition."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import optimize, stats

from tests.statistics.macros import evaluate

CELLS = [["n11", "n12", "n13"], ["n21", "n22", "n23"], ["n31", "n32", "n33"]]


def agreement(table: list[list[int]]) -> tuple[float, float]:
    """Kappa and its standard error of a square table, by the macros."""
    size = len(table)
    names = [row[:size] for row in CELLS[:size]]
    counts = {
        name: value
        for row, values in zip(names, table, strict=True)
        for name, value in zip(row, values, strict=True)
    }
    (kappa,) = evaluate(f"kappa({names})", **counts)
    (error,) = evaluate(f"kappa_standard_error({names}, 'k')", k=kappa, **counts)
    return kappa, error


def kappa_of(shares: np.ndarray) -> float:
    chance = shares.sum(axis=1) @ shares.sum(axis=0)
    return (np.trace(shares) - chance) / (1 - chance)


def delta_method(table: list[list[int]]) -> float:
    """Standard error of kappa from its slope in every cell of the multinomial, taken numerically."""
    counts = np.array(table, float)
    n, shares = counts.sum(), (counts / counts.sum()).ravel()
    side = counts.shape[0]
    slope = optimize.approx_fprime(shares, lambda p: kappa_of((p / p.sum()).reshape(side, side)), 1e-7)
    return sqrt((shares @ slope**2 - (shares @ slope) ** 2) / n)


@pytest.mark.parametrize(
    ("table", "kappa", "error"),
    [
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.676470588235294, 0.08770295347521254),
        ([[22, 2], [4, 11]], 0.6666666666666666, 0.12383607455045041),
    ],
)
def test_kappa_is_that_of_statsmodels(table: list[list[int]], kappa: float, error: float) -> None:
    """What `cohens_kappa` of statsmodels 0.15.0 gives."""
    assert agreement(table) == pytest.approx((kappa, error), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_and_its_error_follow_from_the_definition(seed: int) -> None:
    table = np.random.default_rng(seed).integers(1, 60, (3, 3)).tolist()
    kappa, error = agreement(table)
    shares = np.array(table) / np.sum(table)
    assert kappa == pytest.approx(kappa_of(shares), abs=1e-12)
    assert error == pytest.approx(delta_method(table), rel=1e-5)


def test_kappa_at_the_edge() -> None:
    assert agreement([[7, 0, 0], [0, 5, 0], [0, 0, 9]]) == pytest.approx((1, 0), abs=1e-12)
    # everything is one answer: there is nothing beyond chance to agree on
    assert np.isnan(agreement([[9, 0, 0], [0, 0, 0], [0, 0, 0]])).all()


def test_mcnemar_of_few_pairs_is_the_exact_binomial_test() -> None:
    pairs = [(b, c) for b in range(25) for c in range(25) if 0 < b + c < 25]
    b, c = np.array(pairs).T
    exact = [stats.binomtest(int(one), int(one + other)).pvalue for one, other in pairs]
    assert evaluate("mcnemar_p('b', 'c', 25)", b=b, c=c) == pytest.approx(exact, abs=1e-12)
    assert evaluate("mcnemar_p('b', 'c', 25)", b=0, c=0)[0] == 1


def test_mcnemar_of_many_pairs_is_the_chi_square_test() -> None:
    # Agresti (2013), table 11.1: approval of the prime minister in two surveys, 86 against 150; chi-square 17.36
    (p,) = evaluate("mcnemar_p('b', 'c', 25)", b=86, c=150)
    assert stats.chi2.isf(p, 1) == pytest.approx(17.36, abs=5e-3)
    b, c = np.array([(12, 13), (25, 0), (40, 60), (1000, 1100), (3, 500)]).T
    assert evaluate("mcnemar_p('b', 'c', 25)", b=b, c=c) == pytest.approx(
        stats.chi2.sf((b - c) ** 2 / (b + c), 1), rel=1e-9
    )
