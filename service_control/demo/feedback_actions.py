"""What is done with feedback: employees see what their customers answered, editors release words for the public."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_SECONDS
from .contacts import Contacts
from .emotions import EmotionSurvey
from .employees import EXTERNAL
from .parameters import TRUTH
from .population import Customers
from .streams import normals, stream
from .surveys import HISTORY_SECONDS, ContactSurvey

ACTIONS = ("seen", "released", "withdrawn")
SEEN, RELEASED, WITHDRAWN = range(3)


@dataclass
class FeedbackActions:
    """Actions on responses about contacts; `employee` is -1 where an editor acted."""

    is_emotion: np.ndarray  # a response of the emotion survey, else of the contact survey
    response: np.ndarray
    action: np.ndarray
    employee: np.ndarray
    moment: np.ndarray


def act_on_feedback(
    seed: int,
    block: int,
    customers: Customers,
    contacts: Contacts,
    survey: ContactSurvey,
    emotion_survey: EmotionSurvey,
) -> FeedbackActions:
    """Employees open most answers within a day; of the words of customers who consent some are released."""
    rng = stream(seed, block, "feedback_actions")
    seen, seen_moment = _seen(rng, contacts, survey)
    felt, felt_moment = _seen(stream(seed, block, "seen_feelings"), contacts, emotion_survey)
    consents = customers.publishes[contacts.customer[survey.contact]]
    chosen = survey.has_text & consents & (rng.random(survey.count) < TRUTH.released_share)
    released = np.flatnonzero(chosen)
    release_moment = survey.submitted[released] + rng.integers(1, 15, len(released)) * DAY_SECONDS
    withdrawn = np.flatnonzero(rng.random(len(released)) < TRUTH.withdrawn_share)
    response = np.concatenate([seen, felt, released, released[withdrawn]])
    moment = np.concatenate(
        [seen_moment, felt_moment, release_moment, release_moment[withdrawn] + 5 * DAY_SECONDS]
    )
    counts = [len(seen), len(felt), len(released), len(withdrawn)]
    action = np.repeat([SEEN, SEEN, RELEASED, WITHDRAWN], counts)
    is_emotion = np.repeat([False, True, False, False], counts)
    handled = np.concatenate([survey.contact[seen], emotion_survey.contact[felt]])
    acting = np.concatenate([contacts.employee[handled], np.full(counts[2] + counts[3], -1)])
    within = moment < HISTORY_SECONDS
    return FeedbackActions(
        is_emotion[within], response[within], action[within], acting[within], moment[within]
    )


def _seen(
    rng: np.random.Generator, contacts: Contacts, survey: ContactSurvey | EmotionSurvey
) -> tuple[np.ndarray, np.ndarray]:
    """Responses that the employee of the contact opened, and when; temporary staff have no account."""
    employee = contacts.employee[survey.contact]
    is_own = (employee >= 0) & (employee < EXTERNAL)
    seen = np.flatnonzero(is_own & (rng.random(survey.count) < TRUTH.feedback_seen_share))
    hours = TRUTH.feedback_median_hours * np.exp(TRUTH.feedback_hours_sigma * normals(rng, len(seen)))
    return seen, survey.submitted[seen] + (3600 * hours).astype(np.int64)
