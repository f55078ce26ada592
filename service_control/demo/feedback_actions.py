"""What is done with feedback: employees see what their customers answered, editors release words for the public."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_SECONDS
from .contacts import Contacts
from .employees import EXTERNAL
from .parameters import TRUTH
from .population import Customers
from .streams import normals, stream
from .surveys import HISTORY_SECONDS, ContactSurvey

ACTIONS = ("seen", "released", "withdrawn")
SEEN, RELEASED, WITHDRAWN = range(3)


@dataclass
class FeedbackActions:
    """Actions on responses of the contact survey; `employee` is -1 where an editor acted."""

    response: np.ndarray
    action: np.ndarray
    employee: np.ndarray
    moment: np.ndarray


def act_on_feedback(
    seed: int, block: int, customers: Customers, contacts: Contacts, survey: ContactSurvey
) -> FeedbackActions:
    """Employees open most answers within a day; of the words of customers who consent some are released."""
    rng = stream(seed, block, "feedback_actions")
    employee = contacts.employee[survey.contact]
    is_own = (employee >= 0) & (employee < EXTERNAL)
    seen = np.flatnonzero(is_own & (rng.random(survey.count) < TRUTH.feedback_seen_share))
    hours = TRUTH.feedback_median_hours * np.exp(TRUTH.feedback_hours_sigma * normals(rng, len(seen)))
    consents = customers.publishes[contacts.customer[survey.contact]]
    chosen = survey.has_text & consents & (rng.random(survey.count) < TRUTH.released_share)
    released = np.flatnonzero(chosen)
    release_moment = survey.submitted[released] + rng.integers(1, 15, len(released)) * DAY_SECONDS
    withdrawn = np.flatnonzero(rng.random(len(released)) < TRUTH.withdrawn_share)
    response = np.concatenate([seen, released, released[withdrawn]])
    moment = np.concatenate([
        survey.submitted[seen] + (3600 * hours).astype(np.int64), release_moment,
        release_moment[withdrawn] + 5 * DAY_SECONDS,
    ])  # fmt: skip
    action = np.repeat([SEEN, RELEASED, WITHDRAWN], [len(seen), len(released), len(withdrawn)])
    acting = np.where(action == SEEN, employee[response], -1)
    within = moment < HISTORY_SECONDS
    return FeedbackActions(response[within], action[within], acting[within], moment[within])
