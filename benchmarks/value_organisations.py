"""Small organisations with a planted truth, and what the marts on value and links say of them.

Belongs here: the organisations, and the same tables that SQL makes of an organisation, handed to the same functions
that the Python models of dbt call (service_control/statistics/value_tables.py). Not here: what is counted over many of
them (benchmarks/analysis_coverage.py).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy import special

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.contract_lifetime import ContractLifetime
from service_control.statistics.value_tables import (
    ERRORS,
    Columns,
    Row,
    euro_rows,
    lifetime_rows,
    link_rows,
    monthly_rate,
)

SEED = Path(__file__).parents[1] / "seeds" / "assumptions.csv"
CHURN = ContractLifetime(1.2, 110.0, 0.0, np.zeros((2, 2)))
"""Chances of leaving in a month, about one in a hundred, that differ between customers."""
MONTHS = 24
NOTICE, FOLLOW_UP = 1, 6
PRODUCTS, SEGMENTS = ("large", "small"), ("a", "b")
MARGIN_EUR, MARGIN_SIGMA = 20.0, 0.5
QUARTERS = 8


@cache
def assumed() -> ValueAssumptions:
    """Those of the seed."""
    with SEED.open(newline="", encoding="utf-8") as file:
        return ValueAssumptions.of(
            {row["assumption_code"]: float(row["value"]) for row in csv.DictReader(file)}
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """One entry per answer that could be followed: its customer, two scores, and whether the customer left."""

    customer: np.ndarray
    told: np.ndarray
    idle: np.ndarray
    month: np.ndarray
    is_lost: np.ndarray


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers of two years: chance to leave in a month, month of joining (may lie before), month of leaving."""

    chance: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    product: np.ndarray
    segment: np.ndarray
    margin_eur: np.ndarray


def customers(random: np.random.Generator, count: int) -> Customers:
    """Who came in the last five years and was still there when the two years began, or came in them."""
    size = count * 3
    chance = random.beta(CHURN.alpha, CHURN.beta, size)
    joined = random.integers(-36, MONTHS - 1, size)
    stayed = random.geometric(np.maximum(chance, 1e-9), size)
    left = joined + stayed
    seen = np.flatnonzero(left > 0)[:count]
    margin = MARGIN_EUR * random.lognormal(-(MARGIN_SIGMA**2) / 2, MARGIN_SIGMA, size)
    columns = (chance, joined, left, random.random(size) < 0.15, random.random(size) < 0.4, margin)
    return Customers(*(column[seen] for column in columns))


def answers(random: np.random.Generator, of: Customers, effect: float) -> Answers:
    """One answer in ten customer months. The first score is lower, by `effect` points per doubling of the chance to
    leave; the second says nothing.
    """
    month = np.arange(MONTHS - NOTICE - FOLLOW_UP)
    landmark = month + NOTICE
    there = (of.joined[:, None] <= month) & (of.left[:, None] > landmark)
    customer, at = np.nonzero(there & (random.random(there.shape) < 0.1))
    size = len(customer)
    leaning = effect * np.log2(of.chance[customer] / (CHURN.alpha / CHURN.beta))
    told = np.clip(np.round(5 - leaning + random.standard_normal(size)), 1, 7)
    idle = np.clip(np.round(5 + random.standard_normal(size)), 1, 7)
    is_lost = of.left[customer] <= at + NOTICE + FOLLOW_UP
    return Answers(customer, told, idle, at, is_lost.astype(float))


@cache
def planted_retention_per_point(effect: float) -> float:
    """Change of the share retained per point of the first score, of a very large organisation."""
    random = np.random.default_rng(1)
    of = customers(random, 400_000)
    given = answers(random, of, effect)
    # the planted chance says the same as who left, with less noise
    lost = 1 - (1 - of.chance[given.customer]) ** FOLLOW_UP
    design = np.column_stack([np.ones(len(lost)), given.told - given.told.mean()])
    beta = np.array([special.logit(lost.mean()), 0.0])
    for _ in range(20):
        fitted = special.expit(design @ beta)
        weighted = design * (fitted * (1 - fitted))[:, None]
        beta = beta + np.linalg.solve(design.T @ weighted, design.T @ (lost - fitted))
    fitted = special.expit(design @ beta)
    return float(-beta[1] * (fitted * (1 - fitted)).mean())


def euros_of_an_organisation(
    random: np.random.Generator, count: int, effect: float
) -> tuple[dict[str, Row], dict[str, float]]:
    """Rows of euro_per_point of one organisation, by metric (told, idle), and the planted euros of each."""
    of = customers(random, count)
    given = answers(random, of, effect)
    chosen = assumed()
    renewals = _renewals(of)
    now = np.flatnonzero((of.left >= MONTHS) & (of.joined < MONTHS))
    renewal = MONTHS - of.joined[now]
    product = np.array(PRODUCTS)[of.product[now].astype(int)]
    wanted = np.unique(np.column_stack([of.product[now], renewal]), axis=0)
    table = lifetime_rows(
        renewals,
        {"product": np.array(PRODUCTS)[wanted[:, 0]], "renewal_number": wanted[:, 1]},
        chosen,
    )
    rows = euro_rows(
        _cells(of, given), _levels(given), _bases(table, product, renewal, of.margin_eur[now]), chosen
    )
    months = CHURN.residual_lifetime(renewal, monthly_rate(chosen.discount_rate_per_year))
    worth = MARGIN_EUR * months.sum()
    truth = {"told": planted_retention_per_point(effect) * worth, "idle": 0.0}
    return {row["metric_code"]: row for row in rows}, truth


def _renewals(of: Customers) -> Columns:
    """At risk and renewed by product and month of membership, as int_value__renewals."""
    at = np.arange(MONTHS)
    there = (of.joined[:, None] < at) & (of.left[:, None] > at - 1) & (of.left[:, None] >= at)
    customer, month = np.nonzero(there)
    renewal = month - of.joined[customer]
    renewed = of.left[customer] > month
    key = of.product[customer] * 1000 + renewal
    keys, place = np.unique(key, return_inverse=True)
    return {
        "product": np.array(PRODUCTS)[keys // 1000],
        "renewal_number": keys % 1000,
        "at_risk_count": np.bincount(place),
        "renewed_count": np.bincount(place, weights=renewed),
    }


def _cells(of: Customers, given: Answers) -> Columns:
    """Both scores one under the other, as int_value__score_cells."""
    segment = np.array(SEGMENTS)[of.segment[given.customer].astype(int)]
    group = np.array([f"{number:02x}" for number in range(256)])[given.customer % 256]
    both = len(given.told) * 2
    parts = np.column_stack([np.repeat(["told", "idle"], both // 2), np.tile(segment, 2), np.tile(group, 2)])
    score = np.append(given.told, given.idle)
    keys, place = np.unique(
        np.column_stack([parts, score.astype(int).astype(str)]), axis=0, return_inverse=True
    )
    place = place.ravel()
    return {
        "metric_code": keys[:, 0],
        "is_about_contact": np.zeros(len(keys), dtype=bool),
        "segment": keys[:, 1],
        "customer_group": keys[:, 2],
        "score": keys[:, 3].astype(float),
        "answer_count": np.bincount(place),
        "lost_count": np.bincount(place, weights=np.tile(given.is_lost, 2)),
    }


def _levels(given: Answers) -> Columns:
    quarter = given.month // 3
    count = np.bincount(quarter).astype(float)
    return {
        "metric_code": np.repeat(["told", "idle"], len(count)),
        "quarter_number": np.tile(np.arange(len(count)), 2),
        "unit_key": np.repeat(["all"], 2 * len(count)),
        "answer_count": np.tile(count, 2),
        "score_sum": np.append(
            *(np.bincount(quarter, weights=scores) for scores in (given.told, given.idle))
        ),
    }


def _bases(table: list[Row], product: np.ndarray, renewal: np.ndarray, margin: np.ndarray) -> Columns:
    """Sums over customers by the fit of their lifetime, as int_value__bases."""
    found = {(row["product"], row["renewal_number"]): row for row in table}
    own = [found[str(name), int(number)] for name, number in zip(product, renewal, strict=True)]
    fits = np.array([row["fit_key"] for row in own])
    months = np.array([row["residual_months"] for row in own])
    sums: dict[str, list[float]] = {}
    for fit in np.unique(fits):
        rows = fits == fit
        one = {
            "customer_count": rows.sum(),
            "margin_eur": margin[rows].sum(),
            "margin_sq": (margin[rows] ** 2).sum(),
            "clv_eur": (margin * months)[rows].sum(),
        }
        for error in ERRORS:
            moved = np.array([row.get(error, 0.0) for row in own])
            one[error] = (margin * moved)[rows].sum()
        for name, value in one.items():
            sums.setdefault(name, []).append(float(value))
    size = len(sums["clv_eur"])
    return {"base_kind": np.repeat(["active"], size)} | {
        name: np.array(values) for name, values in sums.items()
    }


def link_of_an_organisation(
    random: np.random.Generator, teams: int, colleagues: int, slope: float
) -> Row | None:
    """The row of value_chain_links of teams whose customers notice how their engagement moves, in the same quarter.

    Eight quarters; `colleagues` answer per team and quarter, and eighty customers.
    """
    season = random.standard_normal(QUARTERS)
    climate = random.standard_normal((teams, 1)) + np.cumsum(
        0.4 * random.standard_normal((teams, QUARTERS)), axis=1
    )
    served = slope * climate + 0.3 * random.standard_normal((teams, 1)) + 0.2 * season
    panel = _panel(random, "engaged", climate + season, colleagues, 0.7)
    outcome = _panel(random, "served", served, 80, 1.2)
    both = {name: np.append(panel[name], outcome[name]) for name in panel}
    chain = {
        "driver_metric_code": np.array(["engaged"]),
        "outcome_metric_code": np.array(["served"]),
        "has_same_respondents": np.array([False]),
    }
    (row,) = link_rows(chain, both, assumed())
    return row


def _panel(
    random: np.random.Generator, code: str, means: np.ndarray, n: int, sigma: float
) -> dict[str, np.ndarray]:
    """Means of n answers per unit and quarter and the variance of these means, as int_value__unit_panel."""
    given = means[..., None] + sigma * random.standard_normal((*means.shape, n))
    unit, quarter = np.divmod(np.arange(means.size), QUARTERS)
    return {
        "metric_code": np.repeat([code], means.size),
        "scope_kind": np.repeat(["team"], means.size),
        "unit_key": np.array([f"T{number}" for number in unit]),
        "quarter_number": quarter,
        "n": np.full(means.size, float(n)),
        "mean_value": given.mean(axis=2).ravel(),
        "error_variance": (given.var(axis=2, ddof=1) / n).ravel(),
    }
