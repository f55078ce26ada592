"""The review of the metrics, and say and do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from service_control.errors import InputError
from service_control.statistics.agreement import say_do
from service_control.statistics.results import Refusal
from service_control.statistics.review import (
    Correlation,
    PairMoments,
    correlations,
    drift,
    hints,
)
from tests.statistics.analyses import ASSUMPTIONS

METRICS = ("nps", "csat", "csat_mean", "ces", "sentiment")


def pairs_of(values: np.ndarray, names: tuple[str, ...] = METRICS) -> PairMoments:
    return PairMoments.of_panel(names, values)


def measured(seed: int, units: int = 20, link: float = 0.6) -> np.ndarray:
    """NPS is the outcome; CSAT and its mean say the same, CES is linked, sentiment is not."""
    random = np.random.default_rng(seed)
    values = random.standard_normal((units, 18, 5))
    values[..., 1] = 0.7 * values[..., 0] + 0.7 * values[..., 1]
    values[..., 2] = values[..., 1] + 0.2 * values[..., 2] + 0.05 * random.standard_normal((units, 18))
    values[..., 3] = link * values[..., 0] + 0.8 * values[..., 3]
    return values


def test_correlations_are_those_of_the_values() -> None:
    values = measured(1)
    values[np.random.default_rng(2).random(values.shape) < 0.1] = np.nan
    for pair in correlations(pairs_of(values), assumptions=ASSUMPTIONS):
        columns = values[..., METRICS.index(pair.first)], values[..., METRICS.index(pair.second)]
        both = ~np.isnan(columns[0]) & ~np.isnan(columns[1])
        assert pair.n == both.sum()
        assert pair.estimate.value == pytest.approx(
            stats.pearsonr(columns[0][both], columns[1][both]).statistic
        )
        assert pair.estimate.low < pair.estimate.value < pair.estimate.high
        assert np.tanh(pair.transformed.value) == pytest.approx(pair.estimate.value)


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    found = correlations(pairs_of(measured(3)), assumptions=ASSUMPTIONS)
    expected = stats.false_discovery_control([pair.transformed.p_value for pair in found])
    assert [pair.q_value for pair in found] == pytest.approx(expected)
    assert {(pair.first, pair.second) for pair in found if pair.is_redundant} == {("csat", "csat_mean")}


def test_months_of_one_team_are_no_independent_witnesses() -> None:
    """Two unrelated metrics that drift slowly within each team: as rows they correlate far too often."""
    random = np.random.default_rng(4)
    called, naive = 0, 0
    for _ in range(300):
        values = np.cumsum(random.standard_normal((12, 24, 2)), axis=1)
        values -= values.mean(axis=1, keepdims=True)
        (pair,) = correlations(pairs_of(values, ("a", "b")), assumptions=ASSUMPTIONS)
        called += pair.is_real
        naive += stats.pearsonr(*values.reshape(-1, 2).T).pvalue < 0.05
    assert called <= 0.08 * 300
    assert naive > 0.3 * 300


def test_thin_and_constant_pairs_are_refused() -> None:
    values = measured(5)
    values[7:, :, 4] = np.nan
    values[:, :, 3] = 4.0
    found = dict(
        zip(
            [(a, b) for i, a in enumerate(METRICS) for b in METRICS[i + 1 :]],
            correlations(pairs_of(values), assumptions=ASSUMPTIONS),
            strict=True,
        )
    )
    assert found["nps", "sentiment"] == Refusal("too_few_units", needed=8, found=7, about="nps, sentiment")
    assert found["nps", "ces"].reason == "no_variation"
    assert isinstance(found["nps", "csat"], Correlation)


def test_a_link_that_vanished_has_drifted() -> None:
    before = correlations(pairs_of(measured(6)), assumptions=ASSUMPTIONS)
    same = correlations(pairs_of(measured(7)), assumptions=ASSUMPTIONS)
    gone = correlations(pairs_of(measured(8, link=0.0)), assumptions=ASSUMPTIONS)
    assert not [change for change in drift(before, same, assumptions=ASSUMPTIONS) if change.is_real]
    moved = [change for change in drift(before, gone, assumptions=ASSUMPTIONS) if change.is_real]
    assert ("nps", "ces") in {(change.first, change.second) for change in moved}
    assert all(change.change.high < 0 for change in moved if change.first == "nps")
    assert drift((), gone, assumptions=ASSUMPTIONS) == ()
    for old, new, change in zip(before, gone, drift(before, gone, assumptions=ASSUMPTIONS), strict=True):
        errors = old.transformed.standard_error, new.transformed.standard_error
        assert change.change.standard_error == pytest.approx(np.sqrt(errors[0] ** 2 + errors[1] ** 2))


def test_hints_keep_watch_and_retire() -> None:
    values = measured(9)
    values[5:, :, 4] = np.nan
    found = correlations(pairs_of(values), assumptions=ASSUMPTIONS)
    by_metric = {hint.metric: hint for hint in hints(METRICS, ["nps"], found, ())}
    assert [by_metric[name].hint for name in METRICS].count("retire") == 1
    assert (by_metric["nps"].hint, by_metric["nps"].reason) == ("keep", "outcome")
    assert (by_metric["ces"].hint, by_metric["ces"].other) == ("keep", "nps")
    assert by_metric["ces"].correlation == pytest.approx(
        next(p.estimate.value for p in found if isinstance(p, Correlation) and p.second == "ces")
    )
    (retired,) = [hint for hint in by_metric.values() if hint.hint == "retire"]
    assert {retired.metric, retired.other} == {"csat", "csat_mean"}
    assert by_metric[retired.other].hint == "keep"
    assert (by_metric["sentiment"].hint, by_metric["sentiment"].reason) == ("watch", "not_measured")


def test_hints_for_no_link_and_for_drift() -> None:
    before = correlations(pairs_of(measured(6)), assumptions=ASSUMPTIONS)
    now = correlations(pairs_of(measured(8, link=0.35)), assumptions=ASSUMPTIONS)
    moved = drift(before, now, assumptions=ASSUMPTIONS)
    by_metric = {hint.metric: hint for hint in hints(METRICS, ["nps"], now, moved)}
    assert (by_metric["sentiment"].hint, by_metric["sentiment"].reason) == ("watch", "no_link")
    assert (by_metric["ces"].hint, by_metric["ces"].reason, by_metric["ces"].other) == (
        "watch",
        "drifted",
        "nps",
    )


def test_an_outcome_must_be_a_metric() -> None:
    with pytest.raises(InputError, match="revenue is no metric"):
        hints(METRICS, ["revenue"], (), ())


def test_say_do_by_hand() -> None:
    found = say_do(60, 40, 90, 810, assumptions=ASSUMPTIONS)
    assert found.respondent_count == 1000
    assert found.precision.value == pytest.approx(0.6)
    assert found.recall.value == pytest.approx(0.4)
    assert found.base_rate.value == pytest.approx(0.15)
    assert found.risk_ratio.value == pytest.approx(0.6 / 0.1)
    error = np.sqrt(1 / 60 - 1 / 100 + 1 / 90 - 1 / 900)
    assert found.risk_ratio.low == pytest.approx(6 * np.exp(-1.959964 * error), rel=1e-6)


def test_say_do_uses_wilson() -> None:
    """The answer key of 81 out of 100, as precision and as recall."""
    found = say_do(81, 19, 19, 881, assumptions=ASSUMPTIONS)
    for share in (found.precision, found.recall):
        assert (share.low, share.high) == pytest.approx((0.7222, 0.8749), abs=5e-5)


def test_nobody_who_did_has_no_ratio_and_few_are_refused() -> None:
    assert say_do(12, 3, 0, 500, assumptions=ASSUMPTIONS).risk_ratio is None
    assert say_do(5, 4, 40, 500, assumptions=ASSUMPTIONS) == Refusal("too_few_in_a_box", 10, 9, "said")
    assert say_do(4, 40, 5, 500, assumptions=ASSUMPTIONS).about == "did"
