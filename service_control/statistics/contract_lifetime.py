"""How long customers with a contract stay: the shifted beta-geometric distribution.

Every customer has a chance of leaving at a renewal, which differs between customers: hence a retention that rises with
tenure although nobody becomes more loyal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from service_control.statistics.results import Estimate, Refusal, moved_by_errors

LEAST_DISPERSION = 1e-6
"""Of 1 / (1 + alpha + beta). Below it all customers are alike for every purpose, and alpha and beta have no limit."""


@dataclass(frozen=True, slots=True)
class ContractLifetime:
    """A fitted shifted beta-geometric distribution of the number of periods until a customer leaves.

    `covariance` (2, 2) is that of the logits of mean churn alpha / (alpha + beta) and dispersion
    1 / (1 + alpha + beta); zeros when the customers are alike, for then the dispersion has no error of its own.

    Source: Fader, P. S. & Hardie, B. G. S. (2007), Journal of Interactive Marketing 21(1), 76-90.
    """

    alpha: float
    beta: float
    log_likelihood: float
    covariance: np.ndarray

    def survival(self, periods: np.ndarray) -> np.ndarray:
        """S(t), share still there after t renewals; t of any shape, 0 or more."""
        t = np.asarray(periods, dtype=float)
        return np.exp(special.betaln(self.alpha, self.beta + t) - special.betaln(self.alpha, self.beta))

    def retention(self, periods: np.ndarray) -> np.ndarray:
        """r_t, share of those before renewal t that renew; t of any shape, 1 or more."""
        t = np.asarray(periods, dtype=float)
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)

    def residual_lifetime(self, renewal: np.ndarray, discount_rate: float) -> np.ndarray:
        """DERL: discounted expected number of periods still to be paid by a customer who comes to renewal n.

        Parameters
        ----------
        renewal : whole n >= 1 of any shape: n - 1 renewals lie behind.
        discount_rate : per period, above 0.

        It is the sum over k >= 0 of S(n + k) / S(n - 1) / (1 + d)^k.

        Source: Fader & Hardie (2010), Marketing Science 29(1), 85-93.
        """
        n = np.asarray(renewal, dtype=int)
        ahead = int(np.ceil(np.log(1e-15 * discount_rate) / -np.log1p(discount_rate)))
        retention = self.retention(np.arange(1, n.max(initial=1) + ahead + 1))
        # backwards: who renews pays one period and stands before the next renewal. The closed form with 2F1 is the
        # same, but scipy's hyp2f1 gives NaN for alpha = 1, beta = 200 (scipy 1.17, 2026-11).
        lifetime, following = np.empty(len(retention)), 0.0
        for i in range(len(retention) - 1, -1, -1):
            following = lifetime[i] = retention[i] * (1 + following / (1 + discount_rate))
        return lifetime[n - 1]

    def residual_lifetime_errors(self, renewal: np.ndarray, discount_rate: float) -> np.ndarray:
        """What DERL moves for a standard deviation of each of the two independent errors of the fit, (m, 2).

        Sums over customers may be taken before squaring: all of them share the fit.
        """
        return moved_by_errors(
            lambda at: ContractLifetime(*_shape(at), 0.0, self.covariance).residual_lifetime(
                renewal, discount_rate
            ),
            _parameters(self.alpha, self.beta),
            self.covariance,
        )

    def residual_lifetime_estimate(
        self, renewals: np.ndarray, shares: np.ndarray, discount_rate: float, level: float
    ) -> Estimate:
        """Mean DERL over customers, `shares` of whom come to `renewals` (both (m,)); interval by the delta method."""
        weights = np.asarray(shares, dtype=float) / np.sum(shares)
        errors = weights @ self.residual_lifetime_errors(renewals, discount_rate)
        mean = weights @ self.residual_lifetime(renewals, discount_rate)
        return Estimate.of(float(mean), float(np.sqrt((errors**2).sum())), level)


def fit_contract_lifetime(at_risk: np.ndarray, renewed: np.ndarray) -> ContractLifetime | Refusal:
    """Maximum likelihood from counts per renewal.

    Parameters
    ----------
    at_risk : (t,), contracts that came to renewal 1, 2, …; of any cohort, so customers who began before the data did
        and customers who are still there count only where they were seen.
    renewed : (t,), those that went on.

    Returns a Refusal when fewer than two renewals were seen, when nobody left or nobody stayed, or when the likelihood
    has no maximum (all who leave do so at once).
    """
    at_risk, renewed = np.asarray(at_risk, dtype=float), np.asarray(renewed, dtype=float)
    lost = at_risk - renewed
    if lost.sum() <= 0 or renewed.sum() <= 0:
        return Refusal("no_churn", needed=1, found=float(min(lost.sum(), renewed.sum())))
    seen = int((at_risk > 0).sum())
    if seen < 2:
        return Refusal("too_few_periods", needed=2, found=seen)
    t = np.arange(1, len(at_risk) + 1)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = _shape(parameters)
        churn, dispersion = special.expit(parameters)
        before = beta + t - 1
        total = alpha + before
        likelihood = renewed @ np.log(before) + lost.sum() * np.log(alpha) - at_risk @ np.log(total)
        by_alpha = lost.sum() / alpha - (at_risk / total).sum()
        by_beta = (renewed / before).sum() - (at_risk / total).sum()
        size = 1 / dispersion - 1
        by_churn = churn * (1 - churn) * size * (by_alpha - by_beta)
        by_dispersion = -(1 - dispersion) / dispersion * (churn * by_alpha + (1 - churn) * by_beta)
        return -likelihood, -np.array([by_churn, by_dispersion])

    start = np.array([special.logit(np.clip(lost.sum() / at_risk.sum(), 1e-6, 1 - 1e-6)), special.logit(0.2)])
    lowest = special.logit(LEAST_DISPERSION)
    found = optimize.minimize(
        loss, start, jac=True, bounds=[(-20, 20), (lowest, -lowest)], options={"ftol": 1e-15, "gtol": 1e-10}
    )
    alpha, beta = _shape(found.x)
    step = 1e-4
    hessian = np.array(
        [(loss(found.x + move)[1] - loss(found.x - move)[1]) / (2 * step) for move in step * np.eye(2)]
    )
    covariance = np.zeros((2, 2))
    if found.x[1] < lowest + 1:
        covariance[0, 0] = 1 / hessian[0, 0]
    else:
        curvature = (hessian + hessian.T) / 2
        flattest = float(np.linalg.eigvalsh(curvature)[0])
        if flattest <= 0 or found.x[1] > -lowest - 1:
            return Refusal("not_converged", needed=0, found=flattest)
        covariance = np.linalg.inv(curvature)
    return ContractLifetime(float(alpha), float(beta), -float(found.fun), covariance)


def _shape(parameters: np.ndarray) -> np.ndarray:
    """alpha and beta from the logits of mean churn and dispersion, which have limits when customers are alike."""
    churn, dispersion = special.expit(parameters)
    return (1 / dispersion - 1) * np.array([churn, 1 - churn])


def _parameters(alpha: float, beta: float) -> np.ndarray:
    return special.logit(np.array([alpha / (alpha + beta), 1 / (1 + alpha + beta)]))
