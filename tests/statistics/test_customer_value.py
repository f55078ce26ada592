"""Customer value: published values, sums that agree with closed forms, and no euro counted twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, special

from service_control.errors import InputError
from service_control.statistics.contract_lifetime import ContractLifetime, fit_contract_lifetime
from service_control.statistics.customer_value import (
    Influence,
    Referrals,
    contract_value,
    engagement_value,
    feedback_value,
    purchase_value,
)
from service_control.statistics.repeat_buying import (
    RepeatBuying,
    SpendPerPurchase,
    fit_repeat_buying,
    fit_spend_per_purchase,
)
from service_control.statistics.results import Refusal

HIGH_END = np.array([100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1])
REGULAR = np.array([100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1])
CDNOW = RepeatBuying(0.2426, 4.4136, 0.7929, 2.4259, 0.0, np.zeros((4, 4)))
SPEND = SpendPerPurchase(6.25, 3.74, 15.44, 0.0, np.zeros((3, 3)))


@pytest.mark.parametrize(("survivors", "alpha", "beta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_answer_keys_of_contracts(survivors: np.ndarray, alpha: float, beta: float) -> None:
    fit = fit_contract_lifetime(survivors[:-1], survivors[1:])
    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), abs=5e-4)


@pytest.mark.parametrize(("renewal", "expected"), [(1, 5.4145), (2, 5.9014), (5, 6.8967), (8, 7.530)])
def test_answer_keys_of_residual_lifetime(renewal: int, expected: float) -> None:
    fit = fit_contract_lifetime(HIGH_END[:-1], HIGH_END[1:])
    assert fit.residual_lifetime(renewal, 0.10) == pytest.approx(expected, abs=5e-5 if renewal < 8 else 5e-4)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 30.0])
@pytest.mark.parametrize("beta", [0.5, 4.0, 200.0])
@pytest.mark.parametrize("discount_rate", [0.01, 0.1])
def test_residual_lifetime_is_the_sum_of_discounted_survival(
    alpha: float, beta: float, discount_rate: float
) -> None:
    fit = ContractLifetime(alpha, beta, 0.0, np.zeros((2, 2)))
    k = np.arange(4000)
    for n in (1, 3, 40):
        total = (fit.survival(n + k) / fit.survival(n - 1) / (1 + discount_rate) ** k).sum()
        assert fit.residual_lifetime(n, discount_rate) == pytest.approx(total, rel=1e-9)


def test_residual_lifetime_is_the_published_closed_form() -> None:
    alpha, beta, n = 0.668, 3.806, np.array([1, 2, 5, 30])
    tail = special.hyp2f1(1, beta + n, alpha + beta + n, 1 / 1.1)
    found = ContractLifetime(alpha, beta, 0.0, np.zeros((2, 2))).residual_lifetime(n, 0.1)
    assert found == pytest.approx((beta + n - 1) / (alpha + beta + n - 1) * tail, rel=1e-12)


def test_survival_is_the_product_of_retention() -> None:
    fit = ContractLifetime(0.668, 3.806, 0.0, np.zeros((2, 2)))
    assert fit.survival(7) == pytest.approx(np.prod(fit.retention(np.arange(1, 8))))
    assert fit.survival(0) == pytest.approx(1)
    assert 1 - fit.retention(1) == pytest.approx(0.668 / (0.668 + 3.806))


def test_customers_who_are_alike_have_a_constant_retention() -> None:
    """Dispersion goes to zero, alpha and beta to infinity: the limit is what counts."""
    at_risk = 1e4 * 0.9 ** np.arange(6)
    fit = fit_contract_lifetime(at_risk, 0.9 * at_risk)
    assert fit.retention(np.array([1, 30])) == pytest.approx([0.9, 0.9], abs=1e-4)
    assert fit.residual_lifetime(1, 0.1) == pytest.approx(0.9 / (1 - 0.9 / 1.1), rel=1e-3)
    interval = fit.residual_lifetime_estimate(np.array([1]), np.array([1]), 0.1, 0.05)
    assert interval.low < interval.value < interval.high


def test_customers_who_came_before_the_data_do_not_disturb() -> None:
    """Renewals seen from the third year on are counts like others."""
    truth = ContractLifetime(0.8, 3.0, 0.0, np.zeros((2, 2)))
    at_risk = np.full(12, 1e6)
    late = fit_contract_lifetime(at_risk, at_risk * truth.retention(np.arange(1, 13)))
    assert (late.alpha, late.beta) == pytest.approx((0.8, 3.0), rel=1e-3)


def test_nobody_left_or_stayed_is_refused() -> None:
    assert fit_contract_lifetime(np.array([50, 50]), np.array([50, 50])).reason == "no_churn"
    assert fit_contract_lifetime(np.array([50]), np.array([0])).reason == "no_churn"


def test_what_has_no_shape_is_refused() -> None:
    """One renewal tells nothing of spread; when all who leave do so at once, lifetime has no end."""
    assert fit_contract_lifetime(np.array([100]), np.array([80])) == Refusal("too_few_periods", 2, 1)
    assert (
        fit_contract_lifetime(np.array([1000, 700, 700]), np.array([700, 700, 700])).reason == "not_converged"
    )


def test_errors_of_lifetime_are_those_of_the_likelihood() -> None:
    """From a numerical second derivative in alpha and beta themselves, carried to DERL."""
    survivors = HIGH_END * 10
    fit = fit_contract_lifetime(survivors[:-1], survivors[1:])
    t = np.arange(1, 8)

    def loss(shape: np.ndarray) -> float:
        retention = (shape[1] + t - 1) / (shape.sum() + t - 1)
        lost = survivors[:-1] - survivors[1:]
        return -float(survivors[1:] @ np.log(retention) + lost @ np.log(1 - retention))

    def lifetime(shape: np.ndarray) -> float:
        return float(ContractLifetime(*shape, 0.0, np.zeros((2, 2))).residual_lifetime(1, 0.1))

    at = np.array([fit.alpha, fit.beta])
    steps = 1e-3 * np.eye(2)
    hessian = [
        [(loss(at + i + j) - loss(at + i - j) - loss(at - i + j) + loss(at - i - j)) / 4e-6 for j in steps]
        for i in steps
    ]
    gradient = optimize.approx_fprime(at, lifetime, 1e-6)
    error = np.sqrt(gradient @ np.linalg.inv(hessian) @ gradient)
    found = fit.residual_lifetime_estimate(np.array([1]), np.array([1]), 0.1, 0.05)
    assert found.standard_error == pytest.approx(error, rel=1e-3)


def test_answer_keys_of_repeat_buying() -> None:
    assert CDNOW.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.2259, abs=5e-5)
    assert CDNOW.alive(2, 30.43, 38.86) == pytest.approx(0.7266, abs=5e-5)


@pytest.mark.parametrize("model", [CDNOW, replace(CDNOW, a=1.7), replace(CDNOW, a=1.0)])
def test_expected_purchases_are_the_published_form(model: RepeatBuying) -> None:
    r, alpha, a, b = model.r, model.alpha, model.a if model.a != 1 else 1 + 1e-7, model.b
    t, age = 20.0, 38.0
    for x, t_x in ((0, 0.0), (1, 5.0), (9, 30.0)):
        z = t / (alpha + age + t)
        power = ((alpha + age) / (alpha + age + t)) ** (r + x)
        bracket = 1 - power * special.hyp2f1(r + x, b + x, a + b + x - 1, z)
        expected = (a + b + x - 1) / (a - 1) * bracket * model.alive(x, t_x, age)
        assert model.expected_purchases(t, x, t_x, age) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("x", [0, 3, 150, 5000])
@pytest.mark.parametrize("shape", [(0.7929, 2.4259), (1.5, 300.0)])
def test_expected_purchases_are_those_of_simulated_customers(x: int, shape: tuple[float, float]) -> None:
    """Rates and chances to drop out of customers known to be alive, drawn given their history; frequent ones too."""
    model = replace(CDNOW, a=shape[0], b=shape[1])
    random = np.random.default_rng(7)
    rate = random.gamma(model.r + x, 1 / (model.alpha + 38.86), 400_000)
    dropout = np.maximum(random.beta(model.a, model.b + x, 400_000), 1e-12)
    purchases = -np.expm1(-rate * dropout * 39) / dropout
    with np.errstate(all="raise", under="ignore"):
        expected = model.expected_purchases(39, x, 38.86, 38.86) / model.alive(x, 38.86, 38.86)
    assert expected == pytest.approx(purchases.mean(), abs=4 * purchases.std() / np.sqrt(400_000))


def histories(n: int, seed: int) -> np.ndarray:
    """Frequency, recency and age of customers who buy as the model says, in whole weeks of age, days of recency."""
    random = np.random.default_rng(seed)
    r, alpha, a, b = 0.6, 6.0, 0.8, 2.5
    rows = []
    for rate, dropout in zip(random.gamma(r, 1 / alpha, n), random.beta(a, b, n), strict=True):
        age = float(random.integers(26, 53))
        x, last, t = 0, 0.0, 0.0
        while True:
            t += random.exponential(1 / rate)
            if t > age:
                break
            x, last = x + 1, t
            if random.random() < dropout:
                break
        rows.append((x, np.round(last, 1), age))
    return np.array(rows)


def test_cells_of_customers_are_the_customers() -> None:
    rows = histories(2000, seed=1)
    cells, counts = np.unique(rows, axis=0, return_counts=True)
    one_by_one = fit_repeat_buying(*rows.T, np.ones(len(rows)))
    by_cell = fit_repeat_buying(*cells.T, counts)
    assert len(cells) < 1500
    assert by_cell.log_likelihood == pytest.approx(one_by_one.log_likelihood, rel=1e-12)
    assert [by_cell.r, by_cell.alpha, by_cell.a, by_cell.b] == pytest.approx(
        [one_by_one.r, one_by_one.alpha, one_by_one.a, one_by_one.b], rel=1e-3
    )


def test_the_likelihood_is_the_published_one_and_has_its_maximum_there() -> None:
    x, t_x, age = histories(800, seed=2).T

    def loss(logarithms: np.ndarray) -> float:
        r, alpha, a, b = np.exp(logarithms)
        shared = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        alive = special.beta(a, b + x) / special.beta(a, b) * (alpha + age) ** -(r + x)
        gone = special.beta(a + 1, b + np.maximum(x, 1) - 1) / special.beta(a, b) * (alpha + t_x) ** -(r + x)
        return -float((shared + np.log(alive + np.where(x > 0, gone, 0))).sum())

    best = optimize.minimize(
        loss, np.zeros(4), method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-9}
    )
    found = fit_repeat_buying(x, t_x, age, np.ones(800))
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-5)


def test_nobody_who_bought_again_is_refused() -> None:
    zeros = np.zeros(5)
    assert fit_repeat_buying(zeros, zeros, zeros + 10, zeros + 1).reason == "too_few_events"
    assert fit_spend_per_purchase(zeros, zeros, zeros + 1).reason == "too_few_events"


def test_answer_key_of_spend() -> None:
    assert SPEND.expected_spend(2, 35) == pytest.approx(35.039, abs=5e-4)
    assert SPEND.expected_spend(0, 0) == pytest.approx(6.25 * 15.44 / 2.74)


def test_spend_is_recovered_and_free_purchases_are_left_out() -> None:
    random = np.random.default_rng(3)
    x = random.integers(1, 8, 20_000)
    mean = random.gamma(6.25 * x, 1 / (random.gamma(3.74, 1 / 15.44, 20_000) * x))
    fit = fit_spend_per_purchase(np.append(x, [0, 3]), np.append(mean, [0, 0]), np.ones(20_002))
    assert [fit.p, fit.q, fit.gamma] == pytest.approx([6.25, 3.74, 15.44], rel=0.06)
    # the errors are about right: the truth is within three of them
    errors = np.sqrt(np.diagonal(fit.covariance))
    assert (np.abs(np.log([fit.p / 6.25, fit.q / 3.74, fit.gamma / 15.44])) < 3 * errors).all()


def test_customers_who_all_spend_the_same_are_expected_to_go_on() -> None:
    fit = fit_spend_per_purchase(np.full(50, 4), np.full(50, 20.0), np.ones(50))
    assert fit.expected_spend(4, 20.0) == pytest.approx(20, rel=1e-3)


def test_value_of_contracts_and_of_purchases() -> None:
    lifetime = ContractLifetime(0.668, 3.806, 0.0, np.zeros((2, 2)))
    renewals = np.array([1, 2])
    expected = 30 * lifetime.residual_lifetime(renewals, 0.1)
    assert contract_value(lifetime, renewals, np.array([30, 30]), 0.1) == pytest.approx(expected)
    history = (np.array([2, 0]), np.array([30.43, 0]), np.array([38.86, 38.86]), np.array([35.0, 0]))
    free = purchase_value(CDNOW, SPEND, *history, margin_share=0.3, horizon=39, discount_rate=0.0)
    purchases = CDNOW.expected_purchases(39, *history[:3])
    assert free == pytest.approx(0.3 * purchases * SPEND.expected_spend(history[0], history[3]))
    later = purchase_value(CDNOW, SPEND, *history, margin_share=0.3, horizon=39, discount_rate=0.01)
    assert (later < free).all() and (later > free / 1.01**39).all()


def network(count: int, seed: int) -> tuple[np.ndarray, Referrals, Influence, np.ndarray]:
    random = np.random.default_rng(seed)
    referred = random.permutation(np.arange(1, count))[: count // 3]
    referrals = Referrals(
        referrer=random.integers(0, referred),
        referred=referred,
        is_incentivised=random.random(len(referred)) < 0.5,
        would_have_come=random.random(len(referred)),
        referral_cost_eur=np.full(len(referred), 25.0),
        retention_marketing_eur=np.full(len(referred), 5.0),
        saved_acquisition_eur=np.full(len(referred), 60.0),
        years_until=random.integers(0, 3, len(referred)),
    )
    influenced = np.repeat(np.arange(1, count), 2)
    influencer = random.integers(0, influenced)
    influence = Influence(influencer, influenced, random.uniform(0, 0.5, len(influenced)))
    return random.normal(100, 150, count), referrals, influence, random.exponential(3, count)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_allocated_is_the_margin_of_the_company(seed: int) -> None:
    clv, referrals, influence, cfv = network(200, seed)
    found = engagement_value(clv, referrals, influence, cfv, discount_rate=0.1)
    assert found.allocated.sum() == pytest.approx(found.company_eur)
    assert found.cev == pytest.approx(found.clv + found.crv + found.civ + found.cfv)
    # without savings, costs and feedback it is the margin and nothing else
    nothing = np.zeros(len(referrals.referred))
    bare = replace(
        referrals, referral_cost_eur=nothing, retention_marketing_eur=nothing, saved_acquisition_eur=nothing
    )
    found = engagement_value(clv, bare, influence, np.zeros(200), discount_rate=0.1)
    assert found.allocated.sum() == pytest.approx(clv.sum())


def test_a_referral_by_hand() -> None:
    """Customer 0 brought 1 (worth 100, 30 % would have come anyway) for a reward, and 2 by word of mouth."""
    referrals = Referrals(
        referrer=np.array([0, 0]),
        referred=np.array([1, 2]),
        is_incentivised=np.array([True, False]),
        would_have_come=np.array([0.3, 1.0]),
        referral_cost_eur=np.array([20.0, 0.0]),
        retention_marketing_eur=np.array([10.0, 0.0]),
        saved_acquisition_eur=np.array([40.0, 40.0]),
        years_until=np.array([1, 0]),
    )
    influence = Influence(np.array([2]), np.array([1]), np.array([0.5]))
    found = engagement_value(
        np.array([50.0, 100.0, 80.0]), referrals, influence, np.array([0.0, 7.0, 0.0]), discount_rate=0.1
    )
    assert found.crv == pytest.approx([(0.7 * (100 - 20 - 10) + 40) / 1.1, 0, 0])
    assert found.civ == pytest.approx([40, 0, 50])
    kept = 100 - 70 / 1.1
    assert found.allocated == pytest.approx([50 + 89 / 1.1 + 40, kept / 2 + 7, 80 + kept / 2])


def test_influence_on_a_customer_who_costs_money_is_negative() -> None:
    influence = Influence(np.array([0]), np.array([1]), np.array([0.4]))
    found = engagement_value(
        np.array([10.0, -50.0]), no_referrals(), influence, np.zeros(2), discount_rate=0.1
    )
    assert found.civ == pytest.approx([-20, 0])


def no_referrals() -> Referrals:
    none = np.array([], dtype=int)
    return Referrals(
        referrer=none, referred=none, is_incentivised=none, would_have_come=none, referral_cost_eur=none,
        retention_marketing_eur=none, saved_acquisition_eur=none, years_until=none,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda r, i: (replace(r, referred=np.full_like(r.referred, 5), referrer=r.referrer * 0), i),
            "twice",
        ),
        (lambda r, i: (replace(r, referrer=r.referred), i), "himself"),
        (lambda r, i: (r, replace(i, influencer=i.influenced)), "himself"),
        (lambda r, i: (r, replace(i, share=i.share + 0.6)), "exceed 1"),
        (lambda r, i: (replace(r, would_have_come=r.would_have_come + 1), i), "share of 0 to 1"),
    ],
)
def test_claims_that_cannot_be_are_refused(change, problem: str) -> None:
    clv, referrals, influence, cfv = network(30, 0)
    with pytest.raises(InputError, match=problem):
        engagement_value(clv, *change(referrals, influence), cfv, discount_rate=0.1)


def test_feedback_is_itemised() -> None:
    found = feedback_value(
        idea_value_eur=5000.0, idea_share=0.2, contacts_prevented=300, contact_cost_eur=8.0,
        contact_attribution=0.5, completes=40, panel_cost_eur_per_complete=6.0, recovered_margin_eur=250.0,
    )  # fmt: skip
    items = (found.ideas_eur, found.contacts_prevented_eur, found.research_eur, found.recovered_margin_eur)
    assert items == pytest.approx((1000, 1200, 240, 250))
    assert found.total_eur == pytest.approx(2690)
