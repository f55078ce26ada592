"""The estimators in Python: answer keys, and the same as the SQL macros to 1e-9."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from service_control.statistics.clustering import Likeness, design_effect, likeness
from service_control.statistics.comparisons import benjamini_hochberg, change
from service_control.statistics.estimators import (
    Estimate,
    effective_size,
    finite_correction,
    kish,
    mean,
    net_share,
    proportion,
    ratio,
)
from service_control.statistics.student import t_975
from tests.statistics.macros import evaluate
from tests.statistics.test_estimator_macros import NET_SHARES, PROPORTIONS

CLOSE = {"rel": 1e-9, "abs": 1e-9}


def nps(positive: int, neutral: int, negative: int) -> Estimate:
    n = positive + neutral + negative
    return net_share(positive / n, negative / n, n)


@pytest.mark.parametrize(
    ("counts", "key"),
    [
        ((50, 30, 20), (30.0, 7.8102, 14.051, 44.201)),
        ((30, 20, 10), (33.333, 9.6225, 13.301, 50.191)),
        ((3, 2, 1), (33.333, 30.429, -26.743, 71.188)),
        ((8, 1, 1), (70, 20.2485, 14.732, 92.961)),
        ((420, 330, 250), (17, 2.532, 11.995, 21.903)),
        ((10, 0, 0), (100, 0, 47.504, 100)),
    ],
)
def test_answer_keys_of_nps(counts: tuple[int, int, int], key: tuple[float, ...]) -> None:
    own = nps(*counts)
    found = [100 * float(part) for part in (own.value, own.standard_error, own.low, own.high)]
    assert found == pytest.approx(key, abs=6e-4)


def test_answer_key_of_net_emotion_value() -> None:
    assert float(nps(6, 3, 1).value) == pytest.approx(0.5)


def test_answer_key_of_a_comparison() -> None:
    found = change(nps(60, 28, 12), nps(50, 30, 20), plain_from_n=100)
    assert float(found.change) == pytest.approx(0.18)
    assert float(found.standard_error) == pytest.approx(0.10486, abs=5e-6)
    assert float(found.z) == pytest.approx(1.7165, abs=5e-5)
    assert float(found.p_value) == pytest.approx(0.0861, abs=5e-5)
    # the interval holds 0 exactly where p is above 0.05
    assert found.low < 0 < found.high


@pytest.mark.parametrize(
    ("successes", "n", "interval"),
    [(0, 10, (0, 0.2775)), (5, 5, (0.5655, 1)), (81, 100, (0.7222, 0.8749)), (7, 9, (0.4526, 0.9368))],
)
def test_answer_keys_of_wilson(successes: int, n: int, interval: tuple[float, float]) -> None:
    found = proportion(successes / n, n)
    assert (float(found.low), float(found.high)) == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize("side", ["low", "high"])
def test_bounds_of_shares_are_those_of_the_macros(side: str) -> None:
    share, n = PROPORTIONS.T
    theirs = evaluate(f"wilson_bound('share', 'n', '{side}')", share=share, n=n)
    assert getattr(proportion(share, n), side) == pytest.approx(theirs, **CLOSE)
    positive, negative, n = NET_SHARES.T
    theirs = evaluate(f"net_share_bound('p', 'd', 'n', '{side}')", p=positive, d=negative, n=n)
    assert getattr(net_share(positive, negative, n), side) == pytest.approx(theirs, **CLOSE)


def test_mean_is_that_of_scipy_and_of_the_macros() -> None:
    random = np.random.default_rng(5)
    for n in (2, 3, 10, 200, 3000):
        y = random.integers(1, 8, n).astype(float)
        own = mean(y.mean(), (y**2).mean(), n, scale=(1, 7))
        theirs = evaluate("mean_standard_error('m', 'm2', 'n')", m=y.mean(), m2=(y**2).mean(), n=n)[0]
        assert float(own.standard_error) == pytest.approx(theirs, **CLOSE)
        low, high = np.clip(stats.t.interval(0.95, n - 1, y.mean(), stats.sem(y)), 1, 7)
        assert (float(own.low), float(own.high)) == pytest.approx((low, high), rel=1e-9)
    assert np.isnan(mean(3, 9, 1).standard_error)


def test_ratio_is_that_of_the_macro() -> None:
    random = np.random.default_rng(6)
    x = random.gamma(3, 20, 40)
    y = 0.3 * x + random.normal(0, 5, 40)
    sums = {"x": x.sum(), "y": y.sum(), "xx": (x**2).sum(), "yy": (y**2).sum(), "xy": (x * y).sum()}
    theirs = evaluate("ratio_standard_error('n', 'x', 'y', 'xx', 'yy', 'xy')", n=40, **sums)[0]
    own = ratio(40, *sums.values())
    assert float(own.value) == pytest.approx(y.sum() / x.sum())
    assert float(own.standard_error) == pytest.approx(theirs, rel=1e-9)
    assert float(own.high - own.value) == pytest.approx(stats.t.ppf(0.975, 39) * theirs)
    fewer = ratio(40, *sums.values(), design_effect=4)
    assert float(fewer.high - fewer.value) == pytest.approx(stats.t.ppf(0.975, 9) * 2 * theirs)


def test_quantiles_of_t() -> None:
    df = np.concatenate([np.arange(1, 2000), [1e4, 1e7]])
    assert t_975(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-10)


def test_what_observations_are_worth() -> None:
    assert kish([1, 1, 1, 1]) == 4
    assert kish([3, 1]) == pytest.approx(1.6)
    assert float(finite_correction(62, 80)) == pytest.approx(sqrt(18 / 79))
    assert finite_correction([80, 90], 80).tolist() == [0, 1]
    assert float(effective_size(100, design_effect=2.5)) == 40
    assert float(effective_size(62, finite=finite_correction(62, 80))) == pytest.approx(62 * 79 / 18)


def test_likeness_of_groups_of_one_size_follows_from_f() -> None:
    random = np.random.default_rng(7)
    groups = random.normal(0, 1, (30, 1)) + random.normal(0, 2, (30, 6))
    found = likeness(groups.ravel(), np.repeat(np.arange(30), 6))
    f = stats.f_oneway(*groups).statistic
    assert found.intraclass_correlation == pytest.approx((f - 1) / (f + 5), rel=1e-9)
    assert found.repeat_spread == pytest.approx(1)


def test_likeness_at_the_edge() -> None:
    assert likeness([1, 2, 3], ["a", "b", "c"]) == Likeness(0, 0)
    assert likeness([5, 5, 1, 1], ["a", "a", "b", "b"]).intraclass_correlation == 1
    assert likeness([5, 1, 1, 5], ["a", "a", "b", "b"]).intraclass_correlation == 0
    assert likeness([2, 2, 2, 2], ["a", "a", "b", "b"]).intraclass_correlation == 0


def test_design_effect_is_that_of_the_macro() -> None:
    n, people = np.array([(10, 10), (12, 10), (40, 10), (900, 30), (5, 1)]).T
    for of in (Likeness(0, 1.2), Likeness(0.1, 1), Likeness(0.5, 1.9), Likeness(1, 3)):
        theirs = evaluate(
            "design_effect('n', 'people', 'icc', 'spread')",
            n=n,
            people=people,
            icc=of.intraclass_correlation,
            spread=of.repeat_spread,
        )
        assert design_effect(n, people, of) == pytest.approx(np.minimum(theirs, n), **CLOSE)
    assert design_effect(10, 10, Likeness(1, 2)) == 1


def test_design_effect_is_kish_where_everybody_has_as_many() -> None:
    """1 + (m - 1)·ICC in the whole of the data: the spread is then 1 and the mean large."""
    found = design_effect(5000, 100, Likeness(0.02, 1))
    assert float(found) == pytest.approx(1 + 49 * 0.02, rel=0.02)


def test_benjamini_hochberg_is_that_of_scipy() -> None:
    random = np.random.default_rng(8)
    for count in (1, 2, 16):
        p = random.beta(0.5, 2, count)
        assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))
    with_gap = benjamini_hochberg([0.01, np.nan, 0.04, 0.03])
    assert np.isnan(with_gap[1])
    assert np.delete(with_gap, 1) == pytest.approx(stats.false_discovery_control([0.01, 0.04, 0.03]))


def test_a_change_needs_an_error_that_is_not_zero() -> None:
    agreed, other = net_share(1.0, 0.0, 10), net_share(0.9, 0.0, 10)
    for plain_from_n in (1, 100):
        assert change(other, agreed, plain_from_n=plain_from_n).p_value > 0.05
    assert np.isnan(change(mean(3, 9, 5), mean(4, 16, 5), plain_from_n=100).p_value)


def test_a_change_of_means_is_that_of_its_intervals() -> None:
    now, before = mean(5, 27, 12), mean(4, 18, 9)
    halves = [float(part.high - part.value) for part in (now, before)]
    assert float(change(now, before, plain_from_n=100).high) == pytest.approx(1 + np.hypot(*halves))


def test_few_answers_are_tested_with_more_caution() -> None:
    few = [change(proportion(0.9, n), proportion(0.5, n), plain_from_n=100).p_value for n in (10, 99, 100)]
    plain = [change(proportion(0.9, n), proportion(0.5, n), plain_from_n=1).p_value for n in (10, 99, 100)]
    assert few[0] > plain[0] and few[1] > plain[1] and few[2] == plain[2]
