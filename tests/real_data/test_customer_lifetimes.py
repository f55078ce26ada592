"""Lifetimes of contracts and of music buyers against the published parameters."""

from __future__ import annotations

import numpy as np
import pytest

from service_control.statistics.contract_lifetime import fit_contract_lifetime
from service_control.statistics.repeat_buying import fit_repeat_buying, fit_spend_per_purchase
from tests.real_data.path_model import read


@pytest.mark.parametrize(
    ("segment", "alpha", "beta"), [("high_end", 0.668, 3.806), ("regular", 0.704, 1.182)]
)
def test_retention_of_contracts(real_data, segment, alpha, beta):
    """Fitted on seven years; the next five are foretold within two points."""
    survivors = read(real_data / "sbg_retention/customer_retention.csv")[segment]
    fit = fit_contract_lifetime(survivors[:7], survivors[1:8])
    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), abs=5e-4)
    assert 100 * fit.survival(np.arange(8, 13)) == pytest.approx(survivors[8:], abs=2)
    if segment == "high_end":
        assert fit.residual_lifetime(8, 0.10) == pytest.approx(7.530, abs=5e-4)


@pytest.fixture(scope="module")
def buyers(real_data):
    return read(real_data / "cdnow/cdnow_customers_summary_with_transactions.csv")


def test_repeat_buying(buyers):
    fit = fit_repeat_buying(buyers["x"], buyers["t_x"], buyers["T"], np.ones(2357))
    assert [fit.r, fit.alpha, fit.a, fit.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=5e-4)
    assert fit.log_likelihood == pytest.approx(-9582.43, abs=5e-3)
    assert fit.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)


def test_spend_per_purchase(buyers):
    """The 946 customers who came back and paid."""
    told = (buyers["x"] > 0) & (buyers["zbar"] > 0)
    assert told.sum() == 946
    fit = fit_spend_per_purchase(buyers["x"], buyers["zbar"], np.ones(2357))
    assert [fit.p, fit.q, fit.gamma] == pytest.approx([6.249, 3.745, 15.448], abs=5e-4)
