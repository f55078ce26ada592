"""The CRM tables in the shape of the input contract, clean."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import columns, incidentals, names, verbatims
from .clock import DAY_COUNT, NEVER
from .contacts import ISSUES, JOURNEY_OF_ISSUE, JOURNEYS, TOUCHPOINTS, WEB
from .keys import contact_key, customer_key, employee_key, relation_key, row_key
from .organisation import Block
from .outcomes import END_REASONS
from .parameters import CHANNELS, LANGUAGES, PRODUCTS, REGIONS, SEGMENTS, TRUTH
from .population import ACQUISITION_KINDS
from .streams import stream
from .surveys import HISTORY_SECONDS

SENTIMENT_MODEL, SENTIMENT_VERSIONS = "tonaliteit", ("2025.2", "2026.1")
EMOTION_MODEL, EMOTION_VERSION, REVIEWER = "gevoel", "2026.1", "redactie"


def personal_columns(block: Block, customer: np.ndarray) -> dict[str, pa.Array]:
    """Name, e-mail address and telephone number of each customer."""
    people = block.customers
    first, last = people.first_name[customer], people.last_name[customer]
    mailbox = [
        columns.text_of(names.FIRST_ADDRESSES, first), ".", columns.text_of(names.LAST_ADDRESSES, last),
        columns.text_of([str(n) for n in range(100)], people.phone[customer] % 100), "@post.example",
    ]  # fmt: skip
    return {
        "full_name": columns.join(
            columns.text_of(names.FIRST_NAMES, first), columns.text_of(names.LAST_NAMES, last), separator=" "
        ),
        "email": columns.join(*mailbox),
        # No Dutch mobile number starts with 060.
        "phone": columns.fixed_text(["060", columns.digits(people.phone[customer], 7)], len(customer)),
    }


def speakers(block: Block, customer: np.ndarray) -> verbatims.Speakers:
    """The customers as writers; who does not prefer Dutch writes English."""
    personal = personal_columns(block, customer)
    is_dutch = block.customers.language[customer] == LANGUAGES.index("nl")
    return verbatims.Speakers(is_dutch, personal["full_name"], personal["email"], personal["phone"])


def _customers(block: Block) -> pa.Table:
    people = block.customers
    # A second version for those who changed segment or region while they were here.
    changed = np.flatnonzero(people.moved < np.minimum(block.outcomes.left, DAY_COUNT))
    customer = np.concatenate([np.arange(people.count), changed])
    is_later = np.arange(len(customer)) >= people.count
    segment = np.where(is_later, people.later_segment[customer], people.segment[customer])
    region = np.where(is_later, people.later_region[customer], people.region[customer])
    referred_by = np.full(people.count, -1)
    arrived = block.referrals.referred >= 0
    referred_by[block.referrals.referred[arrived]] = block.referrals.referrer[arrived]
    return pa.table(
        {
            "customer_id": customer_key(block, customer),
            "valid_from": columns.day_text(people.moved[customer], is_later),
            "segment": columns.text_of(SEGMENTS, segment),
            "region": columns.text_of(REGIONS, region),
            "language": columns.text_of(LANGUAGES, people.language[customer]),
            "acquired_on": columns.day_text(people.acquired[customer]),
            "acquisition_kind": columns.text_of(ACQUISITION_KINDS, people.acquisition_kind[customer]),
            "referred_by_customer_id": customer_key(block, referred_by[customer]),
            "consents_to_contact": pa.array(people.consents[customer]),
            "consents_to_publication": pa.array(people.publishes[customer]),
            **personal_columns(block, customer),
            # Not part of the input contract: an unknown column is a warning, never an error.
            "loyalty_card": columns.text_of(
                ("none", "silver", "gold"), np.clip(-people.acquired[customer] // 1500, 0, 2)
            ),
        }
    )


def _contracts(block: Block) -> pa.Table:
    contracts = block.contracts
    has_ended = contracts.ended < NEVER
    return pa.table(
        {
            "contract_id": row_key(block, "P", np.arange(len(contracts.customer))),
            "customer_id": customer_key(block, contracts.customer),
            "product": columns.text_of(PRODUCTS, contracts.product),
            "started_on": columns.day_text(contracts.started),
            "ended_on": columns.day_text(contracts.ended, has_ended),
            "end_reason": columns.text_of(END_REASONS, contracts.end_reason),
            "monthly_fee_eur": columns.numbers(contracts.fee_eur, decimals=2),
            "monthly_cost_eur": columns.numbers(contracts.cost_eur, decimals=2),
        }
    )


def _contacts(block: Block) -> pa.Table:
    contacts = block.contacts
    rng = stream(block.seed, block.number, "contact_registration")
    resolved = contacts.started + contacts.resolved_after
    is_closed = (contacts.resolved_after >= 0) & (resolved < HISTORY_SECONDS)
    is_linked = rng.random(contacts.count) < 0.6
    is_handled = contacts.channel != WEB
    return pa.table(
        {
            "contact_id": contact_key(block, np.arange(contacts.count)),
            "customer_id": customer_key(block, contacts.customer),
            "employee_id": employee_key(block, contacts.employee),
            "channel": columns.label(CHANNELS, contacts.channel),
            "direction": columns.label(("outbound", "inbound"), contacts.is_inbound),
            "journey": columns.label(JOURNEYS, JOURNEY_OF_ISSUE[contacts.issue]),
            "touchpoint": columns.label(TOUCHPOINTS, contacts.issue),
            "issue_code": columns.label(ISSUES, contacts.issue),
            "product": columns.label(PRODUCTS, block.contact_product),
            "started_at": columns.moment_utc(contacts.started),
            "resolved_at": columns.moment_utc(resolved, is_closed),
            "waited_seconds": columns.numbers(contacts.waited.astype(np.int64), is_handled),
            "handled_seconds": columns.numbers(contacts.handled.astype(np.int64), is_handled),
            "transfer_count": pa.array(contacts.transfers.astype(np.int32)),
            "reopen_count": pa.array(contacts.reopens.astype(np.int32)),
            "is_resolved_registered": pa.array(contacts.is_registered),
            "is_complaint": pa.array(contacts.is_complaint),
            "is_sla_met": columns.numbers(contacts.is_sla_met, is_handled),
            "previous_contact_id": contact_key(block, np.where(is_linked, contacts.previous, -1)),
        }
    )


def _transactions(block: Block) -> pa.Table:
    rows = block.transactions
    return pa.table(
        {
            "transaction_id": row_key(block, "TR", np.arange(len(rows.customer))),
            "customer_id": customer_key(block, rows.customer),
            "occurred_at": columns.moment_utc(rows.moment),
            "kind": columns.label(incidentals.TRANSACTION_KINDS, rows.kind),
            "revenue_eur": columns.numbers(rows.revenue_eur, decimals=2),
            "direct_cost_eur": columns.numbers(rows.cost_eur, decimals=2),
        }
    )


def _referrals(block: Block) -> pa.Table:
    rows = block.referrals
    arrived = rows.referred >= 0
    return pa.table(
        {
            "referral_id": row_key(block, "RF", np.arange(len(rows.referrer))),
            "referrer_customer_id": customer_key(block, rows.referrer),
            "referred_customer_id": customer_key(block, rows.referred),
            "referred_at": columns.moment_text(rows.moment, style="utc"),
            "is_rewarded": pa.array(rows.is_rewarded & arrived),
            "would_have_joined_anyway": columns.numbers(rows.would_have_joined, arrived),
        }
    )


def _advocacy_events(block: Block) -> pa.Table:
    rows = block.advocacy
    return pa.table(
        {
            "advocacy_event_id": row_key(block, "AE", np.arange(len(rows.customer))),
            "customer_id": customer_key(block, rows.customer),
            "occurred_at": columns.moment_text(rows.moment, style="utc"),
            "kind": columns.text_of(incidentals.ADVOCACY_KINDS, rows.kind),
            "rating": columns.numbers(rows.rating, rows.rating > 0),
            "influenced_customer_id": customer_key(block, rows.influenced),
            "influence_share": columns.numbers(rows.share, rows.influenced >= 0, decimals=2),
        }
    )


def _feedback_items(block: Block) -> pa.Table:
    rows = block.feedback
    rng = stream(block.seed, block.number, "feedback_texts")
    issue = np.where(rows.contact >= 0, block.contacts.issue[rows.contact], -1)
    text = verbatims.explanations(rng, rows.drivers, rows.tone, issue, speakers(block, rows.customer))
    is_idea = (rows.kind == incidentals.IDEA) | (rows.kind == incidentals.SUGGESTION)
    return pa.table(
        {
            "feedback_item_id": row_key(block, "F", np.arange(len(rows.kind))),
            "customer_id": customer_key(block, rows.customer),
            "contact_id": contact_key(block, rows.contact),
            "received_at": columns.moment_text(rows.received),
            "kind": columns.text_of(incidentals.FEEDBACK_KINDS, rows.kind),
            "status": columns.text_of(incidentals.FEEDBACK_STATUSES, rows.status),
            "implemented_at": columns.moment_text(rows.implemented, rows.implemented >= 0),
            "value_eur": columns.numbers(rows.value_eur, rows.implemented >= 0, decimals=0),
            "text": pc.if_else(pa.array(is_idea), verbatims.ideas(rng, len(rows.kind)), text),
        }
    )


def _utterances(block: Block) -> pa.Table:
    rng = stream(block.seed, block.number, "utterances")
    rows, tone = incidentals.sample_conversations(block.seed, block.number, block.contacts)
    conversation, position, speaker, text, line_tone = verbatims.transcripts(rng, tone)
    contact = rows[conversation]
    acoustic = incidentals.acoustic_scores(rng, block.contacts, contact, line_tone)
    is_heard = ~np.isnan(acoustic) & (np.array(speaker) == "customer")
    return pa.table(
        {
            "contact_id": contact_key(block, contact),
            "position": pa.array(position.astype(np.int32)),
            "speaker": pa.array(speaker, pa.string()),
            "text": pa.array(text, pa.string()),
            "acoustic_score": columns.numbers(acoustic, is_heard, decimals=2),
        }
    )


def _emotion_scores(block: Block) -> pa.Table:
    """Of the explanations of images: emotion and sentiment by a model, and what a reviewer made of some."""
    survey = block.emotion_survey
    said, reviewed = np.flatnonzero(survey.has_text), np.flatnonzero(survey.is_reviewed)
    row = np.concatenate([said, said, reviewed])
    kind = np.repeat([0, 1, 2], [len(said), len(said), len(reviewed)])
    is_sentiment = kind == 1
    emotion = np.where(kind == 2, survey.emotion[row], survey.label[row])
    sentiment = survey.sentiment[row]
    bound = TRUTH.sentiment_label_bound
    polarity = np.where(sentiment < -bound, 0, np.where(sentiment > bound, 2, 1))
    is_dutch = block.customers.language[block.contacts.customer[survey.contact[row]]] == LANGUAGES.index("nl")
    return pa.table(
        {
            "reference_id": pc.binary_join_element_wise("emotion_survey:", row_key(block, "B", row), ""),
            "kind": columns.text_of(("emotion", "sentiment", "emotion_review"), kind),
            "model": columns.text_of((EMOTION_MODEL, SENTIMENT_MODEL, REVIEWER), kind),
            "model_version": columns.text_of(
                (EMOTION_VERSION, SENTIMENT_VERSIONS[1]), is_sentiment.astype(int)
            ),
            "score": columns.numbers(np.where(is_sentiment, sentiment, survey.intensity[row]), decimals=3),
            "label": columns.text_of(
                (*incidentals.SENTIMENTS, *verbatims.EMOTIONS),
                np.where(is_sentiment, polarity, len(incidentals.SENTIMENTS) + emotion),
            ),
            "confidence": columns.numbers(np.full(len(row), 0.8)),
            "language": columns.text_of(("en", "nl"), is_dutch),
            "scored_at": columns.moment_text(
                np.minimum(survey.submitted[row] + 6 * 3600, HISTORY_SECONDS - 1), style="utc"
            ),
        }
    )


def _text_scores(block: Block) -> pa.Table:
    rows, relation = block.text_scores, block.relation_survey
    is_dutch = block.customers.language[rows.customer] == LANGUAGES.index("nl")
    size = len(rows.row)

    def of(source: str) -> np.ndarray:
        """The row in `source`, -1 for texts from elsewhere."""
        return np.where(rows.source == incidentals.SCORED_SOURCES.index(source), rows.row, -1)

    told = of("relation_survey")
    invitation = relation.responded[np.maximum(told, 0)]
    respondent = relation_key(
        block, relation.wave[invitation], np.where(told >= 0, relation.invited_customer[invitation], -1)
    )
    return pa.table(
        {
            "reference_id": pc.coalesce(
                pc.binary_join_element_wise("contact_survey:", row_key(block, "R", of("contact_survey")), ""),
                pc.binary_join_element_wise("relation_survey:", respondent, ""),
                row_key(block, "F", of("feedback")),
                contact_key(block, of("conversation")),
            ),
            "kind": pa.repeat("sentiment", size),
            "model": pa.repeat(SENTIMENT_MODEL, size),
            "model_version": columns.text_of(SENTIMENT_VERSIONS, rows.version),
            "score": columns.numbers(rows.score, decimals=3),
            "label": columns.text_of(incidentals.SENTIMENTS, rows.label),
            "confidence": columns.numbers(rows.confidence, decimals=3),
            "language": columns.text_of(("en", "nl"), is_dutch),
            "scored_at": columns.moment_text(rows.scored, style="utc"),
        }
    )


def tables(block: Block) -> dict[str, pa.Table]:
    """All CRM tables by name."""
    return {
        "crm/customers": _customers(block),
        "crm/contracts": _contracts(block),
        "crm/transactions": _transactions(block),
        "crm/contacts": _contacts(block),
        "crm/referrals": _referrals(block),
        "crm/advocacy_events": _advocacy_events(block),
        "crm/feedback_items": _feedback_items(block),
        "crm/utterances": _utterances(block),
        "crm/text_scores": pa.concat_tables([_text_scores(block), _emotion_scores(block)]),
    }
