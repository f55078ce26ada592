"""Telecom provider: an export without an id, day-first dates and text with line breaks, by catalogue rows alone."""

import pytest


@pytest.fixture(scope="module")
def telecom(organisation, real_data):
    return organisation(
        "nps_verbatims", {"survey/exports/telecom_nps/verbatim.csv": real_data / "nps_verbatims/verbatim.csv"}
    )


def test_no_score_leaves_the_denominator(telecom):
    # the export covers seven months, so the rolling year that ends in the last month holds it all
    ((n, value),) = telecom.query("""
        select n, value from marts.metric_values
        where metric_code = 'nps_transaction' and scope_kind = 'organisation'
          and period_grain = 'rolling_12_months' and period_end = date '2018-06-30'
    """)
    assert n == 2353
    assert value == pytest.approx(-24.69, abs=0.005)


def test_figures_by_step_of_the_journey(telecom):
    cells = """metric_code = 'nps_transaction' and scope_kind = 'journey'
        and period_grain = 'rolling_12_months' and period_start = date '2017-07-01'"""
    steps = {
        key: (n, value)
        for key, n, value in telecom.query(
            f"select scope_key, n, 100 * y_sum / n from intermediate.int_metrics__period_parts where {cells}"
        )
    }
    shown = dict(telecom.query(f"select scope_key, value from marts.metric_values where {cells}"))
    published = {
        "Order": -9.98,
        "First Payment": -29.29,
        "Equipment Received": -56.71,
        "Service in Use": -76.67,
    }
    for step, value in published.items():
        assert steps[step][1] == pytest.approx(value, abs=0.005), step
        assert shown.get(step, value) == pytest.approx(value, abs=0.005), step
    assert steps["Service in Use"][0] == 30
    # months of a few answers, and answers of no step, hide steps that could be calculated otherwise
    assert "Order" in shown and "other:all" in shown


def test_every_response_is_accepted(telecom):
    assert telecom.value("select count(*) from staging.stg_survey__responses") == 2385
    assert telecom.value("select count(*) from marts.rejected_rows where status = 'rejected'") == 0
