"""The smaller CRM tables: transactions, public words, volunteered feedback, conversations and imported
sentiment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_COUNT, DAY_SECONDS, day_number, month_of_day, next_waking_moment
from .contacts import PHONE, Contacts
from .outcomes import Outcomes, promoter_class
from .parameters import TRUTH
from .population import Customers
from .streams import normals, pick, stream
from .surveys import HISTORY_SECONDS, ContactSurvey, RelationSurvey
from .verbatims import HIGH, LOW, MIDDLE

TRANSACTION_KINDS = ("purchase", "refund", "administration", "goodwill")
ADVOCACY_KINDS = ("review", "post", "recommendation")
FEEDBACK_KINDS = ("idea", "suggestion", "complaint", "compliment")
FEEDBACK_STATUSES = ("new", "in_progress", "closed", "implemented")
SCORED_SOURCES = ("contact_survey", "relation_survey", "feedback", "conversation")
SENTIMENTS = ("negative", "neutral", "positive", "mixed")
IDEA, SUGGESTION, COMPLAINT, COMPLIMENT = range(4)
_REVENUE_EUR = (35.0, -24.0, 5.0, 0.0)
_COST_EUR = (12.0, 0.0, 1.0, 30.0)


@dataclass
class Transactions:
    """Money outside the monthly fee."""

    customer: np.ndarray
    moment: np.ndarray
    kind: np.ndarray
    revenue_eur: np.ndarray
    cost_eur: np.ndarray


@dataclass
class Advocacy:
    """Public words; `influenced` is -1 when nobody is known to have been."""

    customer: np.ndarray
    moment: np.ndarray
    kind: np.ndarray
    rating: np.ndarray  # 1-5, 0 when the place has no rating
    influenced: np.ndarray
    share: np.ndarray


@dataclass
class Feedback:
    """Volunteered feedback; `contact` is -1 when it was not given in one."""

    customer: np.ndarray
    contact: np.ndarray
    received: np.ndarray
    kind: np.ndarray
    status: np.ndarray
    implemented: np.ndarray  # moment, -1 when not
    value_eur: np.ndarray
    drivers: np.ndarray  # (items, drivers) what the text is about
    tone: np.ndarray


@dataclass
class TextScores:
    """Sentiment of texts by a model elsewhere; `row` is a row of what `source` names (SCORED_SOURCES)."""

    source: np.ndarray
    row: np.ndarray
    customer: np.ndarray
    version: np.ndarray  # 0 the version before, 1 the present one
    score: np.ndarray
    label: np.ndarray
    confidence: np.ndarray
    scored: np.ndarray


def _presence(customers: Customers, outcomes: Outcomes) -> tuple[np.ndarray, np.ndarray]:
    first = np.maximum(customers.acquired, 0)
    return first, np.maximum(np.minimum(outcomes.left, DAY_COUNT) - first, 1)


def build_transactions(seed: int, block: int, customers: Customers, outcomes: Outcomes) -> Transactions:
    """On average 1.2 per customer in the whole history."""
    rng = stream(seed, block, "transactions")
    first, length = _presence(customers, outcomes)
    customer = np.repeat(np.arange(customers.count), rng.poisson(1.2, customers.count))
    size = len(customer)
    day = first[customer] + (rng.random(size) * length[customer]).astype(np.int64)
    kind = pick(rng, (0.55, 0.15, 0.22, 0.08), size)
    spread = np.exp(0.4 * normals(rng, size) - 0.08)
    return Transactions(
        customer=customer,
        moment=day * DAY_SECONDS + rng.integers(8 * 3600, 22 * 3600, size),
        kind=kind,
        revenue_eur=np.asarray(_REVENUE_EUR)[kind] * spread,
        cost_eur=np.asarray(_COST_EUR)[kind] * spread,
    )


def build_advocacy(seed: int, block: int, customers: Customers, outcomes: Outcomes) -> Advocacy:
    """Promoters and detractors speak in public more often than passives; some bring about a new customer."""
    rng = stream(seed, block, "advocacy")
    first, length = _presence(customers, outcomes)
    day = first + (rng.random(customers.count) * length).astype(np.int64)
    attitude = outcomes.attitude[np.arange(customers.count), month_of_day[day]]
    speaks = rng.random(customers.count) < np.array(TRUTH.advocacy_shares)[promoter_class(attitude)]
    customer = np.flatnonzero(speaks)
    size, day = len(customer), day[customer]
    kind = pick(rng, (0.6, 0.25, 0.15), size)
    rating = np.clip(np.round(1 + 4 * (attitude[customer] - 4) / 6 + 0.5 * normals(rng, size)), 1, 5)
    # Whoever joined by themselves in the two months after may have been influenced.
    newcomers = np.flatnonzero(customers.acquired >= 0)
    newcomers = newcomers[np.argsort(customers.acquired[newcomers], kind="stable")]
    place = np.searchsorted(customers.acquired[newcomers], day + 1) + rng.integers(0, 50, size)
    known = (rng.random(size) < 0.2) & (place < len(newcomers))
    influenced = (
        np.where(known, newcomers[np.minimum(place, len(newcomers) - 1)], -1) if len(newcomers) else -known
    )
    return Advocacy(
        customer=customer,
        moment=day * DAY_SECONDS + rng.integers(8 * 3600, 22 * 3600, size),
        kind=kind,
        rating=np.where(kind == 0, rating, 0),
        influenced=influenced,
        share=rng.uniform(0.1, 0.6, size),
    )


def build_feedback(
    seed: int, block: int, customers: Customers, contacts: Contacts, outcomes: Outcomes
) -> Feedback:
    """Complaints and compliments from contacts, ideas and suggestions at any moment."""
    rng = stream(seed, block, "feedback")
    chance = rng.random(contacts.count, np.float32)
    complaint = np.flatnonzero(contacts.is_complaint & (chance < 0.5))
    compliment = np.flatnonzero((contacts.quality > 1.6) & ~contacts.is_complaint & (chance < 0.06))
    first, length = _presence(customers, outcomes)
    thinker = np.flatnonzero(rng.random(customers.count) < 0.03)
    contact = np.concatenate([complaint, compliment, np.full(len(thinker), -1)])
    kind = np.repeat([COMPLAINT, COMPLIMENT, IDEA], [len(complaint), len(compliment), len(thinker)])
    kind[(kind == IDEA) & (rng.random(len(kind)) < 0.4)] = SUGGESTION
    day = first[thinker] + (rng.random(len(thinker)) * length[thinker]).astype(np.int64)
    with_contact = np.concatenate([complaint, compliment])
    thought = day * DAY_SECONDS + rng.integers(8 * 3600, 22 * 3600, len(thinker))
    received = np.concatenate([contacts.started[with_contact] + 900, thought])
    size = len(kind)
    is_idea = (kind == IDEA) | (kind == SUGGESTION)
    implemented = next_waking_moment(received + rng.integers(20, 150, size) * DAY_SECONDS)
    is_done = is_idea & (rng.random(size) < 0.15) & (implemented < HISTORY_SECONDS)
    age = HISTORY_SECONDS - received
    status = np.where(age < 10 * DAY_SECONDS, 0, np.where(age < 40 * DAY_SECONDS, 1, 2))
    drivers = np.full((size, len(TRUTH.drivers)), 4, np.int8)
    about = rng.integers(0, len(TRUTH.drivers), size)
    drivers[np.arange(size), about] = np.where(kind == COMPLAINT, 1, 5)
    return Feedback(
        customer=np.concatenate([contacts.customer[with_contact], thinker]),
        contact=contact, received=received, kind=kind,
        status=np.where(is_done, FEEDBACK_STATUSES.index("implemented"), status),
        implemented=np.where(is_done, implemented, -1),
        value_eur=np.where(is_done, np.exp(8.0 + 0.8 * normals(rng, size)), 0.0),
        drivers=drivers, tone=np.where(kind == COMPLAINT, LOW, HIGH),
    )  # fmt: skip


def sample_conversations(seed: int, block: int, contacts: Contacts) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the contacts of which a transcript is kept, and the tone of each."""
    rng = stream(seed, block, "conversations")
    spoken = (contacts.employee >= 0) & (contacts.channel < 2)
    rows = np.flatnonzero(spoken & (rng.random(contacts.count, np.float32) < 0.006))
    quality = contacts.quality[rows]
    return rows, np.where(quality < -0.6, LOW, np.where(quality > 0.7, HIGH, MIDDLE))


def acoustic_scores(
    rng: np.random.Generator, contacts: Contacts, rows: np.ndarray, tone: np.ndarray
) -> np.ndarray:
    """Sentiment of the voice per line on -2..2; NaN where there is no voice."""
    heard = 0.5 * contacts.quality[rows] + 0.7 * (np.asarray(tone) - MIDDLE) + 0.3 * normals(rng, len(rows))
    return np.where(contacts.channel[rows] == PHONE, np.clip(heard, -2, 2), np.nan)


def score_texts(
    seed: int,
    block: int,
    contacts: Contacts,
    survey: ContactSurvey,
    relation: RelationSurvey,
    feedback: Feedback,
) -> TextScores:
    """Sentiment that follows what the customer ticked, or the tone of the words, with the errors of a model.

    A new version of the model also scores the last quarter again: those texts have two scores.
    """
    said = np.flatnonzero(survey.has_text)
    drivers = survey.drivers[said]
    ticked = TRUTH.sentiment_per_driver * (drivers.mean(axis=1) - TRUTH.sentiment_driver_middle)
    told = np.flatnonzero(relation.has_text & (relation.nps >= 0))
    recommended = TRUTH.sentiment_per_nps * (relation.nps[told] - TRUTH.sentiment_nps_middle)
    kept, tone = sample_conversations(seed, block, contacts)
    heard = TRUTH.sentiment_per_tone * (tone - MIDDLE)
    volunteered = TRUTH.sentiment_per_tone * (feedback.tone - MIDDLE)
    means = (ticked, recommended, volunteered, heard)
    source = np.repeat(np.arange(len(means)), [len(mean) for mean in means])
    mean = np.concatenate(means)
    is_mixed = np.zeros(len(mean), bool)
    is_mixed[: len(said)] = (drivers <= 2).any(axis=1) & (drivers == 5).any(axis=1)
    row = np.concatenate([said, told, np.arange(len(feedback.kind)), kept])
    customer = np.concatenate([
        contacts.customer[survey.contact[said]], relation.invited_customer[relation.responded[told]],
        feedback.customer, contacts.customer[kept],
    ])  # fmt: skip
    moment = np.concatenate([
        survey.submitted[said], relation.submitted[told], feedback.received, contacts.started[kept],
    ])  # fmt: skip
    upgrade = day_number(TRUTH.sentiment_upgrade) * DAY_SECONDS
    scored = moment + 6 * 3600
    version = (scored >= upgrade).astype(np.int8)
    again = np.flatnonzero(
        (version == 0) & (moment >= day_number(TRUTH.sentiment_rescored_since) * DAY_SECONDS)
    )
    pick_of = np.concatenate([np.arange(len(row)), again])
    version = np.concatenate([version, np.ones(len(again), np.int8)])
    scored = np.minimum(np.concatenate([scored, np.full(len(again), upgrade)]), HISTORY_SECONDS - 1)
    rng = stream(seed, block, "text_scores")
    size = len(pick_of)
    noise = np.where(version == 1, TRUTH.sentiment_noise, TRUTH.sentiment_noise_before)
    value = np.clip(mean[pick_of] + noise * normals(rng, size), -2, 2)
    bound = TRUTH.sentiment_label_bound
    mixed = is_mixed[pick_of] & (np.abs(value) < TRUTH.sentiment_mixed_bound)
    label = np.where(mixed, 3, np.where(value < -bound, 0, np.where(value > bound, 2, 1)))
    confidence = np.clip(0.55 + 0.2 * np.abs(value) + 0.08 * normals(rng, size), 0.3, 0.99)
    return TextScores(
        source=source[pick_of], row=row[pick_of], customer=customer[pick_of], version=version, score=value,
        label=label, confidence=confidence, scored=scored,
    )  # fmt: skip
