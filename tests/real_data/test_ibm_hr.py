"""Employees: attrition through adapters, satisfaction through catalogue rows, both from the same file."""

import pytest


@pytest.fixture(scope="module")
def hr(organisation, real_data):
    table = real_data / "ibm_hr/emp_attrition.csv"
    return organisation("ibm_hr", {"ibm/emp_attrition.csv": table, "survey/exports/ibm_hr.csv": table})


MONTH = "period_grain = 'month' and period_start = date '2015-12-01' and scope_kind = 'organisation'"


def test_attrition(hr):
    ((n, value),) = hr.query(
        f"select n, value from marts.metric_values where metric_code = 'employee_attrition' and {MONTH}"
    )
    assert n == 1470
    assert value == pytest.approx(16.12, abs=0.005)
    assert value == pytest.approx(100 * 237 / 1470, abs=1e-9)


def test_satisfaction_on_its_own_scale(hr):
    values = dict(hr.query(
        f"select metric_code, value from marts.metric_values where metric_code in ('esat', 'esat_mean') and {MONTH}"
    ))  # fmt: skip
    assert values["esat_mean"] == pytest.approx(2.7286, abs=0.00005)
    assert values["esat"] == pytest.approx(61.29, abs=0.005)


def test_attrition_by_satisfaction(hr):
    # from the restricted layer: no public mart links an employee to an answer
    rows = dict(
        hr.query("""
        select answers.answer_value, 100.0 * count(employees.left_on) / count(*)
        from staging.stg_survey__answers as answers
        inner join staging.stg_survey__responses as responses using (response_id)
        inner join staging.stg_hr__employees as employees on responses.respondent_id = employees.employee_id
        group by 1
    """)
    )
    assert rows == pytest.approx({1: 22.84, 2: 16.43, 3: 16.52, 4: 11.33}, abs=0.005)


def test_no_public_mart_holds_an_answer_of_an_employee(hr):
    assert hr.value("select count(*) from restricted.fct_survey_answers") > 0
    assert hr.value("select count(*) from marts.fct_survey_answers") == 0


def test_a_complete_count_has_no_sampling_error(hr):
    ((n, population, low, value, high),) = hr.query(
        "select n, population_n, ci_low, value, ci_high from marts.metric_values "
        f"where metric_code = 'esat_mean' and {MONTH}"
    )
    assert n == population == 1470
    assert low == pytest.approx(value) == high
