"""What would go along with a point more, from rows as they are published."""

from __future__ import annotations

import pytest

from service_control.errors import InputError
from service_control.statistics.results import Refusal
from service_control.statistics.value_chain import WhatIf
from service_control.what_if import what_if_of_rows

LINK = {
    "driver_metric_code": "driver_ease", "outcome_metric_code": "csat_mean", "lag_periods": 0,
    "slope": 0.5, "slope_ci_low": 0.3, "slope_ci_high": 0.7, "standard_error": 0.09, "degrees_of_freedom": 9.0,
    "p_value": 0.002, "is_demonstrable": True, "holdout_r_squared": 0.2, "unit_count": 10, "period_count": 7,
    "driver_lowest": 3.2, "driver_highest": 4.2, "driver_level": 3.7, "driver_reliability": None,
    "refusal_reason": None, "refusal_needed": None, "refusal_found": None,
}  # fmt: skip
EURO = {
    "metric_code": "csat_mean", "euro_per_point": 300_000.0, "euro_per_point_ci_low": 200_000.0,
    "euro_per_point_ci_high": 400_000.0, "standard_error_eur": 50_000.0, "degrees_of_freedom": 200.0,
    "q_value": 0.001, "is_demonstrable": True, "metric_level": 4.0, "metric_lowest": 3.6, "metric_highest": 4.3,
    "refusal_reason": None, "refusal_needed": None, "refusal_found": None,
}  # fmt: skip


def asked(change: float, links: list[dict], euro: dict = EURO) -> WhatIf | Refusal:
    return what_if_of_rows(change, links, euro, significance_level=0.05)


def test_a_point_on_a_driver_becomes_euros() -> None:
    found = asked(0.3, [LINK])
    assert found.steps[0].value == pytest.approx(0.15)
    assert found.euros.value == pytest.approx(0.15 * 300_000)
    assert found.euros.standard_error == pytest.approx(45_000 * ((0.09 / 0.5) ** 2 + (50 / 300) ** 2) ** 0.5)
    assert found.euros.low < found.euros.value < found.euros.high


def test_a_point_on_the_measure_itself_needs_no_link() -> None:
    assert asked(-0.2, []).euros.value == pytest.approx(-60_000)


@pytest.mark.parametrize(
    ("change", "links", "euro", "reason", "about"),
    [
        (0.6, [LINK], EURO, "outside_observed_range", "driver_ease"),
        (-0.6, [LINK], EURO, "outside_observed_range", "driver_ease"),
        (0.4, [], EURO, "outside_observed_range", "csat_mean"),
        (0.4, [LINK], EURO | {"metric_highest": 4.1}, "outside_observed_range", "csat_mean"),
        (0.1, [LINK | {"driver_lowest": None}], EURO, "outside_observed_range", "driver_ease"),
        (0.1, [LINK | {"is_demonstrable": False}], EURO, "link_not_demonstrable", "driver_ease"),
        (0.1, [LINK], EURO | {"is_demonstrable": False}, "link_not_demonstrable", "csat_mean"),
        (0.1, [LINK | {"refusal_reason": "too_few_units"}], EURO, "too_few_units", "driver_ease"),
        (0.1, [], EURO | {"refusal_reason": "too_few_events"}, "too_few_events", "csat_mean"),
    ],
)
def test_no_answer_has_its_reason(
    change: float, links: list[dict], euro: dict, reason: str, about: str
) -> None:
    found = asked(change, links, euro)
    assert isinstance(found, Refusal)
    assert (found.reason, found.about) == (reason, about)


def test_links_that_do_not_follow_on_each_other_are_an_error() -> None:
    with pytest.raises(InputError, match="csat_mean is not followed by nps_relation"):
        asked(0.1, [LINK], EURO | {"metric_code": "nps_relation"})
