"""Moments: nothing of the rows is lost that an analysis needs."""

from __future__ import annotations

import numpy as np
import pytest

from service_control.errors import InputError
from service_control.statistics.assumptions import Assumptions
from service_control.statistics.moments import Moments
from service_control.statistics.regression import regression
from tests.statistics.analyses import values_of_seed

RANDOM = np.random.default_rng(11)
NAMES = ("ease", "empathy", "nps")
ROWS = RANDOM.integers(1, 8, (500, 3)) + RANDOM.normal(0, 0.1, (500, 1))
GROUPS = RANDOM.integers(0, 40, 500)


def test_covariance_correlation_and_means_are_those_of_the_rows():
    total = Moments.of_rows(NAMES, ROWS, GROUPS).total()
    assert total.n == 500
    assert total.means == pytest.approx(ROWS.mean(axis=0))
    assert total.covariance == pytest.approx(np.cov(ROWS.T))
    assert total.correlation == pytest.approx(np.corrcoef(ROWS.T))


def test_a_constant_has_no_correlation():
    rows = np.column_stack([ROWS, np.full(500, 1e6)])
    correlation = Moments.of_rows([*NAMES, "constant"], rows).correlation
    assert np.isnan(correlation[3]).all()
    assert correlation[:3, :3] == pytest.approx(np.corrcoef(ROWS.T))


def test_a_bootstrap_sample_is_a_sum_of_whole_groups():
    groups = Moments.of_rows(NAMES, ROWS, GROUPS)
    samples = groups.resampled(3, np.random.default_rng(5))
    drawn = np.random.default_rng(5).integers(0, 40, (3, 40))[0]
    rows = np.concatenate([ROWS[group == GROUPS] for group in drawn])
    assert samples.n[0] == len(rows)
    assert samples.covariance[0] == pytest.approx(np.cov(rows.T))


def test_noise_from_moments_is_distributed_as_noise_on_rows():
    """First two moments of its sums, in groups smaller and larger than the number of variables."""
    rows, groups = ROWS[:40], np.repeat([0, 1, 2], [2, 8, 30])
    moments = Moments.of_rows(NAMES, rows, groups)
    random = np.random.default_rng(3)
    drawn = [moments.with_noise("noise", random) for _ in range(20_000)]
    crossed = np.array([sample.products[:, :3, 3] for sample in drawn])
    sums = np.array([sample.sums[:, 3] for sample in drawn])
    squares = np.array([sample.products[:, 3, 3] for sample in drawn])
    for g, n in enumerate((2, 8, 30)):
        expected = moments.products[g]
        assert np.cov(crossed[:, g].T) == pytest.approx(expected, rel=0.06)
        assert sums[:, g].var() == pytest.approx(n, rel=0.06)
        assert squares[:, g].mean() == pytest.approx(n, rel=0.03)
        assert squares[:, g].var() == pytest.approx(2 * n, rel=0.1)


def test_regression_and_its_clustered_errors_are_those_of_the_rows():
    fit = regression(Moments.of_rows(NAMES, ROWS, GROUPS), "nps", ["ease", "empathy"])
    design = np.column_stack([np.ones(500), ROWS[:, :2]])
    coefficients, *_ = np.linalg.lstsq(design, ROWS[:, 2], rcond=None)
    without = []
    for group in np.unique(GROUPS):
        kept = group != GROUPS
        without.append(np.linalg.lstsq(design[kept], ROWS[kept, 2], rcond=None)[0])
    moved = np.array(without) - coefficients
    assert fit.intercept == pytest.approx(coefficients[0])
    assert fit.slopes == pytest.approx(coefficients[1:])
    assert fit.covariance == pytest.approx((moved.T @ moved * 39 / 40)[1:, 1:])
    assert fit.r_squared == pytest.approx(1 - (ROWS[:, 2] - design @ coefficients).var() / ROWS[:, 2].var())


def test_an_assumption_that_the_seed_does_not_have_is_named():
    values = values_of_seed()
    del values["holdout_share"]
    with pytest.raises(InputError, match="holdout_share"):
        Assumptions.of(values)
