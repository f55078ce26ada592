"""How often, for how much and for how long customers without a contract buy: BG/NBD and gamma-gamma.

Both are fitted on cells of customers with the same history, so that the number of customers does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from service_control.statistics.results import Refusal, moved_by_errors


@dataclass(frozen=True, slots=True)
class RepeatBuying:
    """A fitted BG/NBD model: buying at random while alive, and after each purchase a chance of never coming back.

    Attributes
    ----------
    r, alpha : gamma distribution of the buying rate; alpha in the unit of time of the data.
    a, b : beta distribution of the chance to drop out after a purchase.
    covariance : (4, 4) of the logarithms of r, alpha, a, b.

    A history is (frequency x, recency t_x, age T): repeat purchases, time from the first to the last purchase, time
    from the first purchase to the end of the data.

    Source: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    covariance: np.ndarray

    def alive(self, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
        """P(alive) of histories of one shape; 1 for those who never bought again, as the model has it."""
        x, t_x, age = (np.asarray(column, dtype=float) for column in (frequency, recency, age))
        odds = np.log(self.a) - np.log(np.maximum(self.b + x - 1, 1e-12))
        odds = odds + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + t_x))
        return np.where(x > 0, special.expit(-odds), 1.0)

    def expected_purchases(
        self, horizon: np.ndarray, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray
    ) -> np.ndarray:
        """E[Y(t) | x, t_x, T]: purchases in the next `horizon` units of time; arguments broadcast."""
        x, age, t = (np.asarray(column, dtype=float) for column in (frequency, age, horizon))
        # 1 is a removable singularity of the formula
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        total = a + self.b + x - 1
        # Euler's transformation of the published form, which overflows for frequent buyers
        ratio = (self.alpha + age) / (self.alpha + age + t)
        bracket = 1 - ratio ** (a - 1) * special.hyp2f1(total - self.r - x, a - 1, total, 1 - ratio)
        return total / (a - 1) * bracket * self.alive(x, recency, age)

    def discounted_purchases(
        self,
        periods: np.ndarray,
        discount_rate: float,
        frequency: np.ndarray,
        recency: np.ndarray,
        age: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Expected purchases still to come, discounted, (m,), and what they move for each error of the fit, (m, 4).

        Parameters
        ----------
        periods : (t,), ends of the periods to look ahead, rising, in the unit of time of the histories; purchases of a
            period count at its end.
        discount_rate : per unit of time.
        frequency, recency, age : (m,).
        """
        ends = np.append(0.0, periods)[:, None]
        factors = (1 + discount_rate) ** -ends[1:]

        def purchases(logarithms: np.ndarray) -> np.ndarray:
            model = RepeatBuying(*np.exp(logarithms), 0.0, self.covariance)
            expected = model.expected_purchases(ends, frequency, recency, age)
            return (np.diff(expected, axis=0) * factors).sum(axis=0)

        at = np.log([self.r, self.alpha, self.a, self.b])
        return purchases(at), moved_by_errors(purchases, at, self.covariance)


def fit_repeat_buying(
    frequency: np.ndarray, recency: np.ndarray, age: np.ndarray, customers: np.ndarray
) -> RepeatBuying | Refusal:
    """Maximum likelihood from cells (all (m,)): `customers` with the same frequency, recency and age.

    What leaves SQL is one row per cell; rounded to days there are far fewer than customers. Returns a Refusal when
    nobody bought again, or when the likelihood has no maximum (all customers alike).
    """
    x, t_x, age, n = (np.asarray(column, dtype=float) for column in (frequency, recency, age, customers))
    repeat = x > 0
    if not (n * repeat).sum():
        return Refusal("too_few_events", needed=1, found=0)
    values, place = np.unique(x, return_inverse=True)

    def loss(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(logarithms)
        alive = -(r + x) * np.log(alpha + age)
        left = np.full_like(x, -np.inf)
        left[repeat] = np.log(a) - np.log(b + x[repeat] - 1)
        left[repeat] -= (r + x[repeat]) * np.log(alpha + t_x[repeat])
        either = np.logaddexp(alive, left)
        part = np.exp(left - either)
        shared = special.gammaln(r + values) - special.gammaln(r) + r * np.log(alpha)
        shared += special.betaln(a, b + values) - special.betaln(a, b)
        by_r = special.digamma(r + values) - special.digamma(r) + np.log(alpha)
        by_a = special.digamma(a + b) - special.digamma(a + b + values)
        by_b = by_a + special.digamma(b + values) - special.digamma(b)
        ages, times = np.log(alpha + age), np.log(alpha + t_x)
        gradient = [
            n @ (by_r[place] - (1 - part) * ages - part * times),
            n @ (r / alpha - (r + x) * ((1 - part) / (alpha + age) + part / (alpha + t_x))),
            n @ (by_a[place] + part / a),
            n @ (by_b[place] - np.where(repeat, part / np.maximum(b + x - 1, 1e-300), 0)),
        ]
        return -(n @ (shared[place] + either)), -np.array(gradient) * np.exp(logarithms)

    start = np.log([1, age.mean(), 1, 2])
    return _fit(RepeatBuying, loss, start)


@dataclass(frozen=True, slots=True)
class SpendPerPurchase:
    """A fitted gamma-gamma model of spend per purchase: p, q as published, gamma in the currency of the data.

    `covariance` (3, 3) is that of the logarithms. It supposes that who buys often does not therefore spend more or
    less per purchase: check the correlation first.

    Source: Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, note 025.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    covariance: np.ndarray

    def expected_spend(self, frequency: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
        """E[M | x, mean]: a customer's own mean drawn towards that of all; NaN for x = 0 when q <= 1."""
        x, mean = (np.asarray(column, dtype=float) for column in (frequency, mean_spend))
        weight = self.p * x + self.q - 1
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(weight > 0, self.p * (self.gamma + x * np.where(x > 0, mean, 0)) / weight, np.nan)

    def expected_spend_errors(self, frequency: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
        """What `expected_spend` moves for a standard deviation of each of the three independent errors, (m, 3)."""
        return moved_by_errors(
            lambda at: SpendPerPurchase(*np.exp(at), 0.0, self.covariance).expected_spend(
                frequency, mean_spend
            ),
            np.log([self.p, self.q, self.gamma]),
            self.covariance,
        )


def fit_spend_per_purchase(
    frequency: np.ndarray, mean_spend: np.ndarray, customers: np.ndarray
) -> SpendPerPurchase | Refusal:
    """Maximum likelihood from cells (all (m,)): `customers` with the same frequency and mean spend, both above 0.

    Rows without a repeat purchase or with a mean of 0 or less are left out: the model knows no free purchase.
    Returns a Refusal when none is left, or when the likelihood has no maximum.
    """
    x, mean, n = (np.asarray(column, dtype=float) for column in (frequency, mean_spend, customers))
    told = (x > 0) & (mean > 0)
    x, mean, n = x[told], mean[told], n[told]
    if not n.sum():
        return Refusal("too_few_events", needed=1, found=0)
    spent = x * mean
    logs, log_spent = np.log(mean), np.log(spent)

    def loss(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, gamma = np.exp(logarithms)
        share = np.log(gamma + spent)
        likelihood = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q)
        likelihood = likelihood + q * np.log(gamma) + p * x * log_spent - logs - (p * x + q) * share
        joint = special.digamma(p * x + q)
        gradient = [
            n @ (x * (joint - special.digamma(p * x) + log_spent - share)),
            n @ (joint - special.digamma(q) + np.log(gamma) - share),
            n @ (q / gamma - (p * x + q) / (gamma + spent)),
        ]
        return -(n @ likelihood), -np.array(gradient) * np.exp(logarithms)

    return _fit(SpendPerPurchase, loss, np.log([2, 3, np.average(mean, weights=n)]))


def _fit(
    model: type, loss: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray
) -> RepeatBuying | SpendPerPurchase | Refusal:
    """The model at the maximum, with the covariance of its log parameters from differences of the gradient."""
    options = {"ftol": 1e-14, "gtol": 1e-7, "maxiter": 1000}
    found = optimize.minimize(loss, start, jac=True, bounds=[(-12, 12)] * len(start), options=options)
    if np.abs(found.x).max() > 11.9:
        return Refusal("not_converged", needed=12, found=float(np.abs(found.x).max()))
    step = 1e-4
    hessian = np.array(
        [
            (loss(found.x + move)[1] - loss(found.x - move)[1]) / (2 * step)
            for move in step * np.eye(len(start))
        ]
    )
    curvature = (hessian + hessian.T) / 2
    flattest = float(np.linalg.eigvalsh(curvature)[0])
    if flattest <= 0:
        return Refusal("not_converged", needed=0, found=flattest)
    return model(*(float(value) for value in np.exp(found.x)), -float(found.fun), np.linalg.inv(curvature))
