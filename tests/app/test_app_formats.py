"""Numbers, units, periods and the line on top, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import charts
import choices
import formats
import pytest
import stories
from text import Words

NL, EN = Words("nl"), Words("en")
SPACE = "\u00a0"


def row(**fields):
    """A card with a month's figure and no change."""
    return {
        "metric_code": "m", "metric_name_nl": "Gemak", "metric_name_en": "Ease", "unit": "nps_points",
        "decimals": 1, "scale_minimum": None, "scale_maximum": None, "value": 42.31, "ci_low": 40.0,
        "ci_high": 45.0, "change": 0.0, "p_value": 0.01, "verdict": "no_demonstrable_change",
        "display": "normal", "period_start": date(2026, 6, 1), "period_end": date(2026, 6, 30),
        "comparison_period_start": date(2026, 5, 1),
    } | fields  # fmt: skip


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "nl", "en"),
    [
        (1234.5, 1, False, "1.234,5", "1,234.5"),
        (-1234567.891, 2, False, "−1.234.567,89", "−1,234,567.89"),
        (0.04, 1, True, "0,0", "0.0"),
        (-0.04, 1, True, "0,0", "0.0"),
        (4.2, 1, True, "+4,2", "+4.2"),
        (1000, 0, False, "1.000", "1,000"),
    ],
)
def test_number(value, decimals, signed, nl, en):
    assert formats.number(value, decimals, NL, signed=signed) == nl
    assert formats.number(value, decimals, EN, signed=signed) == en


@pytest.mark.parametrize(
    ("unit", "amount", "nl", "en"),
    [
        ("percent", 81.44, "81,4%", "81.4%"),
        ("eur", 1234.5, f"€{SPACE}1.234,5", "€1,234.5"),
        ("eur", -12, f"−€{SPACE}12,0", "−€12.0"),
        ("nps_points", -3.25, "−3,2", "−3.2"),
    ],
)
def test_value(unit, amount, nl, en):
    assert formats.value(row(unit=unit), amount, NL) == nl
    assert formats.value(row(unit=unit), amount, EN) == en


@pytest.mark.parametrize(
    ("unit", "nl", "en"),
    [
        ("percent", "95%: 40,0 tot 45,0%", "95%: 40.0 to 45.0%"),
        ("eur", f"95%: €{SPACE}40,0 tot 45,0", "95%: €40.0 to 45.0"),
        ("nps_points", "95%: 40,0 tot 45,0", "95%: 40.0 to 45.0"),
    ],
)
def test_interval(unit, nl, en):
    assert formats.interval(row(unit=unit), NL) == nl
    assert formats.interval(row(unit=unit), EN) == en


@pytest.mark.parametrize(
    ("unit", "change", "decimals", "nl", "en"),
    [
        ("percent", 1.5, 1, "+1,5 procentpunt", "+1.5 pct. points"),
        ("percent", -1, 0, "−1 procentpunt", "−1 pct. point"),
        ("nps_points", 1, 0, "+1 punt", "+1 point"),
        ("nps_points", -4.2, 1, "−4,2 punten", "−4.2 points"),
        ("eur", -3.2, 2, "−€ 3,20", "−€3.20"),
        ("score", 0.25, 2, "+0,25", "+0.25"),
    ],
)
def test_change(unit, change, decimals, nl, en):
    changed = row(unit=unit, change=change, decimals=decimals)
    assert formats.change(changed, NL).replace(SPACE, " ") == nl
    assert formats.change(changed, EN).replace(SPACE, " ") == en


def test_unit_words():
    assert formats.unit(row(unit="score", scale_minimum=1.0, scale_maximum=7.0), NL) == "op 1–7"
    assert formats.unit(row(unit="score"), NL) == ""
    assert formats.unit(row(), EN) == "points"


@pytest.mark.parametrize(
    ("grain", "start", "end", "nl", "en"),
    [
        ("day", date(2026, 6, 30), date(2026, 6, 30), f"30{SPACE}juni 2026", f"30{SPACE}June 2026"),
        # ISO week 1 of 2026 begins in 2025.
        ("week", date(2025, 12, 29), date(2026, 1, 4), "week 1, 2026", "week 1, 2026"),
        ("month", date(2026, 3, 1), date(2026, 3, 31), "maart 2026", "March 2026"),
        ("quarter", date(2025, 10, 1), date(2025, 12, 31), "4e kwartaal 2025", "Q4 2025"),
        ("rolling_12_months", date(2025, 7, 1), date(2026, 6, 30),
         "12 maanden t/m juni 2026", "12 months to June 2026"),
    ],
)  # fmt: skip
def test_period_and_its_end(grain, start, end, nl, en):
    assert formats.period(grain, start, end, NL) == nl
    assert formats.period(grain, start, end, EN) == en
    assert formats.period_end(grain, start) == end


def test_clock_is_amsterdam_in_summer_and_winter():
    assert formats.clock(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), NL) == f"2{SPACE}juli 2026, 00:30"
    assert formats.clock(datetime(2026, 1, 1, 22, 30), EN) == f"1{SPACE}January 2026, 23:30"


def test_scope_is_shown_in_the_language_and_a_bare_code_as_words():
    scope = {"scope_key": "claim", "scope_name_en": "Making a claim", "scope_name_nl": "Schade melden"}
    assert (choices.label(scope, "en"), choices.label(scope, "nl")) == ("Making a claim", "Schade melden")
    bare = {"scope_key": "policy_change", "scope_name_en": "policy_change", "scope_name_nl": None}
    assert (choices.label(bare, "en"), choices.label(bare, "nl")) == ("Policy change", "Policy change")


# The line on top
# ---------------------------------------------------------------------------------------------


def story(*rows) -> str:
    import re

    return re.sub("<[^>]+>", "", " ".join(stories.changes(rows, "month", NL))).replace(SPACE, " ")


def test_story_tells_what_got_worse_first_and_counts_the_rest():
    rows = [
        row(metric_name_nl="NPS", change=4.2, verdict="better"),
        row(metric_name_nl="Verloop", unit="percent", value=1.1, change=0.2, verdict="worse"),
        row(),
        row(),
    ]
    assert story(*rows) == (
        "Slechter: Verloop steeg 0,2 procentpunt naar 1,1%. Beter: NPS steeg 4,2 punten naar 42,3. "
        "Van de overige 2 cijfers is geen verandering aangetoond."
    )


def test_story_is_quiet_without_demonstrated_changes():
    assert story(row(change=9.0), row(display="hidden", value=None, change=None)).startswith(
        "Geen aantoonbare"
    )


def test_story_has_nothing_to_compare():
    assert "nog geen vergelijking" in story(row(change=None, verdict="not_compared"))
    assert "nog geen vergelijking" in story()


def test_story_leaves_hidden_figures_out():
    assert "Gemak" not in story(row(display="hidden", verdict="better", change=3.0), row())


def test_story_names_two_and_counts_the_others():
    rows = [
        row(metric_name_nl=f"M{i}", change=-1.0, verdict="worse", p_value=0.01 / (i + 1)) for i in range(5)
    ]
    told = story(*rows)
    assert told.index("M4") < told.index("M3")
    assert "M2" not in told
    assert told.endswith("en nog 3.")


def test_story_names_another_period():
    older = row(metric_name_nl="eNPS", change=2.0, verdict="better", period_start=date(2026, 3, 1),
                period_end=date(2026, 3, 31))  # fmt: skip
    assert "(maart 2026)" in story(older, row(), row())


# Sparklines
# --------------------------------------------------------------------------------------------------

DAYS = [date(2026, 6, day) for day in range(1, 6)]


def test_sparkline_breaks_where_a_period_is_missing():
    points = [charts.Point(day, 1.0 * day.day, 0.5, 6.0) for day in DAYS if day.day != 3]
    svg = charts.sparkline(points, DAYS, 'a "label"')
    assert svg.count('class="line"') == 2
    assert 'aria-label="a &quot;label&quot;"' in svg


def test_sparkline_of_one_point_or_none():
    assert 'class="point"' in charts.sparkline([charts.Point(DAYS[0], 1.0, 0.0, 2.0)], DAYS[:1], "")
    assert charts.sparkline([], DAYS, "") == ""
    assert 'class="whisker"' in charts.sparkline([charts.Point(DAYS[0], 1.0, 0.0, 2.0)], DAYS[:1], "")
    assert "nan" not in charts.sparkline([charts.Point(DAYS[0], 1.0, None, None)], DAYS, "")


def test_sparkline_leaves_a_far_target_out():
    points = [charts.Point(day, 1.0 + day.day / 10, None, None) for day in DAYS]
    assert 'class="aim"' in charts.sparkline(points, DAYS, "", target=1.7)
    assert 'class="aim"' not in charts.sparkline(points, DAYS, "", target=80.0)
