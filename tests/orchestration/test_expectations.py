"""The suites on delivered files and public marts: what passes, what warns, what stops."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest

from orchestration.auditing import LandingAudit, judge_marts, judge_raw_tables, landing_check
from orchestration.expectations import REFUSED_FROM_ROWS
from orchestration.landing import load_landing
from orchestration.project import ROOT, read_contract
from orchestration.warehouse import open_build
from service_control.errors import BuildError
from tests.orchestration.conftest import Site, item, role


def employees(*rows: str) -> str:
    return "employee_id,hired_on,fte\n" + "".join(f"{row}\n" for row in rows)


def good(count: int, start: int = 0) -> list[str]:
    return [f"E{i},2024-01-01,1" for i in range(start, start + count)]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([f"E{i},01/02/2024,1" for i in range(40)], "hired_on is a date: not so in 40 of 40 rows (100%)"),
        ([f"E{i},2024-01-01,'0,8'" for i in range(40)], "fte is a double"),
        ([f",2024-01-01,{i % 2}" for i in range(40)], "employee_id is filled"),
        ([f"E{i % 3},2024-01-01,1" for i in range(40)], "employee_id mostly differ from row to row"),
    ],
)
def test_a_file_that_is_mostly_wrong_is_refused_with_figures(site: Site, rows: list[str], words: str) -> None:
    site.put("hr/employees.csv", employees(*[row.replace("'", '"') for row in rows]))
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    load_landing(site.where, audit=LandingAudit(site.where))
    code, reason = site.reason("hr/employees.csv")
    assert code == "landing_expectations" and words in reason
    assert site.ask("select (select count(*) from raw.employees), (select count(*) from raw.teams)") == [
        (0, 1)
    ]


def test_a_file_with_some_wrong_rows_is_accepted_with_a_warning(site: Site) -> None:
    wrong = [f"X{i},yesterday,1" for i in range(10)]
    site.put("hr/employees/many.csv", employees(*good(90), *wrong))
    site.put("hr/employees/handful.csv", employees("Y1,yesterday,1", "Y2,today,1"))
    site.put("hr/employees/good.csv", employees(*good(30, 1000)))
    load_landing(site.where, audit=LandingAudit(site.where))
    assert site.ask("select count(*) from raw.employees") == [(132,)], (
        "staging rejects the rows, not the loader"
    )
    assert site.ask(
        "select file, check_name, failing_count from raw.landing_checks where status <> 'pass' order by all"
    ) == [
        ("hr/employees/handful.csv", "hired_on is a date", 2),
        ("hr/employees/many.csv", "hired_on is a date", 10),
    ]


def test_an_export_is_judged_as_responses(site: Site) -> None:
    site.catalogue(role("s", "id", "response_id"), role("s", "at", "submitted_at"), item("s", "v"))
    site.put("survey/exports/s.csv", "id,at,v\n" + "".join(f"{i},1/1/2025,{i % 11}\n" for i in range(30)))
    load_landing(site.where, audit=LandingAudit(site.where))
    assert "submitted_at is a timestamp: not so in 30 of 30" in site.reason("survey/exports/s.csv")[1]


def test_a_file_that_is_good_at_a_glance_needs_no_great_expectations(site: Site) -> None:
    site.put("hr/employees.csv", employees(*good(100)))
    audit = LandingAudit(site.where)
    load_landing(site.where, audit=audit)
    assert audit.auditor is None and site.ask("select count(*) from raw.landing_checks") == [(0,)]


@pytest.mark.parametrize(
    "rows",
    [
        [*good(90), *[f"X{i},yesterday,1" for i in range(10)]],
        [*good(90), *[f"X{i},2024-01-01,few" for i in range(10)]],
        [*good(90), *[",2024-01-01,1"] * 10],
        ["E1,2024-01-01,1"] * 100,
    ],
)
def test_the_glance_sees_whatever_the_suite_would(site: Site, rows: list[str]) -> None:
    site.put("hr/employees.csv", employees(*rows))
    audit = LandingAudit(site.where)
    load_landing(site.where, audit=audit)
    assert audit.auditor is not None


def test_raw_tables_are_judged_when_their_files_changed(site: Site) -> None:
    contract = read_contract()
    site.put("hr/employees.csv", employees(*good(90), *[f"X{i},2024-01-01,few" for i in range(10)]))
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    load_landing(site.where)
    judge_raw_tables(site.where, contract)
    found = "select target_table, check_name, status from raw.landing_checks where file is null order by all"
    first = site.ask(found)
    assert ("employees", "fte is a double", "warn") in first and ("teams", "there are rows", "pass") in first
    assert {table for table, *_ in first} == {"employees", "teams"}

    judged_at = site.ask("select max(checked_at) from raw.landing_checks where target_table = 'teams'")
    site.put("hr/employees.csv", employees(*good(90)))
    load_landing(site.where)
    judge_raw_tables(site.where, contract)
    assert ("employees", "fte is a double", "pass") in site.ask(found)
    assert (
        site.ask("select max(checked_at) from raw.landing_checks where target_table = 'teams'") == judged_at
    )

    (site.where.landing / "hr/employees.csv").unlink()
    load_landing(site.where)
    judge_raw_tables(site.where, contract)
    assert {table for table, *_ in site.ask(found)} == {"teams"}


def test_shares_decide_between_pass_warn_and_fail() -> None:
    def status(wrong: int, rows: int) -> str:
        return landing_check("x", rows, wrong == 0, {"unexpected_count": wrong}).status

    assert [status(0, 100), status(5, 100), status(6, 100), status(50, 100), status(51, 100)] == [
        "pass", "pass", "warn", "warn", "fail"
    ]  # fmt: skip
    assert status(REFUSED_FROM_ROWS - 1, REFUSED_FROM_ROWS - 1) == "warn"
    assert [landing_check("x", 100, holds, {"observed_value": 1}).status for holds in (True, False)] == [
        "pass", "fail"
    ]  # fmt: skip


METRIC_VALUES = """
create or replace table marts.metric_values as
select 'csat' as metric_code, 'month' as period_grain, date '2025-01-01' as period_start,
    'organisation' as scope_kind, 'all' as scope_key,
    100 as n, 100e0 as n_effective, 80e0 as value, 80e0 as value_unweighted, 75e0 as ci_low,
   
    85e0 as ci_high, 2.5e0 as standard_error, 79e0 as comparison_value, 1e0 as change, 0.5e0 as p_value,
    'no_demonstrable_change' as verdict, 'normal' as display
"""
NO_FIGURES = """
update marts.service_control set n = null, n_effective = null, value = null, value_unweighted = null, ci_low = null,
    ci_high = null, standard_error = null, comparison_value = null, change = null, p_value = null, display = 'no_data'
"""


@pytest.fixture
def marts(site: Site) -> Site:
    """Small public marts that hold to every expectation."""
    site.put("hr/teams.csv", "team_id,team_name\nT1,Noord\n")
    load_landing(site.where)
    judge_raw_tables(site.where, read_contract())
    with open_build(site.where) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_metrics as select 'csat' as metric_code, true as is_headline, "
            "0e0 as scale_minimum, 100e0 as scale_maximum"
        )
        connection.execute(
            "create table marts.source_freshness as "
            "select 'contacts' as contract_table, 3 as row_count_accepted"
        )
        connection.execute("create table marts.fct_contacts as select 'C1' as contact_id")
        connection.execute("create table marts.dim_customers (customer_id varchar)")
        connection.execute(METRIC_VALUES)
        connection.execute("create table marts.service_control as from marts.metric_values")
        connection.execute(NO_FIGURES)
    return site


def change(site: Site, sql: str) -> None:
    with duckdb.connect(str(site.where.build_database)) as connection:
        connection.execute(sql)


def failed(site: Site) -> set[str]:
    return {check.check_name for check in judge_marts(site.where) if check.status == "fail"}


def test_good_marts_pass_and_data_docs_are_written(marts: Site) -> None:
    checks = judge_marts(marts.where)
    assert {check.status for check in checks} == {"pass"} and {check.kind for check in checks} == {"gx_mart"}
    pages = {
        page.relative_to(marts.where.data_docs).parts[:2] for page in marts.where.data_docs.rglob("*.html")
    }
    assert {("index.html",), ("validations", "landing"), ("validations", "marts")} <= pages
    # An empty table is fine as long as nothing was delivered for it.
    assert "dim_customers has rows" not in {check.check_name for check in checks}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update marts.metric_values set value = 101, ci_high = 102 where display = 'normal'",
         "metric_values: the value lies within its scale"),
        ("update marts.metric_values set ci_low = 90 where display = 'normal'",
         "metric_values: the value lies within its interval"),
        ("update marts.service_control set n = 3 where display = 'no_data'",
         "service_control: a cell without data carries no figure"),
        ("update marts.metric_values set metric_code = 'cst'",
         "metric_values: every metric is in dim_metrics"),
        ("update marts.metric_values set display = 'shown'", "metric_values: display is known"),
        ("update marts.metric_values set verdict = 'improved'", "metric_values: verdict is known"),
        ("insert into marts.dim_metrics values ('nps', true, -100, 100)",
         "every headline metric is on the page"),
        ("delete from marts.fct_contacts", "fct_contacts has rows"),
        ("drop table marts.source_freshness", "the table exists"),
    ],
)  # fmt: skip
def test_a_wrong_mart_fails_its_expectation_and_no_other(marts: Site, sql: str, expected: str) -> None:
    change(marts, sql)
    assert failed(marts) == {expected}


def test_an_expectation_that_cannot_be_evaluated_is_no_success(marts: Site) -> None:
    change(marts, "alter table marts.metric_values drop column ci_low")
    with pytest.raises(BuildError, match="lies within its interval could not be evaluated"):
        judge_marts(marts.where)


def test_nothing_is_sent_home(marts: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    judge_marts(marts.where)


def test_great_expectations_is_imported_only_when_asked_for() -> None:
    steps = """
import sys
from orchestration.auditing import import_ahead
assert "great_expectations" not in sys.modules
import_ahead().join()
assert "great_expectations" in sys.modules
"""
    subprocess.run([sys.executable, "-c", steps], cwd=ROOT, check=True)
