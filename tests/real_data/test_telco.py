"""Telecom customers: contracts, money, churn and referrals through one SELECT per contract table."""

import pytest


@pytest.fixture(scope="module")
def telco(organisation, real_data):
    folder = real_data / "telco_ibm"
    return organisation("telco", {
        "telco/services.csv": folder / "telco_services.csv",
        "telco/status.csv": folder / "telco_status.csv",
        "survey/exports/telco_status.csv": folder / "telco_status.csv",
    })  # fmt: skip


MONTH = "period_grain = 'month' and period_start = date '2018-09-01' and scope_kind = 'organisation'"


def test_churn(telco):
    ((n, value),) = telco.query(
        f"select n, value from marts.metric_values where metric_code = 'churn' and {MONTH}"
    )
    assert n == 7043
    assert value == pytest.approx(26.54, abs=0.005)
    assert value == pytest.approx(100 * 1869 / 7043, abs=1e-9)


def test_revenue_to_the_cent(telco):
    ((revenue, lost, fees, lost_fees, customers, left),) = telco.query("""
        select sum(revenue_eur), sum(revenue_of_lost_customers_eur), sum(recurring_revenue_eur),
               sum(recurring_revenue_of_lost_customers_eur), sum(active_customer_count), sum(lost_customer_count)
        from marts.customer_profitability where month_start = date '2018-09-01'
    """)
    assert revenue == pytest.approx(21_371_131.69, abs=0.005)
    assert lost == pytest.approx(3_684_459.82, abs=0.005)
    assert fees == pytest.approx(456_116.60, abs=0.005)
    assert lost_fees == pytest.approx(139_130.85, abs=0.005)
    assert (customers, left) == (7043, 1869)


def test_revenue_churn_and_retention(telco):
    values = dict(telco.query(f"""
        select metric_code, value from marts.metric_values
        where metric_code in ('revenue_churn', 'net_revenue_retention') and {MONTH}
    """))  # fmt: skip
    # monthly charges 456,116.60, of customers who left 139,130.85; nobody's charge changed
    assert values["revenue_churn"] == pytest.approx(100 * 139_130.85 / 456_116.60, abs=1e-6)
    assert values["net_revenue_retention"] == pytest.approx(100 - values["revenue_churn"], abs=1e-9)


def test_what_was_not_delivered_has_no_figure(telco):
    """No invitations, texts, feedback or advocacy came in: no zero, and no loyalty on less than a year."""
    absent = (
        "responsiveness",
        "sentiment",
        "sentiment_voice",
        "feedback_per_100",
        "reviews_per_100_promoters",
        "loyalty",
    )
    assert telco.value(f"select count(*) from marts.metric_values where metric_code in {absent}") == 0


def test_referrals(telco):
    assert telco.value("select count(*) from marts.fct_referrals") == 13747


def test_satisfaction(telco):
    values = dict(telco.query(
        f"select metric_code, value from marts.metric_values where metric_code in ('csat', 'csat_mean') and {MONTH}"
    ))  # fmt: skip
    assert values["csat_mean"] == pytest.approx(3.2449, abs=0.00005)
    assert values["csat"] == pytest.approx(41.72, abs=0.005)


def test_stayed_and_joined(telco):
    rows = dict(telco.query('select "Customer Status", count(*) from raw.telco__status group by 1'))
    assert rows == {"Stayed": 4720, "Joined": 454, "Churned": 1869}
    assert telco.value("select count(*) from marts.dim_customers where is_active") == 4720 + 454
