"""The customers of one block and the contracts they start with; who leaves is decided in `outcomes`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_COUNT, NEVER
from .employees import DEPARTMENT_OF_TEAM, TEAM_SIZES
from .names import FIRST_NAMES, LAST_NAMES
from .parameters import REGIONS, SEGMENTS, TRUTH
from .streams import normals, pick, stream

ACQUISITION_KINDS = ("direct", "broker", "campaign", "referral")


@dataclass
class Customers:
    """One block's customers. Days count from the start of history."""

    segment: np.ndarray
    later_segment: np.ndarray
    region: np.ndarray
    later_region: np.ndarray
    moved: np.ndarray  # day of the later version, NEVER without one
    language: np.ndarray
    acquired: np.ndarray
    acquisition_kind: np.ndarray
    consents: np.ndarray
    publishes: np.ndarray
    trait: np.ndarray  # lasting attitude, sd 1
    contact_factor: np.ndarray  # of the segment's contact rate, mean 1
    home_team: np.ndarray  # (customers, departments)
    first_name: np.ndarray
    last_name: np.ndarray
    phone: np.ndarray

    @property
    def count(self) -> int:
        """Number of customers ever."""
        return len(self.segment)

    def segment_on(self, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Segment of a customer as of a day."""
        return np.where(day >= self.moved[customer], self.later_segment[customer], self.segment[customer])


@dataclass
class Contracts:
    """Contracts, in order of customer. `ended` is the first day no longer in force, NEVER while running."""

    customer: np.ndarray
    product: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    fee_eur: np.ndarray
    cost_eur: np.ndarray
    end_reason: np.ndarray  # -1 while running


def _home_teams(rng: np.random.Generator, count: int) -> np.ndarray:
    home = np.empty((count, len(TRUTH.departments)), np.int8)
    for department in range(len(TRUTH.departments)):
        teams = np.flatnonzero(department == DEPARTMENT_OF_TEAM)
        home[:, department] = teams[pick(rng, TEAM_SIZES[teams], count)]
    return home


def build_customers(seed: int, block: int, count: int) -> Customers:
    """`count` customers ever, of whom `TRUTH.joining_share` join during the history."""
    rng = stream(seed, block, "customers")
    segment = pick(rng, tuple(segment.share for segment in TRUTH.segments), count)
    region = pick(rng, TRUTH.region_shares, count)
    joins = rng.random(count) < TRUTH.joining_share
    acquired = np.where(joins, rng.integers(1, DAY_COUNT, count), -rng.integers(20, 5400, count))
    kind = pick(rng, (0.45, 0.33, 0.22), count)
    kind[joins & (rng.random(count) < TRUTH.referred_share)] = ACQUISITION_KINDS.index("referral")
    moves = (rng.random(count) < TRUTH.segment_move_share) & (acquired < DAY_COUNT - 120)
    moved = np.where(moves, np.maximum(acquired, 0) + 30 + rng.integers(0, 90, count), NEVER)
    spread = moves & (acquired < 0)
    moved[spread] = rng.integers(30, DAY_COUNT - 10, spread.sum())
    changes_region = rng.random(count) < 0.3
    next_segment = (segment + 1 + rng.integers(0, len(SEGMENTS) - 1, count)) % len(SEGMENTS)
    next_region = (region + 1 + rng.integers(0, len(REGIONS) - 1, count)) % len(REGIONS)
    shape = TRUTH.contact_rate_shape
    return Customers(
        segment=segment,
        later_segment=np.where(moves & ~changes_region, next_segment, segment).astype(np.int8),
        region=region,
        later_region=np.where(moves & changes_region, next_region, region).astype(np.int8),
        moved=moved,
        language=pick(rng, TRUTH.language_shares, count),
        acquired=acquired,
        acquisition_kind=kind,
        consents=rng.random(count) < TRUTH.consent_share,
        publishes=rng.random(count) < 0.4,
        trait=normals(rng, count),
        contact_factor=(rng.standard_gamma(shape, count) / shape).astype(np.float32),
        home_team=_home_teams(rng, count),
        first_name=rng.integers(0, len(FIRST_NAMES), count),
        last_name=rng.integers(0, len(LAST_NAMES), count),
        phone=rng.integers(0, 10_000_000, count),
    )


def price(
    rng: np.random.Generator, segment: np.ndarray, product: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Monthly fee and direct cost in EUR, one per entry."""
    fee_factor = np.array([segment.fee_factor for segment in TRUTH.segments])[segment]
    mean_fee = np.array([product.monthly_fee_eur for product in TRUTH.products])[product]
    cost_share = np.array([product.cost_share for product in TRUTH.products])[product]
    fee = mean_fee * fee_factor * np.exp(0.25 * normals(rng, len(product)) - 0.03)
    return fee, fee * cost_share * np.exp(0.20 * normals(rng, len(product)) - 0.02)


def build_contracts(seed: int, block: int, customers: Customers) -> Contracts:
    """The contracts customers join with, all running; at least one each."""
    rng = stream(seed, block, "contracts")
    shares = np.array([product.share for product in TRUTH.products])
    holds = rng.random((customers.count, len(shares)), np.float32) < shares
    without = np.flatnonzero(~holds.any(axis=1))
    holds[without, pick(rng, shares, len(without))] = True
    customer, product = np.nonzero(holds)
    is_first = np.append(True, customer[1:] != customer[:-1])
    joined = customers.acquired[customer]
    # A further product: of who was there before the history bought before its start, of others at once.
    later = rng.random(len(customer)) * np.minimum(-1 - joined, 900)
    started = np.where(is_first | (joined >= 0), joined, joined + later.astype(np.int64))
    fee, cost = price(rng, customers.segment[customer], product)
    return Contracts(
        customer=customer,
        product=product.astype(np.int8),
        started=started,
        ended=np.full(len(customer), NEVER),
        fee_eur=fee,
        cost_eur=cost,
        end_reason=np.full(len(customer), -1, np.int8),
    )


def registered_products(rng: np.random.Generator, contracts: Contracts, customer: np.ndarray) -> np.ndarray:
    """Product that is registered with a contact of each `customer`: one they joined with, -1 when none is
    registered.

    `contracts` are those customers join with: sorted by customer, at least one each.
    """
    first = np.searchsorted(contracts.customer, np.arange(contracts.customer[-1] + 2))
    number = np.diff(first)[customer]
    row = first[customer] + (rng.random(len(customer)) * number).astype(np.int64)
    return np.where(rng.random(len(customer)) < TRUTH.product_registered_share, contracts.product[row], -1)
