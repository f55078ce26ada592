"""Answers: after a contact (customer and employee), the half-yearly relation survey, the quarterly employee
pulse.

Arrays hold the answer itself; -1 (or NaN) is no answer and `NOT_APPLICABLE` that the question did not apply.
How an export writes that down is up to `deliver`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_COUNT, DAY_SECONDS, day_number, month_of_day, month_start, next_waking_moment
from .contacts import WEB, Contacts
from .employees import EXTERNAL, QUARTER_COUNT, TEAM_OF_POSITION, Staff
from .outcomes import Outcomes
from .parameters import SEGMENTS, TRUTH
from .population import Customers
from .streams import normals, stream

NO_ANSWER = -1
NOT_APPLICABLE = -2
CLICK_NONE = -9
"""No answer on a scale that itself starts at -1."""
HISTORY_SECONDS = DAY_COUNT * DAY_SECONDS
DRIVER_NAMES = tuple(driver.code for driver in TRUTH.drivers)
ELEMENT_NAMES = tuple(element.code for element in TRUTH.value_elements)


@dataclass
class ContactSurvey:
    """Invitations and answers after a contact; answer arrays have one entry per response."""

    invited_contact: np.ndarray  # row of the contact, one per invitation
    sent: np.ndarray
    is_delivered: np.ndarray
    invitation_of: np.ndarray  # row of the invitation, one per response
    contact: np.ndarray
    submitted: np.ndarray
    drivers: np.ndarray  # (responses, drivers) 1-5 as felt, also where nothing was ticked
    drivers_given: np.ndarray  # (responses, drivers) as ticked
    nps: np.ndarray
    ces: np.ndarray
    csat: np.ndarray
    resolved: np.ndarray
    click: np.ndarray
    has_text: np.ndarray
    minutes: np.ndarray  # taken to fill it in

    @property
    def count(self) -> int:
        """Number of responses."""
        return len(self.contact)


@dataclass
class EmployeeClicks:
    """What employees tap after a contact."""

    contact: np.ndarray
    submitted: np.ndarray
    click: np.ndarray
    ces_estimate: np.ndarray


@dataclass
class RelationSurvey:
    """Half-yearly waves: invitations, and the answers of those who responded (`responded` is a row of
    invitations).
    """

    invited_customer: np.ndarray
    wave: np.ndarray  # one per invitation
    sent: np.ndarray
    responded: np.ndarray
    submitted: np.ndarray
    weight: np.ndarray
    nps: np.ndarray
    mark: np.ndarray
    expectation: np.ndarray
    ease: np.ndarray
    elements: np.ndarray  # (responses, elements of value) 0-10
    has_text: np.ndarray


@dataclass
class Pulse:
    """Quarterly employee survey: one entry per invitation, answers NO_ANSWER where nobody responded."""

    employee: np.ndarray
    quarter: np.ndarray
    sent: np.ndarray
    submitted: np.ndarray  # -1: no response
    esat: np.ndarray
    enps: np.ndarray
    eces: np.ndarray
    facets: np.ndarray  # (invitations, facets)
    drivers: np.ndarray  # (invitations, drivers), higher is better


def score(latent: np.ndarray, low: int, high: int) -> np.ndarray:
    """Nearest whole answer on the scale, int8."""
    return np.clip(np.round(latent), low, high).astype(np.int8)


def likert(latent: np.ndarray) -> np.ndarray:
    """A standard normal latent as an answer 1-5."""
    return (np.searchsorted(np.asarray(TRUTH.likert_cuts, latent.dtype), latent.ravel()) + 1).reshape(
        latent.shape
    )


def _driver_scores(rng: np.random.Generator, contacts: Contacts, rows: np.ndarray) -> np.ndarray:
    loading = np.array([driver.loading for driver in TRUTH.drivers], np.float32)
    mean = np.array([driver.mean for driver in TRUTH.drivers], np.float32)
    quality = contacts.quality[rows].astype(np.float32)[:, None]
    latent = mean + loading * quality + np.sqrt(1 - loading**2) * normals(rng, len(rows), len(loading))
    latent[:, DRIVER_NAMES.index("ease")] += TRUTH.ease_per_wait * contacts.wait_score[rows]
    return likert(latent).astype(np.int8)


def outcome_latent(drivers: np.ndarray, outcome: str) -> np.ndarray:
    """Sum of penalties and rewards, float32 (responses,), in points of `outcome` (nps, ces or csat)."""
    penalty = np.array([getattr(driver, f"{outcome}_penalty") for driver in TRUTH.drivers], np.float32)
    reward = np.array([getattr(driver, f"{outcome}_reward") for driver in TRUTH.drivers], np.float32)
    return (drivers == 5) @ reward - (drivers <= 2) @ penalty


def clicks(rng: np.random.Generator, quality: np.ndarray, shared: np.ndarray, bias: float) -> np.ndarray:
    """One side's click, -1, 0 or 1; `shared` is what both sides felt."""
    own = np.sqrt(1 - TRUTH.click_per_quality**2 - TRUTH.click_shared**2)
    latent = (
        TRUTH.click_per_quality * quality
        + TRUTH.click_shared * shared
        + own * normals(rng, len(quality))
        + bias
    )
    return (np.searchsorted(TRUTH.click_cuts, latent) - 1).astype(np.int8)


def survey_contacts(
    seed: int, block: int, customers: Customers, contacts: Contacts
) -> tuple[ContactSurvey, EmployeeClicks]:
    """The survey after a contact and the employees' taps. They share what happened in the contact."""
    rng = stream(seed, block, "contact_survey")
    shared = normals(rng, contacts.count)
    ease = normals(rng, contacts.count)  # what the employee could see of the customer's effort
    uniform = rng.random((4, contacts.count), np.float32)
    may_ask = contacts.is_inbound & customers.consents[contacts.customer] & (uniform[0] < TRUTH.invited_share)
    sent = next_waking_moment(contacts.started + (3600 * (1 + 20 * uniform[1])).astype(np.int64))
    invited = np.flatnonzero(may_ask & (sent < HISTORY_SECONDS))
    delivered = uniform[2, invited] < TRUTH.delivered_share
    delay = (-np.log1p(-uniform[1, invited]) * 18 * 3600).astype(np.int64) + 120
    submitted = next_waking_moment(sent[invited] + delay)
    answers = delivered & (uniform[3, invited] < TRUTH.response_share) & (submitted < HISTORY_SECONDS)
    invitation = np.flatnonzero(answers)
    rows = invited[invitation]
    size = len(rows)

    drivers = _driver_scores(rng, contacts, rows)
    segment_nps = np.array([segment.nps for segment in TRUTH.segments], np.float32)[contacts.segment[rows]]
    nps_latent = (
        TRUTH.nps_base + segment_nps + outcome_latent(drivers, "nps") + TRUTH.nps_noise * normals(rng, size)
    )
    ces_latent = TRUTH.ces_base + outcome_latent(drivers, "ces") + TRUTH.ces_noise * ease[rows]
    csat_latent = TRUTH.csat_base + outcome_latent(drivers, "csat") + TRUTH.csat_noise * normals(rng, size)
    chance = rng.random((6, size), np.float32)
    says_yes = np.where(contacts.is_resolved[rows], TRUTH.perceived_when_resolved, TRUTH.perceived_when_not)
    resolved = (chance[0] < says_yes).astype(np.int8)
    resolved[chance[1] < 0.02] = NOT_APPLICABLE
    ticks = rng.random(drivers.shape, np.float32)
    given = drivers.copy()
    given[ticks < TRUTH.driver_blank_share + TRUTH.driver_not_applicable_share] = NOT_APPLICABLE
    given[ticks < TRUTH.driver_blank_share] = NO_ANSWER
    click = clicks(rng, contacts.quality[rows], shared[rows], 0.0)
    survey = ContactSurvey(
        invited_contact=invited, sent=sent[invited], is_delivered=delivered, invitation_of=invitation,
        contact=rows, submitted=submitted[invitation], drivers=drivers, drivers_given=given,
        nps=np.where(chance[2] < TRUTH.nps_blank_share, NO_ANSWER, score(nps_latent, 0, 10)),
        ces=np.where(chance[3] < 0.02, NO_ANSWER, score(ces_latent, 1, 7)),
        csat=np.where(chance[4] < 0.02, NO_ANSWER, score(csat_latent, 1, 5)),
        resolved=resolved,
        click=np.where((contacts.channel[rows] == WEB) | (chance[5] < 0.03), CLICK_NONE, click),
        has_text=rng.random(size) < TRUTH.text_share,
        minutes=0.8 + rng.gamma(2.0, 0.9, size),
    )  # fmt: skip
    return survey, _employee_clicks(
        stream(seed, block, "employee_click"), contacts, survey, shared, ease, ces_latent
    )


def _employee_clicks(
    rng: np.random.Generator, contacts: Contacts, survey: ContactSurvey, shared: np.ndarray, ease: np.ndarray,
    ces_latent: np.ndarray,
) -> EmployeeClicks:  # fmt: skip
    by_employee = (contacts.employee >= 0) & (contacts.employee < EXTERNAL)
    rows = np.flatnonzero(by_employee & (rng.random(contacts.count, np.float32) < TRUTH.click_employee_share))
    # The effort of customers who were not asked follows from quality as it does for those who were.
    slope, intercept = np.polyfit(contacts.quality[survey.contact], np.clip(ces_latent, 1, 7), 1)
    effort = np.clip(intercept + slope * contacts.quality + TRUTH.ces_noise * ease, 1, 7)
    effort[survey.contact] = np.clip(ces_latent, 1, 7)
    center = effort[survey.contact].mean()
    estimate = center + TRUTH.eces_estimate_bias + TRUTH.eces_estimate_slope * (effort[rows] - center)
    estimate = estimate + TRUTH.eces_estimate_noise * normals(rng, len(rows))
    end = (
        contacts.started[rows]
        + contacts.waited[rows].astype(np.int64)
        + contacts.handled[rows].astype(np.int64)
    )
    submitted = next_waking_moment(end + rng.integers(20, 1800, len(rows)))
    inside = submitted < HISTORY_SECONDS
    rows, estimate, submitted = rows[inside], estimate[inside], submitted[inside]
    click = clicks(rng, contacts.quality[rows], shared[rows], TRUTH.click_employee_bias)
    return EmployeeClicks(contact=rows, submitted=submitted, click=click, ces_estimate=score(estimate, 1, 7))


def survey_relations(
    seed: int, block: int, customers: Customers, contacts: Contacts, outcomes: Outcomes
) -> RelationSurvey:
    """Four waves; business customers are over-sampled and weighted back, nobody is asked soon after a
    contact.
    """
    rng = stream(seed, block, "relation_survey")
    contact_days = np.sort(contacts.customer * DAY_COUNT + contacts.day)
    business = SEGMENTS.index("business")
    parts = []
    for number, start in enumerate(TRUTH.relation_waves):
        day = day_number(start)
        segment = customers.segment_on(np.arange(customers.count), np.full(customers.count, day))
        factor = np.where(segment == business, TRUTH.relation_business_factor, 1.0)
        is_there = (customers.acquired <= day - 60) & (outcomes.left > day + 28) & customers.consents
        asked = np.flatnonzero(
            is_there & (rng.random(customers.count) < TRUTH.relation_sample_share * factor)
        )
        back = rng.integers(1, 21, len(asked))
        # The last contact up to the day of answering, of the same customer.
        place = np.searchsorted(contact_days, asked * DAY_COUNT + day + back, side="right") - 1
        last = np.where(place >= 0, contact_days[place], -DAY_COUNT)
        gap = asked * DAY_COUNT + day + back - last
        quiet = gap > TRUTH.quarantine_days
        asked, back = asked[quiet], back[quiet]
        responds = rng.random(len(asked)) < TRUTH.relation_response_share
        parts.append(
            (asked, np.full(len(asked), number), np.full(len(asked), day), back, responds, factor[asked])
        )
    invited, wave, day, back, responds, factor = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    rows = np.flatnonzero(responds)
    size, customer, on = len(rows), invited[rows], day[rows]
    before = month_of_day[on] - 1
    attitude = outcomes.attitude[customer, before]
    experience = outcomes.experience[customer, before]
    mark = TRUTH.mark_base + TRUTH.mark_per_attitude * (attitude - TRUTH.relation_base)
    expectation = (
        TRUTH.expectation_base
        + TRUTH.expectation_per_experience * experience
        + TRUTH.expectation_noise * normals(rng, size)
    )
    own = stream(seed, block, "relation_ease")
    ease = TRUTH.relation_ease_base + TRUTH.relation_ease_per_experience * experience
    ease = score(ease + TRUTH.relation_ease_noise * normals(own, size), 1, 5)
    weight = 1 / factor[rows]
    weight /= np.array([weight[wave[rows] == number].mean() for number in range(len(TRUTH.relation_waves))])[
        wave[rows]
    ]
    nps = score(attitude + TRUTH.relation_noise * normals(rng, size), 0, 10)
    return RelationSurvey(
        invited_customer=invited, wave=wave, sent=day * DAY_SECONDS + 9 * 3600, responded=rows,
        submitted=(on + back[rows]) * DAY_SECONDS + rng.integers(8 * 3600, 22 * 3600, size),
        weight=weight,
        nps=np.where(rng.random(size) < 0.02, NO_ANSWER, nps),
        mark=np.clip(np.round(2 * (mark + TRUTH.mark_noise * normals(rng, size))) / 2, 1, 10),
        expectation=np.where(rng.random(size) < 0.03, NOT_APPLICABLE, score(expectation, 1, 5)),
        ease=np.where(own.random(size) < 0.03, NOT_APPLICABLE, ease),
        elements=_element_scores(seed, block, customers, customer, on + back[rows]),
        has_text=rng.random(size) < 0.30,
    )  # fmt: skip


def _element_scores(
    seed: int, block: int, customers: Customers, customer: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """Agreement of each `customer` on `day` with each element of value, int8 (responses, elements)."""
    rng = stream(seed, block, "value_elements")
    mean = np.array([element.mean for element in TRUTH.value_elements], np.float32)
    of_segment = np.array([segment.value for segment in TRUTH.segments], np.float32)
    loading = TRUTH.value_element_loading
    own = np.sqrt(1 - loading**2) * normals(rng, len(customer), len(mean))
    latent = mean + of_segment[customers.segment_on(customer, day)][:, None]
    latent = latent + TRUTH.value_element_sd * (loading * customers.trait[customer][:, None] + own)
    blank = rng.random(latent.shape) < TRUTH.value_element_blank_share
    return np.where(blank, NO_ANSWER, score(latent, 0, 10))


def survey_employees(seed: int, block: int, staff: Staff) -> Pulse:
    """The pulse of each quarter, asked halfway its second month of everyone in a team on that day."""
    rng = stream(seed, block, "employee_pulse")
    person = TRUTH.person_sd * normals(rng, len(TRUTH.employee_drivers), staff.count)
    day = month_start[1:-1:3][:QUARTER_COUNT] + 14
    position, quarter = np.nonzero(staff.member[:, day] >= 0)
    order = np.argsort(quarter, kind="stable")
    position, quarter = position[order], quarter[order]
    employee = staff.member[position, day[quarter]]
    size = len(employee)
    latent = staff.team_drivers[:, TEAM_OF_POSITION[position], quarter] + person[:, employee]
    latent = latent + TRUTH.employee_driver_noise * normals(rng, *latent.shape)
    weights = np.array([driver.weight for driver in TRUTH.employee_drivers])
    engagement = weights @ latent + TRUTH.engagement_noise * normals(rng, size)
    responds = rng.random(size) < TRUTH.pulse_response_share
    sent = day[quarter] * DAY_SECONDS + 9 * 3600
    submitted = sent + rng.integers(0, 10, size) * DAY_SECONDS + rng.integers(0, 8 * 3600, size)

    def answered(values: np.ndarray) -> np.ndarray:
        blank = rng.random(values.shape) < TRUTH.pulse_blank_share
        return np.where(
            blank | ~responds[:, None] if values.ndim == 2 else blank | ~responds, NO_ANSWER, values
        )

    ticked = score(TRUTH.employee_driver_base + TRUTH.employee_driver_slope * latent.T, 1, 5)
    means = np.array([mean for _, mean in TRUTH.facets])
    facets = (
        means
        + TRUTH.facet_per_engagement * engagement[:, None]
        + TRUTH.facet_noise * normals(rng, size, len(means))
    )
    system = np.where(day[quarter] >= day_number(TRUTH.trends[2].start), TRUTH.eces_step, 0.0)
    eces = (
        TRUTH.eces_base
        + TRUTH.eces_per_engagement * engagement
        + system
        + TRUTH.eces_noise * normals(rng, size)
    )
    esat = TRUTH.esat_base + TRUTH.esat_per_engagement * engagement + TRUTH.esat_noise * normals(rng, size)
    enps = TRUTH.enps_base + TRUTH.enps_per_engagement * engagement + TRUTH.enps_noise * normals(rng, size)
    return Pulse(
        employee=employee, quarter=quarter, sent=sent, submitted=np.where(responds, submitted, -1),
        esat=answered(score(esat, 1, 5)), enps=answered(score(enps, 0, 10)), eces=answered(score(eces, 1, 7)),
        facets=answered(score(facets, 0, 6)), drivers=answered(ticked),
    )  # fmt: skip
