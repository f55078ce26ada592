"""Service contacts and the quality each customer experienced.

First contacts follow from rate, season and opening hours; what was not resolved comes back, on the same or an
adjacent issue. Contacts of customers who turn out to have left are dropped later (`outcomes`), which is the
same as never having simulated them: what a customer remembers depends on earlier contacts only.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from .clock import (
    DAY_COUNT,
    DAY_SECONDS,
    day_number,
    draw_day,
    draw_second,
    month_of_day,
    month_of_year,
    next_open_day,
)
from .employees import DEPARTMENT_CODES, EXTERNAL, Staff, assign
from .parameters import CHANNELS, SEGMENTS, TRUTH
from .population import Customers
from .streams import normals, pick, pick_rows

ISSUES = tuple(issue.code for issue in TRUTH.issues)
JOURNEYS = tuple(dict.fromkeys(issue.journey for issue in TRUTH.issues))
TOUCHPOINTS = tuple(issue.touchpoint for issue in TRUTH.issues)
JOURNEY_OF_ISSUE = np.array([JOURNEYS.index(issue.journey) for issue in TRUTH.issues])
WEB, PHONE = CHANNELS.index("web"), CHANNELS.index("phone")
BUSINESS = SEGMENTS.index("business")
BUSINESS_TEAM_DEPARTMENT = DEPARTMENT_CODES.index("D4")
EXTERNAL_COUNT = 6

_DEPARTMENT_OF_ISSUE = np.array([DEPARTMENT_CODES.index(issue.department) for issue in TRUTH.issues])
_ISSUE_SHARES = np.array(
    [[issue.share * issue.season[month] for issue in TRUTH.issues] for month in range(12)]
)
_SEASON = _ISSUE_SHARES.sum(axis=1) / _ISSUE_SHARES.sum(axis=1).mean()
_CHANNEL_SHARES = np.array([segment.channels for segment in TRUTH.segments])
_ADJACENT = np.array([[(a, b) in TRUTH.adjacency for b in ISSUES] for a in ISSUES], float)


@dataclass
class Contacts:
    """Contacts of one block. Moments are seconds of the wall clock since the start of history."""

    customer: np.ndarray
    started: np.ndarray
    issue: np.ndarray
    channel: np.ndarray
    previous: np.ndarray  # row of the contact it follows up, -1 when none
    repeat: np.ndarray  # earlier contacts of the same chain
    segment: np.ndarray  # as of the contact
    team: np.ndarray  # -1: self service or temporary staff
    employee: np.ndarray  # -1: self service
    is_inbound: np.ndarray
    waited: np.ndarray  # seconds
    handled: np.ndarray
    wait_score: np.ndarray  # log waiting in sd of its channel
    quality: np.ndarray  # sd
    is_resolved: np.ndarray  # in truth
    is_registered: np.ndarray  # as resolved
    resolved_after: np.ndarray  # seconds from the start, -1 when never
    transfers: np.ndarray
    reopens: np.ndarray
    is_complaint: np.ndarray
    is_sla_met: np.ndarray

    @property
    def count(self) -> int:
        """Number of contacts."""
        return len(self.customer)

    @property
    def day(self) -> np.ndarray:
        """Day of each contact."""
        return self.started // DAY_SECONDS

    def take(self, rows: np.ndarray) -> Contacts:
        """The given rows; `previous` follows, and is -1 where that contact is not among them."""
        place = np.full(self.count + 1, -1)
        place[rows] = np.arange(len(rows))
        taken = {item.name: getattr(self, item.name)[rows] for item in fields(self)}
        return Contacts(**taken | {"previous": place[taken["previous"]]})


def concatenate(parts: list[Contacts]) -> Contacts:
    """Parts under each other; `previous` must already count over the whole."""
    return Contacts(
        **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Contacts)}
    )


def trend_on(day: np.ndarray, channel: np.ndarray, department: np.ndarray) -> np.ndarray:
    """Sum of the planted steps that hold for a contact."""
    effect = np.zeros(len(day), np.float32)
    for trend in TRUTH.trends:
        holds = (day >= day_number(trend.start)) & (day < day_number(trend.end))
        if trend.scope_kind == "channel":
            holds &= channel == CHANNELS.index(trend.scope_code)
        elif trend.scope_kind == "department":
            holds &= department == DEPARTMENT_CODES.index(trend.scope_code)
        effect[holds] += trend.quality
    return effect


def _of(items: tuple, name: str, index: np.ndarray) -> np.ndarray:
    return np.array([getattr(item, name) for item in items], np.float32)[index]


def logistic(log_odds: np.ndarray) -> np.ndarray:
    """Probability at the given log-odds."""
    return 1 / (1 + np.exp(-log_odds))


def _route(
    rng: np.random.Generator, customers: Customers, staff: Staff, customer: np.ndarray, day: np.ndarray,
    issue: np.ndarray, channel: np.ndarray, segment: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Department, team (-1 unknown) and employee (-1 nobody) of each contact."""
    size = len(customer)
    uniform = rng.random((4, size), np.float32)
    to_business = (segment == BUSINESS) & (uniform[0] < TRUTH.business_to_business_share)
    department = np.where(to_business, BUSINESS_TEAM_DEPARTMENT, _DEPARTMENT_OF_ISSUE[issue])
    # Another customer's home team is a random team of the department, drawn by team size.
    stranger = rng.integers(0, customers.count, size)
    of_whom = np.where(uniform[1] < TRUTH.home_team_share, customer, stranger)
    employee, team = assign(staff, customers.home_team[of_whom, department].astype(np.int64), day, uniform[2])
    is_external = uniform[3] < TRUTH.external_share
    employee = np.where(is_external, EXTERNAL + (uniform[2] * EXTERNAL_COUNT).astype(np.int32), employee)
    is_self_service = channel == WEB
    team = np.where(is_external | is_self_service, -1, team)
    return department, team, np.where(is_self_service, -1, employee)


def handle(
    rng: np.random.Generator, customers: Customers, staff: Staff, customer: np.ndarray, started: np.ndarray,
    issue: np.ndarray, channel: np.ndarray, previous: np.ndarray, repeat: np.ndarray,
) -> Contacts:  # fmt: skip
    """What happened in each contact."""
    size, day = len(customer), started // DAY_SECONDS
    segment = customers.segment_on(customer, day)
    department, team, employee = _route(rng, customers, staff, customer, day, issue, channel, segment)
    by_team = team >= 0
    by_employee = by_team & (employee < EXTERNAL)
    quarter = month_of_day[day] // 3
    engagement = np.where(by_team, staff.team_engagement[team, quarter], 0.0)
    uniform = rng.random((8, size), np.float32)

    log_odds = TRUTH.resolved_log_odds + TRUTH.resolved_per_engagement * engagement
    is_resolved = uniform[0] < logistic(log_odds - _of(TRUTH.issues, "difficulty", issue))
    wait_score = normals(rng, size)
    phone_peak = (
        (day >= day_number(TRUTH.trends[0].start))
        & (day < day_number(TRUTH.trends[0].end))
        & (channel == PHONE)
    )
    wait_log = (
        _of(TRUTH.channels, "wait_sigma", channel) * wait_score + np.log(TRUTH.phone_wait_peak) * phone_peak
    )
    waited = _of(TRUTH.channels, "wait_median_seconds", channel) * np.exp(wait_log)
    handled = _of(TRUTH.channels, "handle_median_seconds", channel) * np.exp(
        _of(TRUTH.channels, "handle_sigma", channel) * normals(rng, size)
    )
    quality = (
        TRUTH.quality_base
        + np.where(by_team, _of(TRUTH.teams, "quality", team), 0.0)
        + TRUTH.quality_per_engagement * engagement
        + np.where(by_employee, staff.skill[np.where(by_employee, employee, 0)], 0.0)
        + _of(TRUTH.channels, "quality", channel)
        + _of(TRUTH.issues, "quality", issue)
        + trend_on(day, channel, department)
        + TRUTH.quality_unresolved * ~is_resolved
        + TRUTH.quality_per_repeat * repeat
        + TRUTH.quality_customer * customers.trait[customer]
        + TRUTH.quality_noise * normals(rng, size)
    )
    registered = np.where(is_resolved, TRUTH.registered_when_resolved, TRUTH.registered_when_not)
    is_registered = uniform[1] < registered
    is_closed_later = uniform[2] < 0.9
    delay = (handled + (1 - np.log1p(-uniform[3])) * 2 * DAY_SECONDS).astype(np.int64)
    resolved_after = np.where(
        is_registered, (waited + handled).astype(np.int64), np.where(is_closed_later, delay, -1)
    )
    transfer_rate = _of(TRUTH.channels, "transfer_rate", channel) * (1 + 0.8 * ~is_resolved)
    complaint = logistic(TRUTH.complaint_log_odds + TRUTH.complaint_per_quality * quality)
    return Contacts(
        customer=customer, started=started, issue=issue, channel=channel, previous=previous, repeat=repeat,
        segment=segment, team=team, employee=employee,
        is_inbound=(uniform[4] >= TRUTH.outbound_share) | (channel == WEB),
        waited=waited, handled=handled, wait_score=np.where(channel == WEB, 0.0, wait_score), quality=quality,
        is_resolved=is_resolved, is_registered=is_registered, resolved_after=resolved_after,
        transfers=(uniform[5] < transfer_rate).astype(np.int8) + (uniform[5] < 0.25 * transfer_rate),
        reopens=(~is_resolved & is_registered & (uniform[6] < 0.15)).astype(np.int8),
        is_complaint=uniform[7] < complaint,
        is_sla_met=waited <= _of(TRUTH.channels, "sla_seconds", channel),
    )  # fmt: skip


def first_contacts(rng: np.random.Generator, customers: Customers, staff: Staff) -> Contacts:
    """Contacts that are not brought about by an earlier one."""
    rate = np.array([segment.contacts_per_month for segment in TRUTH.segments], np.float32)[customers.segment]
    season = _SEASON[month_of_year]
    # Poisson numbers per month with a common season: one Poisson number, divided over the months by season.
    customer = np.repeat(
        np.arange(customers.count), rng.poisson(rate * customers.contact_factor * season.sum())
    )
    month = pick(rng, season, len(customer)).astype(np.int64)
    channel = pick_rows(rng, _CHANNEL_SHARES, customers.segment[customer])
    issue = pick_rows(rng, _ISSUE_SHARES, month_of_year[month])
    day = draw_day(rng.random(len(customer)), month, channel != WEB)
    started = day * DAY_SECONDS + draw_second(rng, day, channel != WEB)
    present = np.flatnonzero(day >= customers.acquired[customer])
    none = np.full(len(present), -1)
    return handle(
        rng, customers, staff, customer[present], started[present], issue[present], channel[present], none,
        np.zeros(len(present), np.int8),
    )  # fmt: skip


def repeat_contacts(
    rng: np.random.Generator, customers: Customers, staff: Staff, earlier: Contacts, offset: int
) -> Contacts:
    """Contacts that follow up `earlier`, whose first row is row `offset` of the whole."""
    uniform = rng.random((3, earlier.count), np.float32)
    unresolved = ~earlier.is_resolved
    comes_back = np.where(unresolved, TRUTH.repeat_when_unresolved, TRUTH.repeat_adjacent_when_resolved)
    rows = np.flatnonzero(uniform[0] < comes_back)
    adjacent = ~unresolved[rows] | (uniform[1, rows] < TRUTH.repeat_adjacent_share)
    issue = np.where(adjacent, pick_rows(rng, _ADJACENT, earlier.issue[rows]), earlier.issue[rows])
    redrawn = pick_rows(rng, _CHANNEL_SHARES, earlier.segment[rows])
    channel = np.where(uniform[2, rows] < 0.6, earlier.channel[rows], redrawn)
    delay = 1 + rng.exponential(TRUTH.repeat_mean_days - 1, len(rows)).astype(np.int64)
    delay = np.where(
        delay > TRUTH.repeat_maximum_days, rng.integers(1, TRUTH.repeat_maximum_days + 1, len(rows)), delay
    )
    day = earlier.day[rows] + delay
    day = np.where(channel == WEB, day, next_open_day(day))
    inside = day < DAY_COUNT
    rows, issue, channel, day = rows[inside], issue[inside], channel[inside], day[inside]
    started = day * DAY_SECONDS + draw_second(rng, day, channel != WEB)
    return handle(
        rng,
        customers,
        staff,
        earlier.customer[rows],
        started,
        issue,
        channel,
        rows + offset,
        earlier.repeat[rows] + 1,
    )


def build_contacts(rng: np.random.Generator, customers: Customers, staff: Staff) -> Contacts:
    """All contacts as if nobody ever left."""
    parts = [first_contacts(rng, customers, staff)]
    offset = 0
    for _ in range(TRUTH.repeat_rounds):
        parts.append(repeat_contacts(rng, customers, staff, parts[-1], offset))
        offset += parts[-2].count
    return concatenate(parts)


def cancellations(
    rng: np.random.Generator, customers: Customers, staff: Staff, customer: np.ndarray, left: np.ndarray
) -> Contacts:
    """The contact in which a customer who leaves on day `left` says so, up to three weeks before."""
    day = next_open_day(
        np.maximum(left - rng.integers(2, 22, len(left)), np.maximum(customers.acquired[customer], 0))
    )
    known = (rng.random(len(left)) < 0.6) & (day < left) & (day < DAY_COUNT)
    customer, day = customer[known], day[known]
    channel = pick(rng, (0.5, 0.2, 0.25, 0.0, 0.05), len(customer))
    started = day * DAY_SECONDS + draw_second(rng, day, np.ones(len(day), bool))
    issue = np.full(len(customer), ISSUES.index("cancel_policy"), np.int8)
    none = np.full(len(customer), -1)
    return handle(
        rng, customers, staff, customer, started, issue, channel, none, np.zeros(len(customer), np.int8)
    )
