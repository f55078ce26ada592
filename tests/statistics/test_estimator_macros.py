"""The SQL of the estimators against published answer keys, and against scipy over all that may occur."""

from __future__ import annotations

import csv
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from tests.statistics.macros import evaluate, render

SEEDS = Path(__file__).parents[2] / "seeds"
Z = stats.norm.ppf(0.975)
SIDES = {"low": -1, "high": 1}
# whole and effective numbers of observations; the last ones are a census and a large source
SIZES = [0.4, 1, 1.5, 2, 3, 4.75, 5, 9.0001, 10, 29.5, 30, 272.1111, 1000, 123456.7, 1e7, 1e13]


def shares_of(n: float) -> np.ndarray:
    """No, one, some and all of n."""
    return np.unique(np.clip([0, 1e-9, 1 / n, 2 / n, 0.1, 1 / 3, 0.5, 0.777, 1 - 1 / n, 1 - 1e-9, 1], 0, 1))


PROPORTIONS = np.array([(share, n) for n in SIZES for share in shares_of(n)])
NET_SHARES = np.array(
    [(p, d, n) for n in SIZES for p in shares_of(n) for d in shares_of(n) if p + d <= 1 + 1e-12]
)  # fmt: skip


def wilson(share: np.ndarray, n: np.ndarray, sign: int) -> np.ndarray:
    half = np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return (share + Z**2 / (2 * n) + sign * Z * half) / (1 + Z**2 / n)


def adjusted_wald(positive: np.ndarray, negative: np.ndarray, n: np.ndarray, sign: int) -> np.ndarray:
    p, d = (positive * n + 0.75) / (n + 3), (negative * n + 0.75) / (n + 3)
    return np.clip(p - d + sign * Z * np.sqrt((p + d - (p - d) ** 2) / (n + 3)), -1, 1)


def t_975() -> dict[int, float]:
    with (SEEDS / "t_quantiles.csv").open(newline="", encoding="utf-8") as file:
        return {int(row["degrees_of_freedom"]): float(row["t_975"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("successes", "n", "interval"),
    [(0, 10, (0, 0.2775)), (5, 5, (0.5655, 1)), (81, 100, (0.7222, 0.8749)), (7, 9, (0.4526, 0.9368))],
)
def test_answer_keys_of_wilson(successes: int, n: int, interval: tuple[float, float]) -> None:
    bounds = [evaluate(f"wilson_bound('k / n', 'n', '{side}')", k=successes, n=n)[0] for side in SIDES]
    assert bounds == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize(
    ("positive", "neutral", "negative", "interval"),
    [
        (50, 30, 20, (14.051, 44.201)),
        (30, 20, 10, (13.301, 50.191)),
        (3, 2, 1, (-26.743, 71.188)),
        (8, 1, 1, (14.732, 92.961)),
        (420, 330, 250, (11.995, 21.903)),
        (10, 0, 0, (47.504, 100)),
    ],
)
def test_answer_keys_of_nps(
    positive: int, neutral: int, negative: int, interval: tuple[float, float]
) -> None:
    n = positive + neutral + negative
    call = "net_share_bound('p / n', 'd / n', 'n', '{}')"
    bounds = [100 * evaluate(call.format(side), p=positive, d=negative, n=n)[0] for side in SIDES]
    assert bounds == pytest.approx(interval, abs=6e-4)


def test_answer_key_of_a_comparison() -> None:
    """(50, 30, 20) against (60, 28, 12): 18 points apart, and not significant."""
    error = 100 * sqrt((0.7 - 0.3**2) / 100 + (0.72 - 0.48**2) / 100)
    z = (48 - 30) / error
    assert (error, z) == pytest.approx((10.486, 1.7165), rel=1e-4)
    assert 2 * evaluate("normal_cdf('z')", z=-z)[0] == pytest.approx(0.0861, abs=5e-5)


@pytest.mark.parametrize("side", SIDES)
def test_wilson_bound_over_the_grid(side: str) -> None:
    share, n = PROPORTIONS.T
    found = evaluate(f"wilson_bound('share', 'n', '{side}')", share=share, n=n)
    assert found == pytest.approx(wilson(share, n, SIDES[side]), abs=1e-9)


def test_wilson_bound_is_the_interval_of_scipy() -> None:
    cases = [(k, n) for n in (1, 2, 9, 10, 100, 5000) for k in {0, 1, n // 3, n // 2, n - 1, n}]
    k, n = np.array(cases).T
    for side in SIDES:
        theirs = [
            getattr(stats.binomtest(int(a), int(b)).proportion_ci(method="wilson"), side) for a, b in cases
        ]
        assert evaluate(f"wilson_bound('k / n', 'n', '{side}')", k=k, n=n) == pytest.approx(theirs, abs=1e-9)


def test_wilson_interval_holds_the_share_and_stays_between_0_and_1() -> None:
    """Rounding must not leave the range: -0.0000000000000003 is no share, and prints with a minus."""
    n = np.arange(1, 20_000)
    for share in (0.0, 1.0):
        low, high = (evaluate(f"wilson_bound('share', 'n', '{side}')", share=share, n=n) for side in SIDES)
        outside = np.flatnonzero((low < 0) | (high > 1))
        assert not len(outside), (
            f"share {share}, n {n[outside][:4]}: {low[outside][:4]} to {high[outside][:4]}"
        )
        assert (low <= share + 1e-12).all() and (high >= share - 1e-12).all()


@pytest.mark.parametrize("side", SIDES)
def test_net_share_bound_over_the_grid(side: str) -> None:
    positive, negative, n = NET_SHARES.T
    found = evaluate(f"net_share_bound('p', 'd', 'n', '{side}')", p=positive, d=negative, n=n)
    assert found == pytest.approx(adjusted_wald(positive, negative, n, SIDES[side]), abs=1e-9)
    assert (np.abs(found) <= 1).all()


def test_mean_standard_error_is_s_over_root_n() -> None:
    random = np.random.default_rng(1)
    for n in (2, 3, 10, 30, 1000):
        for scale, offset in ((1, 0), (6, 1), (1e4, -5e3), (1e-6, 0)):
            y = offset + scale * random.gamma(2, size=n)
            found = evaluate("mean_standard_error('m', 'm2', 'n')", m=y.mean(), m2=(y**2).mean(), n=n)
            # the sum of squares loses digits where the mean is far from 0 in units of the spread
            assert found[0] == pytest.approx(stats.sem(y), rel=1e-9 * max(1, (y**2).mean() / y.var()))


def test_mean_standard_error_at_the_edge() -> None:
    assert np.isnan(evaluate("mean_standard_error('m', 'm2', 'n')", m=3, m2=9, n=1)[0])
    constant = evaluate("mean_standard_error('m', 'm2', 'n')", m=[3, 0.1, 5.3], m2=[9, 0.1**2, 5.3**2], n=7)
    assert not constant.any()
    # a mean of squares may come out a rounding error below the square of the mean
    assert evaluate("mean_standard_error('m', 'm2', 'n')", m=3, m2=9 - 1e-14, n=7)[0] == 0
    # so may that of weighted answers that are all the same: rounding is no spread, else any change would be certain
    w = np.random.default_rng(7).uniform(0.5, 2, (1000, 100))
    mean, mean_of_squares = (w * 5.3).sum(axis=1) / w.sum(axis=1), (w * 5.3**2).sum(axis=1) / w.sum(axis=1)
    assert (mean_of_squares - mean**2 > 0).any()
    assert not evaluate("mean_standard_error('m', 'm2', 'n')", m=mean, m2=mean_of_squares, n=100).any()
    # weights: n is what the weighted observations are worth (Kish)
    random = np.random.default_rng(2)
    y, w = random.normal(5, 2, 40), random.uniform(0.5, 2, 40)
    worth = w.sum() ** 2 / (w**2).sum()
    mean, spread = np.average(y, weights=w), np.average((y - np.average(y, weights=w)) ** 2, weights=w)
    found = evaluate("mean_standard_error('m', 'm2', 'n')", m=mean, m2=np.average(y**2, weights=w), n=worth)
    assert found[0] == pytest.approx(sqrt(spread / (worth - 1)), rel=1e-9)


def test_ratio_standard_error_is_that_of_the_residuals() -> None:
    random = np.random.default_rng(3)
    for n in (2, 5, 30, 2000):
        x = random.gamma(3, 20, n)
        y = 0.3 * x + random.normal(0, 5, n)
        residuals = y - y.sum() / x.sum() * x
        sums = {"x": x.sum(), "y": y.sum(), "xx": (x**2).sum(), "yy": (y**2).sum(), "xy": (x * y).sum()}
        found = evaluate("ratio_standard_error('n', 'x', 'y', 'xx', 'yy', 'xy')", n=n, **sums)[0]
        assert found == pytest.approx(sqrt(n) * residuals.std(ddof=1) / x.sum(), rel=1e-9)
        mirrored = {name: -value if name in ("x", "y") else value for name, value in sums.items()}
        same = evaluate("ratio_standard_error('n', 'x', 'y', 'xx', 'yy', 'xy')", n=n, **mirrored)[0]
        assert same == pytest.approx(found, rel=1e-12)


def test_ratio_standard_error_at_the_edge() -> None:
    call = "ratio_standard_error('n', 'x', 'y', 'xx', 'yy', 'xy')"
    assert np.isnan(evaluate(call, n=1, x=2, y=1, xx=4, yy=1, xy=2)[0])
    assert np.isnan(evaluate(call, n=2, x=0, y=1, xx=4, yy=1, xy=2)[0])
    assert evaluate(call, n=2, x=3, y=1.5, xx=5, yy=1.25, xy=2.5)[0] == 0
    # one ratio for all: what is left of the residuals is rounding, in whatever order they were added up
    x = np.random.default_rng(8).gamma(3, 20, (1000, 100))
    y = x * 0.3
    sums = {"x": x.sum(axis=1), "y": y.sum(axis=1), "xx": (x * x).sum(axis=1), "yy": (y * y).sum(axis=1)}
    assert not evaluate(call, n=100, xy=(x * y)[:, ::-1].sum(axis=1), **sums).any()


def test_t_quantile_with_the_seed() -> None:
    table = t_975()
    assert list(table) == list(range(1, 201))
    assert list(table.values()) == pytest.approx(stats.t.ppf(0.975, list(table)), rel=1e-9)
    df = np.concatenate([np.arange(1, 3000), np.geomspace(3000, 1e12, 300), [200.5, 271.1111]])
    tabulated = [table.get(value, np.nan) for value in df]
    found = evaluate("t_quantile('df', 'tabulated')", df=df, tabulated=tabulated)
    assert found == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)
    assert np.isnan(evaluate("t_quantile('df', 'tabulated')", df=0, tabulated=np.nan)[0])


def test_normal_cdf() -> None:
    z = np.concatenate([np.linspace(-40, 40, 20_001), [-7.07106781186547, 7.07106781186547, 37, -37, 0]])
    found = evaluate("normal_cdf('z')", z=z)
    assert np.abs(found - special.ndtr(z)).max() < 1e-13
    assert (np.diff(found[:20_001]) >= 0).all()
    # small tails keep their digits, so a very small p is right too
    small = (z < -1) & (z > -37)
    assert found[small] == pytest.approx(special.ndtr(z[small]), rel=1e-9)
    assert float(render("z_975()")) == pytest.approx(Z, abs=1e-15)
