"""Dirty rows of every kind that the input contract names, in the numbers of `parameters.DIRT`.

All are extra rows, so the clean figures stay what they are: staging keeps the last delivered row of a key,
therefore a conflicting duplicate comes before the clean rows and everything else after them; a dirty answer
sits in a response of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from .deliver_survey import DRIVER_HEADERS
from .parameters import DIRT
from .surveys import ELEMENT_NAMES

FUTURE_DAY, FUTURE_DAY_DUTCH = "2099-01-01", "01-01-2099"
FUTURE_MOMENT = datetime(2099, 1, 1, 9, 30, tzinfo=UTC)
NO_SUCH_DAY, NO_SUCH_DAY_DUTCH = "2025-02-31", "31-02-2025"
NO_CUSTOMER, NO_CONTACT, NO_EMPLOYEE, NO_TEAM, NO_RESPONSE = (
    "K99999999",
    "C9999999999",
    "M9999999",
    "T99999",
    "E9999999999",
)
UNKNOWN_ANSWER = "weet niet"

Record = dict[str, object]
Change = dict[str, object]


@dataclass
class Dirt:
    """Extra records of one table: `before` and `after` the clean ones; `broken_lines` lines with too few
    fields.
    """

    before: list[Record] = field(default_factory=list)
    after: list[Record] = field(default_factory=list)
    broken_lines: int = 0


@dataclass(frozen=True)
class Rule:
    """What goes wrong in one table: changes per kind; cycled through when a kind occurs more often than it
    has changes.
    """

    key: str
    prefix: str
    changes: dict[str, list[Change]]
    blank: tuple[str, ...] = ()
    """Columns that are emptied in every extra record, so that it says nothing beside its fault."""


_NO_ANSWERS = (
    "NPS ",
    "CES ",
    "Opgelost",
    *(f"{name} " for name in DRIVER_HEADERS),
    "Klik",
    "CSAT",
    "Toelichting",
)

RULES: dict[str, Rule] = {
    "crm/customers": Rule("customer_id", "K9", {
        "duplicate_conflicting": [{"segment": "families", "region": "Oost"}],
        "missing_key": [{"customer_id": None}],
        "unparseable_date": [{"acquired_on": NO_SUCH_DAY}, {"acquired_on": "onbekend"}],
        "future_date": [{"acquired_on": FUTURE_DAY}],
        "unknown_enum": [{"language": "klingon"}],
    }, ("referred_by_customer_id", "valid_from")),
    "crm/contracts": Rule("contract_id", "P9", {
        "duplicate_conflicting": [{"monthly_fee_eur": 999.0}],
        "missing_key": [{"contract_id": None}],
        "unparseable_date": [{"started_on": NO_SUCH_DAY}],
        "future_date": [{"started_on": FUTURE_DAY}],
        "orphan_customer": [{"customer_id": NO_CUSTOMER}],
        "negative_amount": [{"monthly_fee_eur": -25.0}, {"monthly_cost_eur": -10.0}],
    }),
    "crm/transactions": Rule("transaction_id", "TR9", {
        "missing_key": [{"transaction_id": None}],
        "future_date": [{"occurred_at": FUTURE_MOMENT}],
        "orphan_customer": [{"customer_id": NO_CUSTOMER}],
    }),
    "crm/contacts": Rule("contact_id", "C9", {
        "duplicate_conflicting": [{"channel": "letter", "handled_seconds": 86_400}],
        "missing_key": [{"contact_id": None}],
        "future_date": [{"started_at": FUTURE_MOMENT}],
        "negative_seconds": [{"waited_seconds": -30}, {"handled_seconds": -1}],
        "orphan_customer": [{"customer_id": NO_CUSTOMER}],
        "unknown_enum": [{"direction": "sideways"}],
    }, ("previous_contact_id",)),
    "crm/referrals": Rule("referral_id", "RF9", {
        "missing_key": [{"referral_id": None}],
        "unparseable_date": [{"referred_at": "vorige week"}],
        "future_date": [{"referred_at": "2099-01-01T09:30:00Z"}],
        "orphan_customer": [{"referrer_customer_id": NO_CUSTOMER}],
    }, ("referred_customer_id",)),
    "crm/advocacy_events": Rule("advocacy_event_id", "AE9", {
        "future_date": [{"occurred_at": "2099-01-01T09:30:00Z"}],
        "orphan_customer": [{"customer_id": NO_CUSTOMER}],
        "out_of_range": [{"influence_share": 1.5}],
    }, ("influenced_customer_id",)),
    "crm/feedback_items": Rule("feedback_item_id", "F9", {
        "missing_key": [{"feedback_item_id": None}],
        "unparseable_date": [{"received_at": "2025-13-01 10:00:00"}],
        "future_date": [{"received_at": "2099-01-01 09:30:00"}],
        "orphan_customer": [{"customer_id": NO_CUSTOMER}],
        "unknown_enum": [{"kind": "gripe"}],
    }, ("contact_id", "text")),
    "crm/utterances": Rule("", "", {
        "orphan_contact": [{"contact_id": NO_CONTACT}],
        "out_of_range": [{"position": 0}, {"position": 91, "acoustic_score": 7.5}],
        "unknown_enum": [{"position": 92, "speaker": "parrot"}],
    }),
    "crm/text_scores": Rule("reference_id", "contact_survey:R9", {
        "missing_key": [{"reference_id": None}],
        "unparseable_date": [{"scored_at": "gisteren"}],
        "out_of_range": [{"confidence": 1.2}],
        "unknown_enum": [{"kind": "horoscope"}],
    }),
    "hr/employees": Rule("employee_id", "M9", {
        "duplicate_conflicting": [{"role": "director"}],
        "missing_key": [{"employee_id": None}],
        "unparseable_date": [{"hired_on": NO_SUCH_DAY_DUTCH}],
        "future_date": [{"hired_on": FUTURE_DAY_DUTCH}],
        "out_of_range": [{"fte": "36,0"}],
    }),
    "hr/teams": Rule("team_id", "T9", {"missing_key": [{"team_id": None}]}),
    "hr/team_memberships": Rule("", "", {
        "unparseable_date": [{"valid_from": NO_SUCH_DAY_DUTCH}],
        "orphan_employee": [{"employee_id": NO_EMPLOYEE}],
        "orphan_team": [{"team_id": NO_TEAM, "valid_from": "01-06-2026"}],
    }),
    "hr/absences": Rule("absence_id", "V9", {
        "unparseable_date": [{"started_on": NO_SUCH_DAY_DUTCH}],
        "future_date": [{"started_on": FUTURE_DAY_DUTCH, "ended_on": None}],
        "orphan_employee": [{"employee_id": NO_EMPLOYEE}],
    }),
    "hr/labour_costs": Rule("", "", {
        "future_date": [{"month": FUTURE_DAY_DUTCH}],
        "negative_amount": [{"month": "01-01-2024", "cost_eur": "-120,00"}],
        "orphan_employee": [{"employee_id": NO_EMPLOYEE}],
    }),
    "survey/exports/contact_survey": Rule("ResponseNr", "R9", {
        "duplicate_conflicting": [{"NPS ": "0", "CSAT": "1"}],
        "missing_key": [{"ResponseNr": None, "NPS ": "10"}],
        "unparseable_date": [{"Ingevuld op": "31-02-2025 25:61", "NPS ": "0"}],
        "future_date": [{"Ingevuld op": "01-01-2099 09:30", "NPS ": "10"}],
        "orphan_contact": [{"ContactNr": NO_CONTACT, "NPS ": "0"}],
        "out_of_scale": [{"NPS ": "12"}, {"CES ": "8"}, {"CSAT": "6"}, {"Klik": "2"}],
        "unknown_code": [
            {"NPS ": UNKNOWN_ANSWER}, {"Opgelost": "misschien"}, {"Gemak ": "n.v.t."}, {"CES ": "?"},
        ],
    }, _NO_ANSWERS),
    "survey/exports/relation_survey": Rule("respondent_no", "W9-", {
        "missing_key": [{"respondent_no": None, "recommend": "10"}],
        "out_of_scale": [{"recommend": "11"}, {"expectation": "7"}, {"informs": "11"}],
        "unknown_code": [
            {"recommend": UNKNOWN_ANSWER}, {"expectation": "as ever"}, {"reduces_cost": UNKNOWN_ANSWER},
        ],
    }, ("recommend", "mark", "expectation", "ease", "explanation", *ELEMENT_NAMES)),
    "survey/exports/emotion_survey": Rule("response", "B9", {
        "missing_key": [{"response": None, "relation": "1"}],
        "out_of_scale": [{"relation": "2"}, {"looking_back": "4"}],
        "unknown_code": [{"image": "smiley_9"}, {"relation": UNKNOWN_ANSWER}],
    }, ("image", "image_why", "mark", "relation", "looking_back")),
    "survey/exports/employee_pulse": Rule("response", "P9-", {
        "out_of_scale": [{"question": "enps", "value": 11}, {"question": "energy", "value": 7}],
        "unknown_code": [{"question": "esat", "value": UNKNOWN_ANSWER}, {"question": "eces", "value": "-"}],
        "unknown_item": [{"question": "shoe_size", "value": 4}],
    }),
    "survey/responses": Rule("response_id", "E9", {
        "missing_key": [{"response_id": None}],
        "future_date": [{"submitted_at": FUTURE_MOMENT}],
        "orphan_contact": [{"contact_id": NO_CONTACT}],
        "unknown_enum": [{"respondent_kind": "robot"}],
        "carrier": [{}],
    }),
    "survey/answers": Rule("", "", {
        "orphan_response": [{"response_id": NO_RESPONSE}],
        "out_of_scale": [{"item_code": "eces_estimate", "raw_value": "9"},
                         {"item_code": "emo_click_employee", "raw_value": "5"}],
        "unknown_code": [{"item_code": "eces_estimate", "raw_value": UNKNOWN_ANSWER}],
        "unknown_item": [{"item_code": "favourite_colour", "raw_value": "3"}],
    }),
    "survey/invitations": Rule("invitation_id", "I9", {
        "missing_key": [{"invitation_id": None}],
        "unparseable_date": [{"sent_at": NO_SUCH_DAY}],
        "future_date": [{"sent_at": "2099-01-01 09:30:00"}],
        "unknown_enum": [{"respondent_kind": "robot"}],
    }, ("response_id", "contact_id")),
    "survey/feedback_actions": Rule("reference_id", "contact_survey:R9", {
        "missing_key": [{"reference_id": None}],
        "unparseable_date": [{"acted_at": NO_SUCH_DAY}],
        "future_date": [{"acted_at": "2099-01-01 09:30:00"}],
        "unknown_enum": [{"action": "admired"}],
    }),
}  # fmt: skip
NOT_ROWS = ("unknown_column", "too_few_fields")


def carrier_key(block: int, number: int) -> str:
    """Key of the extra response that carries dirty answer `number` of survey/answers."""
    return f"E9{block:05d}9{number:02d}"


def soil(name: str, table: pa.Table, block: int) -> Dirt:
    """The dirty records of table `name`, made from its clean rows; `block` makes their keys unique."""
    rule, dirt = RULES[name], Dirt(broken_lines=DIRT[name].get("too_few_fields", 0))
    kinds = [
        (kind, number)
        for kind, count in DIRT[name].items()
        if kind not in NOT_ROWS
        for number in range(count)
    ]
    carried = 0
    rows = [7 * sequence % table.num_rows for sequence in range(1, len(kinds) + 1)]
    records = table.take(rows).to_pylist()
    for sequence, ((kind, number), record) in enumerate(zip(kinds, records, strict=True), start=1):
        if kind == "duplicate_identical":
            dirt.after.append(record)
            continue
        change = rule.changes[kind][number % len(rule.changes[kind])]
        if kind == "duplicate_conflicting":
            dirt.before.append(_answered(table, 7 * sequence, change) | change)
            continue
        record |= dict.fromkeys(rule.blank)
        if rule.key:
            record[rule.key] = f"{rule.prefix}{block:05d}{sequence:03d}"
        if kind == "carrier":
            record["response_id"] = carrier_key(block, number)
        elif name == "survey/answers" and kind != "orphan_response":
            record["response_id"] = carrier_key(block, carried)
            carried += 1
        dirt.after.append(record | change)
    return dirt


def _clean(table: pa.Table, row: int) -> Record:
    return table.slice(row % table.num_rows, 1).to_pylist()[0]


def _answered(table: pa.Table, row: int, change: Change) -> Record:
    """The first clean record from `row` on that has another value in all columns of `change`.

    What the clean row leaves empty would otherwise survive of the conflicting row before it.
    """
    record = _clean(table, row)
    while any(record[column] in (None, "99", "0", value) for column, value in change.items()):
        row += 1
        record = _clean(table, row)
    return record
