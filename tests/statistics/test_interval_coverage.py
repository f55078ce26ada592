"""How often a 95 % interval of each estimator holds the truth, with n = 10, 30 and 200.

Where answers can be counted (shares, net shares) every possible outcome is weighed: no chance is involved. A
share of 10 has 11 outcomes, so its coverage jumps with the true share and cannot be 93 to 97 % at each of
them: asserted are the average over true shares and a floor for each. Means and ratios are simulated.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.statistics.macros import evaluate

SEEDS = Path(__file__).parents[2] / "seeds"
SAMPLES = 20_000
SHARES = np.arange(0.05, 0.951, 0.01)


def covered(low: np.ndarray, high: np.ndarray, truth: object) -> np.ndarray:
    return (low - 1e-12 <= truth) & (truth <= high + 1e-12)


def bounds(macro: str, arguments: str, **columns: object) -> tuple[np.ndarray, np.ndarray]:
    low, high = (evaluate(f"{macro}({arguments}, '{side}')", **columns) for side in ("low", "high"))
    return low, high


@pytest.mark.parametrize(("n", "floor"), [(10, 0.91), (30, 0.925), (200, 0.93)])
def test_share(n: int, floor: float) -> None:
    """True shares of 5 to 95 %; a rarer event lies between two outcomes and may be covered less."""
    k = np.arange(n + 1)
    low, high = bounds("wilson_bound", "'k / n', 'n'", k=k, n=n)
    coverage = np.array([stats.binom.pmf(k, n, share) @ covered(low, high, share) for share in SHARES])
    assert 0.94 < coverage.mean() < 0.965
    assert coverage.min() > floor


@pytest.mark.parametrize("n", [10, 30, 200])
def test_net_share(n: int) -> None:
    """Promoters and detractors as they occur, from a divided to a delighted group."""
    p, d = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    possible = p + d <= n
    p, d = p[possible], d[possible]
    low, high = bounds("net_share_bound", "'p / n', 'd / n', 'n'", p=p, d=d, n=n)
    counts = np.column_stack([p, d, n - p - d])
    coverage = []
    for promoters, detractors in [(0.5, 0.2), (0.3, 0.3), (0.2, 0.45), (0.4, 0.15), (0.65, 0.1), (0.8, 0.1)]:
        truth = [promoters, detractors, 1 - promoters - detractors]
        coverage.append(stats.multinomial.pmf(counts, n, truth) @ covered(low, high, promoters - detractors))
    assert min(coverage) > 0.93 and max(coverage) < 0.97


@pytest.mark.parametrize(("n", "floor"), [(10, 0.91), (30, 0.93), (200, 0.94)])
def test_mean(n: int, floor: float) -> None:
    """Agreement 1 to 7, most of it high: with ten answers the skewness costs three points (92.0 %)."""
    scale, truth = np.arange(1, 8), [0.04, 0.05, 0.06, 0.1, 0.2, 0.3, 0.25]
    y = np.random.default_rng(20).choice(scale, size=(SAMPLES, n), p=truth).astype(float)
    low, high = t_interval(y.mean(axis=1), (y**2).mean(axis=1), n)
    assert floor < covered(np.clip(low, 1, 7), np.clip(high, 1, 7), scale @ truth).mean() < 0.97


def t_interval(mean: np.ndarray, mean_of_squares: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    error = evaluate("mean_standard_error('m', 'm2', 'n')", m=mean, m2=mean_of_squares, n=n)
    return mean - t_quantile(n - 1) * error, mean + t_quantile(n - 1) * error


def t_quantile(freedom: int) -> float:
    with (SEEDS / "t_quantiles.csv").open(newline="", encoding="utf-8") as file:
        table = {int(row["degrees_of_freedom"]): float(row["t_975"]) for row in csv.DictReader(file)}
    return evaluate("t_quantile('df', 'tabulated')", df=freedom, tabulated=table.get(freedom, np.nan))[0]


@pytest.mark.parametrize("n", [10, 30, 200])
def test_ratio(n: int) -> None:
    """Profit over skewed revenue: the delta method is one of large numbers, but with t ten customers are enough."""
    random = np.random.default_rng(21)
    x = random.lognormal(3, 0.5, (SAMPLES, n))
    y = 0.3 * x + random.normal(0, 4, (SAMPLES, n)) - random.exponential(2, (SAMPLES, n))
    truth = 0.3 - 2 / np.exp(3 + 0.5**2 / 2)
    sums = {"x": x, "y": y, "xx": x**2, "yy": y**2, "xy": x * y}
    sums = {name: values.sum(axis=1) for name, values in sums.items()}
    error = evaluate("ratio_standard_error('n', 'x', 'y', 'xx', 'yy', 'xy')", n=n, **sums)
    half = t_quantile(n - 1) * error
    ratio = sums["y"] / sums["x"]
    assert 0.94 < covered(ratio - half, ratio + half, truth).mean() < 0.96


@pytest.mark.parametrize(("people", "answered", "floor"), [(80, 62, 0.92), (12, 10, 0.83), (9, 6, 0.91)])
def test_share_of_a_finite_group(people: int, answered: int, floor: float) -> None:
    """Most of a team answered: the interval is about the others, who are few and in whole numbers."""
    worth = answered * (people - 1) / (people - answered)
    k = np.arange(answered + 1)
    low, high = bounds("wilson_bound", "'k / a', 'n'", k=k, a=answered, n=worth)
    coverage = np.array(
        [
            stats.hypergeom.pmf(k, people, satisfied, answered) @ covered(low, high, satisfied / people)
            for satisfied in range(people + 1)
        ]
    )
    assert 0.95 < coverage.mean() < 0.98
    assert coverage.min() > floor
