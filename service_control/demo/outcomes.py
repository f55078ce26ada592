"""From experience to engagement: what customers remember, who leaves, who buys more, who brings others in,
and the money.

A remembered month weighs its peak and its last contact (peak-end), bad ones heavier than good ones; the
memory fades by a fixed share per month. The hazard of leaving in a month depends on what is remembered at its
start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_COUNT, DAY_SECONDS, NEVER, month_of_day, month_start
from .contacts import Contacts, cancellations, concatenate
from .employees import Staff
from .parameters import MONTH_COUNT, PRODUCTS, TRUTH
from .population import ACQUISITION_KINDS, Contracts, Customers, price
from .streams import stream

END_REASONS = ("cancelled", "switched_insurer", "moved_abroad", "deceased", "arrears", "product_cancelled")
REFERRAL = ACQUISITION_KINDS.index("referral")


@dataclass
class Outcomes:
    """What became of the customers of one block."""

    experience: np.ndarray  # (customers, months) remembered at the end of the month
    attitude: np.ndarray  # (customers, months) expected NPS relation, not clipped
    left: np.ndarray  # day the customer left, NEVER when still there


@dataclass
class Referrals:
    """Referrals; `referred` is -1 while nobody came."""

    referrer: np.ndarray
    referred: np.ndarray
    moment: np.ndarray
    is_rewarded: np.ndarray
    would_have_joined: np.ndarray


def remembered_months(contacts: Contacts, customer_count: int) -> np.ndarray:
    """Peak-end value of each month with contacts, (customers, months); 0 without contacts."""
    months = customer_count * MONTH_COUNT
    key = contacts.customer * MONTH_COUNT + month_of_day[contacts.day]
    order = np.argsort(key * (DAY_COUNT * DAY_SECONDS) + contacts.started, kind="stable")
    key, quality = key[order], contacts.quality[order]
    felt = np.where(quality < 0, TRUTH.loss_aversion, 1.0) * quality
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    last = np.append(first[1:], len(key)) - 1
    high, low = np.maximum.reduceat(felt, first), np.minimum.reduceat(felt, first)
    peak = np.where(np.abs(low) >= np.abs(high), low, high)
    value = np.zeros(months, np.float32)
    value[key[first]] = TRUTH.peak_weight * peak + (1 - TRUTH.peak_weight) * felt[last]
    return value.reshape(customer_count, MONTH_COUNT)


def remember(months: np.ndarray) -> np.ndarray:
    """Remembered experience at the end of each month, same shape."""
    memory = np.empty_like(months)
    level = np.zeros(len(months), np.float32)
    for month in range(MONTH_COUNT):
        level = np.clip(TRUTH.memory_per_month * level + months[:, month], *TRUTH.experience_bounds)
        memory[:, month] = level
    return memory


def churn_hazard(segment: np.ndarray, experience: np.ndarray, tenure_days: np.ndarray) -> np.ndarray:
    """Hazard of leaving in the month after `experience` was remembered."""
    base = np.array([segment.churn_per_month for segment in TRUTH.segments], np.float32)[segment]
    first_year = np.where(tenure_days < 365, np.float32(TRUTH.churn_first_year_factor), np.float32(1))
    return base * first_year * np.exp(TRUTH.churn_per_experience * experience)


def _leave(rng: np.random.Generator, customers: Customers, experience: np.ndarray) -> np.ndarray:
    """Day each customer leaves."""
    before = np.concatenate([np.zeros((customers.count, 1), np.float32), experience[:, :-1]], axis=1)
    tenure = month_start[:-1].astype(np.int32) - customers.acquired[:, None].astype(np.int32)
    hazard = churn_hazard(customers.segment[:, None], before, tenure)
    leaves = (rng.random(hazard.shape, np.float32) < hazard) & (tenure >= 0)
    month = np.argmax(leaves, axis=1)
    length = np.diff(month_start)[month]
    day = month_start[month] + (rng.random(customers.count) * length).astype(np.int64)
    return np.where(leaves.any(axis=1), day, NEVER)


def _new_contracts(
    rng: np.random.Generator, customers: Customers, contracts: Contracts, outcomes: Outcomes
) -> Contracts:
    """Further products bought during the history."""
    log_factor = TRUTH.expansion_per_experience * outcomes.experience.mean(axis=1)
    buyer = np.flatnonzero(rng.random(customers.count) < TRUTH.expansion_share * np.exp(log_factor))
    product = rng.integers(0, len(PRODUCTS), len(buyer))
    held = np.zeros((customers.count, len(PRODUCTS)), bool)
    held[contracts.customer, contracts.product] = True
    start = np.maximum(customers.acquired[buyer], 0) + 10
    end = np.minimum(outcomes.left[buyer], DAY_COUNT) - 5
    day = start + (rng.random(len(buyer)) * np.maximum(end - start, 1)).astype(np.int64)
    buys = ~held[buyer, product] & (start < end)
    buyer, product, day = buyer[buys], product[buys], day[buys]
    fee, cost = price(rng, customers.segment_on(buyer, day), product)
    return Contracts(
        customer=buyer, product=product.astype(np.int8), started=day, ended=np.full(len(buyer), NEVER),
        fee_eur=fee, cost_eur=cost, end_reason=np.full(len(buyer), -1, np.int8),
    )  # fmt: skip


def settle_contracts(
    seed: int, block: int, customers: Customers, contracts: Contracts, outcomes: Outcomes
) -> Contracts:
    """The contracts with what was bought, what was dropped and what ended with the customer."""
    rng = stream(seed, block, "settlement")
    number = np.bincount(contracts.customer, minlength=customers.count)
    last = np.cumsum(number) - 1
    drops = np.flatnonzero((number >= 2) & (rng.random(customers.count) < TRUTH.contraction_share))
    row = last[drops]
    earliest = np.maximum(contracts.started[row] + 30, 0)
    latest = np.minimum(outcomes.left[drops], DAY_COUNT)
    day = earliest + (rng.random(len(drops)) * np.maximum(latest - earliest, 1)).astype(np.int64)
    inside = day < latest
    contracts.ended[row[inside]] = day[inside]
    contracts.end_reason[row[inside]] = END_REASONS.index("product_cancelled")
    bought = _new_contracts(rng, customers, contracts, outcomes)
    joined = {
        name: np.concatenate([getattr(contracts, name), getattr(bought, name)]) for name in vars(contracts)
    }
    contracts = Contracts(**joined)
    left = outcomes.left[contracts.customer]
    reason = rng.choice(len(END_REASONS) - 1, customers.count, p=(0.42, 0.40, 0.06, 0.07, 0.05)).astype(
        np.int8
    )
    ends = left < contracts.ended
    contracts.end_reason[ends] = reason[contracts.customer[ends]]
    contracts.ended[ends] = left[ends]
    return contracts


def live(
    seed: int, block: int, customers: Customers, staff: Staff, contacts: Contacts
) -> tuple[Contacts, Outcomes]:
    """Who left, and the contacts that remain, in order of time, with the cancellations."""
    rng = stream(seed, block, "outcomes")
    experience = remember(remembered_months(contacts, customers.count))
    left = _leave(rng, customers, experience)
    segment_nps = np.array([segment.nps for segment in TRUTH.segments], np.float32)[customers.segment]
    attitude = TRUTH.relation_base + segment_nps + TRUTH.trait_sd * customers.trait
    attitude = attitude[:, None] + TRUTH.relation_per_experience * experience
    leavers = np.flatnonzero(left < NEVER)
    goodbyes = cancellations(rng, customers, staff, leavers, left[leavers])
    everything = concatenate([contacts, goodbyes])
    present = np.flatnonzero(everything.day < left[everything.customer])
    ordered = everything.take(present[np.argsort(everything.started[present], kind="stable")])
    return ordered, Outcomes(experience, attitude, left)


def promoter_class(score: np.ndarray) -> np.ndarray:
    """0 detractor, 1 passive, 2 promoter, of an expected score on 0-10."""
    rounded = np.round(score)
    return (rounded >= 7).astype(np.int8) + (rounded >= 9)


def build_referrals(seed: int, block: int, customers: Customers, outcomes: Outcomes) -> Referrals:
    """Every customer who joined through a referral gets a referrer; others were named but have not come."""
    rng = stream(seed, block, "referrals")
    arrived = np.flatnonzero((customers.acquisition_kind == REFERRAL) & (customers.acquired >= 0))
    pending = int(len(arrived) * TRUTH.referral_pending_share / (1 - TRUTH.referral_pending_share))
    before_arrival = customers.acquired[arrived] - rng.integers(0, 15, len(arrived))
    moment_day = np.maximum(np.concatenate([before_arrival, rng.integers(0, DAY_COUNT, pending)]), 0)
    referred = np.concatenate([arrived, np.full(pending, -1)])
    referrer = np.empty(len(referred), np.int64)
    months = month_of_day[moment_day]
    weight_of_class = np.array(TRUTH.referral_weights)
    for month in np.unique(months):
        rows = np.flatnonzero(months == month)
        is_active = (customers.acquired < month_start[month]) & (outcomes.left >= month_start[month + 1])
        weight = np.where(
            is_active, weight_of_class[promoter_class(outcomes.attitude[:, max(month - 1, 0)])], 0.0
        )
        cumulative = np.cumsum(weight)
        referrer[rows] = np.searchsorted(cumulative, rng.random(len(rows)) * cumulative[-1], side="right")
    second = rng.integers(9 * 3600, 21 * 3600, len(referred))
    return Referrals(
        referrer=referrer,
        referred=referred,
        moment=moment_day * DAY_SECONDS + second,
        is_rewarded=rng.random(len(referred)) < 0.5,
        would_have_joined=rng.random(len(referred)) < 0.45,
    )
