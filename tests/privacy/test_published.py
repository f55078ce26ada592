"""What a client finds in the published snapshot: no rows from which employees or small groups can be made up."""

from __future__ import annotations

import os

import duckdb
import pytest

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
