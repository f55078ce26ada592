"""The survey exports as their tools write them, and what comes in the contract's own shape; clean."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import columns, verbatims
from .contacts import CHANNELS
from .deliver_crm import speakers
from .emotions import NEUTRAL, NOBODY
from .feedback_actions import ACTIONS
from .keys import contact_key, customer_key, employee_key, relation_key, row_key
from .organisation import Block
from .parameters import LANGUAGES, TRUTH
from .streams import stream
from .surveys import CLICK_NONE, ELEMENT_NAMES, NO_ANSWER, NOT_APPLICABLE

DRIVER_HEADERS = (
    "Gemak",
    "Aandacht",
    "Begrip",
    "Empathie",
    "Behulpzaam",
    "Vertrouwd",
    "Positief",
    "Verantwoordelijk",
)
BROWSERS = ("Chrome", "Safari", "Edge", "Firefox")
NOT_CATALOGUED = ("Browser", "Invultijd (min)")
"""Columns of the contact survey that the catalogue does not know."""


def _coded(answers: np.ndarray, missing: str | None, not_applicable: str | None = None) -> pa.Array:
    """Answers as the tool writes them, with its codes for no answer; None is an empty cell."""
    low, high = NOT_APPLICABLE, 10
    texts = [not_applicable, missing, *map(str, range(high + 1))]
    return pa.array(texts, pa.string()).take(pa.array(np.asarray(answers, np.int64) - low))


def _click_texts(clicks: np.ndarray) -> pa.Array:
    return columns.text_of(("-1", "0", "1"), np.where(clicks == CLICK_NONE, -1, clicks + 1))


def _tone(nps: np.ndarray) -> np.ndarray:
    return np.where(
        nps >= 9, verbatims.HIGH, np.where((nps >= 0) & (nps <= 6), verbatims.LOW, verbatims.MIDDLE)
    )


def _texts(
    block: Block, purpose: str, drivers: np.ndarray, nps: np.ndarray, issue: np.ndarray, customer: np.ndarray,
    has_text: np.ndarray,
) -> pa.Array:  # fmt: skip
    rows = np.flatnonzero(has_text)
    rng = stream(block.seed, block.number, purpose)
    texts = verbatims.explanations(
        rng, drivers[rows], _tone(nps[rows]), issue[rows], speakers(block, customer[rows])
    )
    place = np.cumsum(has_text) - 1
    return texts.take(pa.array(place, mask=~has_text))


def _contact_survey(block: Block) -> pa.Table:
    survey = block.contact_survey
    order = np.argsort(survey.submitted, kind="stable")  # as delivered: by moment of answering
    rng = stream(block.seed, block.number, "contact_survey_tool")
    contact = survey.contact[order]
    customer = block.contacts.customer[contact]
    issue = block.contacts.issue[contact].astype(np.int64)
    drivers, nps = survey.drivers[order], survey.nps[order]
    text = _texts(block, "contact_survey_texts", drivers, nps, issue, customer, survey.has_text[order])
    is_dutch = block.customers.language[customer] == LANGUAGES.index("nl")
    given = survey.drivers_given[order]
    # The tool pads some of its headers with a space.
    return pa.table(
        {
            "ResponseNr": row_key(block, "R", order),
            "ContactNr": contact_key(block, contact),
            "KlantNr": customer_key(block, customer),
            "Ingevuld op": columns.moment_text(survey.submitted[order], style="dutch"),
            "Taal": columns.text_of(("en", "nl"), is_dutch),
            "NPS ": _coded(nps, "99"),
            "CES ": _coded(survey.ces[order], None),
            "Opgelost": _coded(survey.resolved[order], None, "9"),
            **{f"{name} ": _coded(given[:, k], "0", "6") for k, name in enumerate(DRIVER_HEADERS)},
            "Klik": _click_texts(survey.click[order]),
            "CSAT": _coded(survey.csat[order], "0"),
            "Toelichting": text,
            NOT_CATALOGUED[0]: columns.text_of(BROWSERS, rng.integers(0, len(BROWSERS), survey.count)),
            NOT_CATALOGUED[1]: columns.decimal_comma(survey.minutes[order], 1),
        }
    )


def _relation_survey(block: Block) -> pa.Table:
    survey = block.relation_survey
    customer, wave = survey.invited_customer[survey.responded], survey.wave[survey.responded]
    size = len(customer)
    drivers = np.full((size, len(TRUTH.drivers)), 4, np.int8)
    rng = stream(block.seed, block.number, "relation_drivers")
    drivers[np.arange(size), rng.integers(0, drivers.shape[1], size)] = np.where(survey.nps >= 8, 5, 2)
    no_issue = np.full(size, -1)
    text = _texts(block, "relation_texts", drivers, survey.nps, no_issue, customer, survey.has_text)
    is_dutch = block.customers.language[customer] == LANGUAGES.index("nl")
    return pa.table(
        {
            "respondent_no": relation_key(block, wave, customer),
            "customer_id": customer_key(block, customer),
            "completed_at": columns.moment_text(survey.submitted),
            "language": columns.text_of(("en", "nl"), is_dutch),
            "weight": columns.numbers(survey.weight, decimals=6),
            "mode": columns.text_of(("email", "phone", "paper"), rng.integers(0, 10, size) // 8),
            "recommend": _coded(survey.nps, "99"),
            "mark": columns.numbers(survey.mark),
            "expectation": _coded(survey.expectation, None, "6"),
            "ease": _coded(survey.ease, None, "6"),
            **{code: _coded(survey.elements[:, k], "99") for k, code in enumerate(ELEMENT_NAMES)},
            "explanation": text,
        }
    )


def _emotion_survey(block: Block) -> pa.Table:
    survey = block.emotion_survey
    customer = block.contacts.customer[survey.contact]
    rng = stream(block.seed, block.number, "emotion_texts")
    rows = np.flatnonzero(survey.has_text)
    texts = verbatims.feelings(
        rng, survey.emotion[rows], survey.intensity[rows], survey.tone[rows], speakers(block, customer[rows])
    )
    codes = [f"{name}_{step}" for name in verbatims.EMOTIONS[:NEUTRAL] for step in (1, 2, 3)]
    image = np.where(
        survey.image == NEUTRAL,
        len(codes),
        np.where(survey.image >= 0, 3 * survey.image + survey.intensity - 1, -1),
    )
    is_dutch = block.customers.language[customer] == LANGUAGES.index("nl")
    return pa.table(
        {
            "response": row_key(block, "B", np.arange(survey.count)),
            "contact": contact_key(block, survey.contact),
            "customer": customer_key(block, customer),
            "answered_at": columns.moment_text(survey.submitted),
            "language": columns.text_of(("en", "nl"), is_dutch),
            "image": columns.text_of([*codes, "neutral"], image),
            "image_why": texts.take(pa.array(np.cumsum(survey.has_text) - 1, mask=~survey.has_text)),
            "mark": columns.numbers(survey.mark, ~np.isnan(survey.mark)),
            "relation": columns.text_of(("-1", "0", "1"), survey.relation),
            "looking_back": columns.text_of(
                [str(n) for n in range(-3, 4)],
                np.where(survey.looking_back == NOBODY, -1, survey.looking_back + 3),
            ),
        }
    )


def pulse_key(block: Block, quarter: np.ndarray, employee: np.ndarray) -> pa.Array:
    """Key of a pulse response: quarter of the history and employee."""
    return columns.join(columns.code("P", quarter + 1, 2), employee_key(block, employee), separator="-")


def _employee_pulse(block: Block) -> pa.Table:
    """Long: one line per answer."""
    pulse = block.pulse
    rows = np.flatnonzero(pulse.submitted >= 0)
    drivers = pulse.drivers[rows]
    # The first driver is asked the other way around: "I rarely hear how customers experienced my help".
    reversed_feedback = np.where(drivers[:, :1] == NO_ANSWER, NO_ANSWER, 6 - drivers[:, :1])
    scores = [pulse.esat[rows, None], pulse.enps[rows, None], pulse.eces[rows, None], pulse.facets[rows]]
    grid = np.concatenate([*scores, reversed_feedback, drivers[:, 1:]], axis=1)
    questions = ("esat", "enps", "eces", *(code for code, _ in TRUTH.facets), "no_feedback",
                 *(driver.code for driver in TRUTH.employee_drivers[1:]))  # fmt: skip
    response, question = np.nonzero(grid != NO_ANSWER)
    employee, quarter = pulse.employee[rows][response], pulse.quarter[rows][response]
    return pa.table(
        {
            "response": pulse_key(block, quarter, employee),
            "employee": employee_key(block, employee),
            "answered_at": columns.moment_text(pulse.submitted[rows][response], style="utc"),
            "language": pa.repeat("nl", len(response)),
            "question": columns.text_of(questions, question),
            "value": pa.array(grid[response, question].astype(np.int64)),
        }
    )


def _employee_responses(block: Block) -> pa.Table:
    rows = block.clicks
    size = len(rows.contact)
    return pa.table(
        {
            "response_id": row_key(block, "E", np.arange(size)),
            "survey_code": pa.repeat("employee_click", size),
            "respondent_kind": pa.repeat("employee", size),
            "respondent_id": employee_key(block, block.contacts.employee[rows.contact]),
            "contact_id": contact_key(block, rows.contact),
            "submitted_at": columns.moment_utc(rows.submitted),
            "language": pa.repeat("nl", size),
            "mode": pa.repeat("app", size),
            "channel": columns.text_of(CHANNELS, block.contacts.channel[rows.contact]),
        }
    )


def _employee_answers(block: Block) -> pa.Table:
    rows = block.clicks
    size = len(rows.contact)
    keys = row_key(block, "E", np.arange(size))
    return pa.table(
        {
            "response_id": pa.concat_arrays([keys, keys]),
            "item_code": columns.text_of(("emo_click_employee", "eces_estimate"), np.repeat([0, 1], size)),
            "raw_value": pa.concat_arrays([_click_texts(rows.click), _coded(rows.ces_estimate, None)]),
        }
    )


def _invitations(block: Block) -> pa.Table:
    survey, relation, pulse = block.contact_survey, block.relation_survey, block.pulse
    sizes = [len(survey.sent), len(relation.sent), len(pulse.sent)]
    answered = np.full(sizes[0], -1)
    answered[survey.invitation_of] = np.arange(survey.count)
    came_back = np.zeros(sizes[1], bool)
    came_back[relation.responded] = True
    relation_id = columns.join(
        "relation_survey:", relation_key(block, relation.wave, relation.invited_customer)
    )
    pulse_id = columns.join("employee_pulse:", pulse_key(block, pulse.quarter, pulse.employee))
    respondents = [
        customer_key(block, block.contacts.customer[survey.invited_contact]),
        customer_key(block, relation.invited_customer),
        employee_key(block, pulse.employee),
    ]
    contact_id = row_key(block, "R", answered)
    responses = [
        pc.binary_join_element_wise("contact_survey:", contact_id, ""),
        pc.if_else(pa.array(came_back), relation_id, pa.scalar(None, pa.string())),
        pc.if_else(pa.array(pulse.submitted >= 0), pulse_id, pa.scalar(None, pa.string())),
    ]
    delivered = np.concatenate([survey.is_delivered, np.ones(sizes[1] + sizes[2], bool)])
    nothing = pa.nulls(sizes[1] + sizes[2], pa.string())
    survey_of = np.repeat([0, 1, 2], sizes)
    return pa.table(
        {
            "invitation_id": row_key(block, "I", np.arange(sum(sizes))),
            "survey_code": columns.text_of(
                ("contact_survey", "relation_survey", "employee_pulse"), survey_of
            ),
            "respondent_kind": columns.text_of(("customer", "employee"), survey_of == 2),
            "respondent_id": pa.concat_arrays(respondents),
            "contact_id": pa.concat_arrays([contact_key(block, survey.invited_contact), nothing]),
            "sent_at": columns.moment_text(np.concatenate([survey.sent, relation.sent, pulse.sent])),
            "is_delivered": pa.array(delivered),
            "response_id": pa.concat_arrays(responses),
        }
    )


def _feedback_actions(block: Block) -> pa.Table:
    done = block.feedback_actions
    return pa.table(
        {
            "reference_id": pc.if_else(
                pa.array(done.is_emotion),
                pc.binary_join_element_wise("emotion_survey:", row_key(block, "B", done.response), ""),
                pc.binary_join_element_wise("contact_survey:", row_key(block, "R", done.response), ""),
            ),
            "action": columns.text_of(ACTIONS, done.action),
            "acted_by": employee_key(block, done.employee),
            "acted_at": columns.moment_text(done.moment),
        }
    )


def tables(block: Block) -> dict[str, pa.Table]:
    """All survey tables by name."""
    return {
        "survey/exports/contact_survey": _contact_survey(block),
        "survey/exports/relation_survey": _relation_survey(block),
        "survey/exports/emotion_survey": _emotion_survey(block),
        "survey/exports/employee_pulse": _employee_pulse(block),
        "survey/responses": _employee_responses(block),
        "survey/answers": _employee_answers(block),
        "survey/invitations": _invitations(block),
        "survey/feedback_actions": _feedback_actions(block),
    }
