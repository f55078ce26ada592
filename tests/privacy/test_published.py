"""What a client finds in the published snapshot: no rows from which employees or small groups can be made up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

import duckdb
import pytest

from service_control.text.checksums import is_bsn, is_iban
from tests.projects import Project

ENOUGH = 5


@pytest.fixture(scope="module")
def serving(demo: Project) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(
        os.path.realpath(demo.root / "warehouse/serving.duckdb"), read_only=True
    ) as connection:
        yield connection


def test_no_table_has_a_key_or_dates_of_employees(serving: duckdb.DuckDBPyConnection) -> None:
    columns = serving.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    found = {
        (table, column)
        for table, column in columns
        if column.startswith("employee")
        or column in ("hired_on", "left_on", "raw_value", "raw_record", "answer_text")
    }
    assert not found
    tables = {table for table, _ in columns}
    assert {"fct_contacts", "fct_survey_answers", "metric_values"} <= tables
    assert not tables & {"dim_employees", "fct_employee_months", "employee_engagement"}


def test_employees_about_themselves_are_not_among_the_answers(
    demo: Project, serving: duckdb.DuckDBPyConnection
) -> None:
    about_self = "respondent_kind = 'employee' and contact_id is null"
    assert demo.value(f"select count(*) from restricted.fct_survey_answers where {about_self}") > 0
    published = serving.execute(
        f"select count(*) filter (where {about_self}), count(*) filter (where respondent_kind = 'employee'), "
        "count(*) filter (where respondent_kind = 'employee' and respondent_id is not null) "
        "from marts.fct_survey_answers"
    ).fetchall()
    ((about_self_count, employee_count, named_count),) = published
    assert (about_self_count, named_count) == (0, 0) and employee_count > 0


@pytest.mark.parametrize(
    "table", ["fct_contacts", "fct_survey_answers", "fct_verbatims", "fct_invitations", "fct_advocacy"]
)
def test_rows_carry_no_team_of_a_few(demo: Project, serving: duckdb.DuckDBPyConnection, table: str) -> None:
    """Of what belongs to a contact the month of the contact counts: its row is in fct_contacts as well."""
    few = demo.query(
        f"select distinct scope_key, month_start from intermediate.int_metrics__members "
        f"where scope_kind = 'team' and member_count < {ENOUGH}"
    )
    assert few
    named = serving.execute(
        f"select distinct rows.team_id, date_trunc('month', contacts.started_on)::date from marts.{table} as rows "
        "inner join marts.fct_contacts as contacts using (contact_id) where rows.team_id is not null"
    ).fetchall()
    assert (named or table == "fct_advocacy") and not set(named) & set(few)
    assert serving.execute(
        f"select count(*) from marts.{table} as rows inner join marts.fct_contacts as contacts using (contact_id) "
        "where contacts.team_id is null and rows.team_id is not null"
    ).fetchone() == (0,)


def test_refused_values_of_employees_stay_behind(serving: duckdb.DuckDBPyConnection) -> None:
    tables = "('employees', 'labour_costs', 'absences', 'team_memberships')"
    rows = serving.execute(
        "select row_key, reason, reason_code from marts.rejected_rows "
        f"where contract_table in {tables} and column_name is not null"
    ).fetchall()
    assert rows
    assert all(key is None and reason.endswith(f"was refused: {code}") for key, reason, code in rows)


DIGITS = re.compile(r"(?<![\w+])[+(]?\d[\d ()./-]{7,18}\d(?!\w)")
WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?")
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{11,40}")
LONGEST_NAME = 6


class KnownData:
    """Names, e-mail addresses and telephone numbers of all customers and employees, and what is valid by itself."""

    def __init__(self, people: Iterable[tuple[str | None, str | None, str | None]]) -> None:
        names, emails, phones = zip(*people, strict=True)
        self.names = {" ".join(name.lower().split()) for name in names if name and " " in name.strip()}
        self.emails = {email.lower() for email in emails if email}
        self.phones = {re.sub(r"\D", "", phone)[-9:] for phone in phones if phone}

    def found_in(self, text: str) -> set[str]:
        """Kinds of personal data that stand in a text."""
        kinds = set()
        if "@" in text and any(word.strip(".,;:()<>!?\"'") in self.emails for word in text.lower().split()):
            kinds.add("email")
        for number in DIGITS.findall(text):
            digits = re.sub(r"\D", "", number)
            if digits[-9:] in self.phones:
                kinds.add("phone")
            if len(digits) == 9 and is_bsn(digits):
                kinds.add("bsn")
        if any(is_iban(found.replace(" ", "")[:18]) for found in IBAN.findall(text)):
            kinds.add("iban")
        words = WORD.findall(text.lower())
        for start in range(len(words)):
            for end in range(start + 2, min(start + LONGEST_NAME, len(words)) + 1):
                if " ".join(words[start:end]) in self.names:
                    kinds.add("name")
        return kinds


@pytest.fixture(scope="module")
def known(demo: Project) -> KnownData:
    return KnownData(
        demo.query(
            "select full_name, email, phone from staging.stg_crm__customers "
            "union select full_name, email, null from staging.stg_hr__employees"
        )
    )


def test_no_personal_data_survives_in_a_published_mart(
    demo: Project, serving: duckdb.DuckDBPyConnection, known: KnownData
) -> None:
    """Every distinct text of every column of every table; the same search finds hundreds in the words as they came."""
    raw = demo.query("select distinct raw_text from intermediate.int_text__delivered")
    there = [kind for (text,) in raw for kind in known.found_in(text)]
    assert {kind: there.count(kind) > 50 for kind in ("name", "email", "phone")} == {
        "name": True,
        "email": True,
        "phone": True,
    }
    columns = serving.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
    ).fetchall()
    assert ("fct_verbatims", "scrubbed_text") in columns and ("fct_text_tags", "terms") in columns
    leaks = [
        (table, column, sorted(kinds), value)
        for table, column in columns
        for (value,) in serving.execute(
            f'select distinct "{column}" from marts."{table}" '
            f"where regexp_matches(\"{column}\", '[ @]|[0-9]{{8}}')"
        ).fetchall()
        if (kinds := known.found_in(value))
    ]
    assert not leaks


def test_the_writer_and_the_helper_are_not_in_the_words(demo: Project) -> None:
    """Not even by first name or surname alone, wherever it stands as a word with a capital."""
    rows = demo.query(
        "select delivered.customer_name, delivered.employee_name, texts.scrubbed_text "
        "from intermediate.int_text__delivered as delivered "
        "inner join intermediate.int_text__texts as texts using (text_kind, reference_id, text_part)"
    )
    assert len(rows) > 10_000
    leaks = [
        (name, text)
        for customer, employee, text in rows
        for name in (customer, employee)
        if name
        and {part for part in name.split() if len(part) > 2 and part[0].isupper()} & set(WORD.findall(text))
    ]
    assert not leaks


def test_words_in_quarantine_are_not_published(demo: Project, serving: duckdb.DuckDBPyConnection) -> None:
    shown, hidden = serving.execute(
        "select count(scrubbed_text) filter (where is_in_quarantine), count(*) filter (where is_in_quarantine) "
        "from marts.fct_verbatims"
    ).fetchone()
    assert shown == 0 and hidden > 10
    assert demo.value("select count(*) from marts.fct_verbatims where scrubbed_text is not null") > 5_000


def test_metrics_judged_as_one_are_of_the_same_answers(demo: Project) -> None:
    """What is decided for a family of metrics is decided on the numbers of one of them."""
    family = """
        with judged as (
            select parts.n, sizes.n as n_of_family
            from intermediate.int_metrics__period_parts as parts
            inner join marts.dim_metrics as metrics using (metric_code)
            inner join intermediate.int_metrics__group_sizes as sizes
                using (period_grain, period_start, scope_kind, scope_key)
            where sizes.family_code in (metric_code, metrics.item_metric_code)
            qualify row_number() over (
                partition by metric_code, period_grain, period_start, scope_kind, scope_key
                order by sizes.family_code <> metric_code
            ) = 1
        )
        select {} from judged
        """
    assert demo.value(family.format("count(*)")) > 100_000
    assert demo.value(family.format("count(*) filter (where n <> n_of_family)")) == 0
