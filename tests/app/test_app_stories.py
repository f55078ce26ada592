"""The sentences on top of the pages: only what the marts call demonstrated."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sheets.blind_spots
import sheets.common
import sheets.emotions
import sheets.value
import stories
from text import Words

NL, EN = Words("nl"), Words("en")


def plain(sentences) -> str:
    html = sentences if isinstance(sentences, str) else " ".join(sentences)
    return re.sub("<[^>]+>", "", html).replace("\u00a0", " ")


def impact_row(**fields):
    return {
        "importance_rank": 1, "share_pct": 47.8, "outcome_name_nl": "CES", "outcome_name_en": "CES",
        "driver_name_nl": "Gemak", "driver_name_en": "Ease <&>",
    } | fields  # fmt: skip


def test_driver_that_weighs_most_is_named_only_with_an_effect():
    assert plain(stories.impact([impact_row()], [], NL)) == (
        "Voor CES weegt Gemak het zwaarst: 48% van wat de drijvers verklaren."
    )
    assert "Ease &lt;&amp;&gt;" in stories.impact([impact_row()], [], EN)[0]
    assert stories.impact([impact_row(importance_rank=None)], [], NL) == []
    assert stories.impact([impact_row(share_pct=None)], [], NL) == []


def test_falling_short_is_told_where_it_hurts_more_the_worst_first():
    rows = [
        impact_row(pattern=pattern, penalty=penalty, driver_name_nl=name)
        for name, penalty, pattern in (
            ("A", -0.2, "basic"), ("B", -0.9, "basic"), ("C", -0.5, "basic"), ("D", -2.0, "performance"),
        )
    ]  # fmt: skip
    assert (
        plain(stories.impact([], rows, NL)) == "Tekortschieten op B en C schaadt meer dan overtreffen helpt."
    )
    assert stories.impact([], rows[3:], NL) == []


def test_high_mark_tells_its_damage_with_the_interval():
    row = {
        "mark_band": "8_plus", "relation": "weakened", "display": "normal", "share_pct": 22.2, "ci_low": 17.1,
        "ci_high": 28.0,
    }  # fmt: skip
    assert "relation weakened for 22% (95%: 17% to 28%)" in plain(stories.marks([row], EN))
    assert stories.marks([row | {"display": "indicative"}], EN) == []
    assert stories.marks([row | {"mark_band": "8"}], EN) == []


def test_cost_and_euros_are_told_only_when_demonstrated():
    poor = {
        "experience": "one_bad", "margin_lost_eur": 78871.0, "margin_lost_eur_ci_low": 39535.0,
        "margin_lost_eur_ci_high": 121066.0,
    }  # fmt: skip
    euro = {"metric_code": "m", "euro_per_point": 1000.4, "is_demonstrable": True}
    told = plain(stories.value([poor], [euro], {"m": "Gemak"}, NL))
    assert "na één slechte ervaring ging € 78.871 marge verloren (95%: € 39.535 tot € 121.066)" in told
    assert "Gemak: € 1.000 per punt" in told
    uncertain = poor | {"margin_lost_eur_ci_low": -1.0}
    assert stories.value([uncertain], [euro | {"is_demonstrable": False}], {"m": "Gemak"}, NL) == []


def gap(**fields):
    return {"registration": "logged", "gap_ci_low": 2.0, "overstated_pct": 17.4} | fields


def test_blind_spots_fall_back_on_the_gap_and_on_nothing():
    spot = {
        "blindness_rank": 1, "display": "normal", "missed_pct": 74.6, "called_good_pct": 90.0, "n": 1234,
        "sentence_nl": "Van {n} contacten telt {missed_pct}% als goed.",
    }  # fmt: skip
    assert plain(stories.blind_spots([spot], [gap()], NL)) == "Van 1.234 contacten telt 75% als goed."
    unknown = spot | {"called_good_pct": None}
    assert plain(stories.blind_spots([unknown], [], NL)) == "Van 1.234 contacten telt 75% als goed."
    assert "zegt 17% van de klanten" in plain(stories.blind_spots([], [gap()], NL))
    assert "geen verschil aangetoond" in plain(stories.blind_spots([], [gap(gap_ci_low=-1.0)], NL))
    assert stories.blind_spots([], [], NL) == ""


def test_refusal_says_what_was_needed():
    row = {"refusal_reason": "too_few_events", "refusal_needed": 80.0, "refusal_found": 31.0}
    assert sheets.common.refusal(row, NL) == (
        "Niet te zeggen: te weinig vertrokken klanten (31 van de 80 die nodig zijn)."
    )
    nothing = {"refusal_reason": "no_variation", "refusal_needed": None, "refusal_found": None}
    assert sheets.common.refusal(nothing, EN) == "Cannot be told: all answers are the same."


@pytest.mark.parametrize(("demonstrated", "paths"), [(True, [("b",), ("a", "b")]), (False, [("b",)])])
def test_what_if_goes_only_along_demonstrated_links(demonstrated, paths):
    links = [
        {"driver_metric_code": "a", "outcome_metric_code": "b", "is_demonstrable": demonstrated},
        {"driver_metric_code": "b", "outcome_metric_code": "a", "is_demonstrable": True},
    ]
    euro = [{"metric_code": "b", "is_demonstrable": True}, {"metric_code": "c", "is_demonstrable": False}]
    assert list(sheets.value._paths(links, euro)) == paths


def test_moment_of_a_journey_has_its_name_else_its_code_in_words():
    named = {"touchpoint": "payout", "touchpoint_name_nl": "Uitkering", "touchpoint_name_en": "Payout"}
    assert sheets.emotions._moment(named, NL) == "Uitkering"
    own = {"touchpoint": "our_desk", "touchpoint_name_nl": "our_desk", "touchpoint_name_en": "our_desk"}
    assert sheets.emotions._moment(own, NL) == "Our desk"
    assert sheets.emotions._moment({"touchpoint": "our_desk"}, EN) == "Our desk"  # an older snapshot


def test_months_between_are_named():
    assert sheets.common.months(date(2025, 7, 1), date(2026, 6, 30), NL) == "juli 2025 t/m juni 2026"
