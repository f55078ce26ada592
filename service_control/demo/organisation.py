"""One block of the simulated organisation: everything that happened, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import emotions, feedback_actions, incidentals, surveys
from .contacts import Contacts, build_contacts
from .employees import Staff, build_staff
from .outcomes import Outcomes, Referrals, build_referrals, live, settle_contracts
from .parameters import CUSTOMERS_PER_BLOCK
from .population import Contracts, Customers, build_contracts, build_customers, registered_products
from .streams import stream

MINIMUM_CUSTOMERS = 400
"""In a block with fewer, some tables would have no clean row to make a dirty one from."""


@dataclass
class Block:
    """What happened in one block. Row numbers in one table refer to rows of another in the same block."""

    number: int
    seed: int
    staff: Staff
    customers: Customers
    contracts: Contracts
    contacts: Contacts
    contact_product: np.ndarray  # -1 where none was registered
    outcomes: Outcomes
    referrals: Referrals
    contact_survey: surveys.ContactSurvey
    clicks: surveys.EmployeeClicks
    relation_survey: surveys.RelationSurvey
    emotion_survey: emotions.EmotionSurvey
    pulse: surveys.Pulse
    transactions: incidentals.Transactions
    advocacy: incidentals.Advocacy
    feedback: incidentals.Feedback
    text_scores: incidentals.TextScores
    feedback_actions: feedback_actions.FeedbackActions


def block_sizes(scale: float) -> list[int]:
    """Customers per block at a scale; the last block holds the rest, unless that is too few for a block."""
    blocks, rest = divmod(round(scale * CUSTOMERS_PER_BLOCK), CUSTOMERS_PER_BLOCK)
    return [CUSTOMERS_PER_BLOCK] * blocks + ([rest] if rest >= MINIMUM_CUSTOMERS else [])


def simulate(seed: int, number: int, customer_count: int) -> Block:
    """Play the history of block `number` with `customer_count` customers ever."""
    staff = build_staff(seed, number)
    customers = build_customers(seed, number, customer_count)
    contracts = build_contracts(seed, number, customers)
    endless = build_contacts(stream(seed, number, "contacts"), customers, staff)
    contacts, outcomes = live(seed, number, customers, staff, endless)
    product = registered_products(stream(seed, number, "contact_products"), contracts, contacts.customer)
    contact_survey, clicks = surveys.survey_contacts(seed, number, customers, contacts)
    relation_survey = surveys.survey_relations(seed, number, customers, contacts, outcomes)
    feedback = incidentals.build_feedback(seed, number, customers, contacts, outcomes)
    emotion_survey = emotions.survey_emotions(seed, number, customers, contacts)
    return Block(
        number=number, seed=seed, staff=staff, customers=customers,
        contracts=settle_contracts(seed, number, customers, contracts, outcomes),
        contacts=contacts, contact_product=product, outcomes=outcomes,
        referrals=build_referrals(seed, number, customers, outcomes),
        contact_survey=contact_survey, clicks=clicks,
        relation_survey=relation_survey,
        emotion_survey=emotion_survey,
        pulse=surveys.survey_employees(seed, number, staff),
        transactions=incidentals.build_transactions(seed, number, customers, outcomes),
        advocacy=incidentals.build_advocacy(seed, number, customers, outcomes),
        feedback=feedback,
        text_scores=incidentals.score_texts(
            seed, number, contacts, contact_survey, relation_survey, feedback
        ),
        feedback_actions=feedback_actions.act_on_feedback(
            seed, number, customers, contacts, contact_survey, emotion_survey
        ),
    )  # fmt: skip
