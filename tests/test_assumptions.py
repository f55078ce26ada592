"""Every choice is a row of the seed `assumptions`: it is used, it changes the figures, and it stands nowhere else."""

from __future__ import annotations

import ast
import csv
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.projects import ROOT, Project

# What a number may be without being a choice: nothing, one, all of it in per cent, a half.
PLAIN = {"0", "1", "2", "100", "0.0", "100.0"}
# Other numbers in SQL, by file, with the reason why they are none.
CALENDAR, FORMULA, TECHNICAL = "the calendar", "a constant of the formula", "a limit of the technique"
ALLOWED_SQL = {
    "int_calendar__periods.sql": (CALENDAR, "3 7 11"),
    "beyond_rounding.sql": (TECHNICAL + ": what is left of a difference of sums", "1e-12"),
    "int_survey__responses_placed.sql": (TECHNICAL + ": digits of a hash", "5"),
    "int_drivers__respondents.sql": (TECHNICAL + ": digits of a hash", "3"),
    "int_drivers__churn_rows.sql": (TECHNICAL + ": digits of a hash", "3"),
    "int_metrics__answer_parts.sql": ("the unit: the square of 100 of an index from 0 to 100", "10000"),
    "int_emotions__images.sql": (TECHNICAL + ": rounding to an intensity", "0.5"),
    "int_emotions__responses.sql": (
        "part of the metric's code: another mark is another metric; intensities",
        "3 8 9",
    ),
    "int_metrics__events.sql": ("part of the metric's code: the name of a band of marks", "8"),
    "mark_divergence.sql": ("part of the metric's code: the name of a band of marks", "8"),
    "emotional_consistency.sql": (FORMULA, "9"),
    "journey_line.sql": ("the scale of a feeling", "3"),
    "checked_crm__text_scores.sql": ("the scale of an intensity", "3"),
    "words_of.sql": (TECHNICAL + ": the code of a line break", "10"),
    "int_metrics__comparisons.sql": (CALENDAR, "12 364"),
    "int_metrics__group_sizes.sql": (CALENDAR, "6"),
    "int_metrics__revenue_parts.sql": (TECHNICAL + ": rounding", "1e-9"),
    "fct_customer_months.sql": (CALENDAR, "3600"),
    "int_value__poor_service.sql": (CALENDAR + ": a quarter, two years of them", "3 9"),
    "int_value__purchase_histories.sql": (CALENDAR, "7"),
    "int_value__served_customers.sql": (CALENDAR, "3"),
    "months_between.sql": (CALENDAR, "12"),
    "int_value__clv.sql": ("errors of the fits: four of buying, then three of spending", "4"),
    "int_value__contributions.sql": ("as many columns as the other branch has shares", "4"),
    "net_share_bound.sql": (FORMULA, "3"),
    "normal_cdf.sql": (FORMULA, "3 4 37 0.65 2.506628274631 7.07106781186547"),
    "t_quantile.sql": (FORMULA, "3 4 5 7 9 15 16 17 19 79 96 384 776 945 1482 1920 92160"),
    "wilson_bound.sql": (FORMULA, "4"),
    "z_975.sql": (FORMULA, "1.959963984540054"),
    "driver_slots.sql": (TECHNICAL + ": places for as many drivers as LMG is calculated for", "13"),
    "employee_feedback.sql": ("the middle of a scale of 0 to 1", "0.5"),
    "int_feedback__loop.sql": (CALENDAR, "24 3600"),
    "int_drivers__moments.sql": (TECHNICAL + ": how many places share a table of sums", "8"),
    "int_drivers__responses.sql": ("the middle of a scale of 0 to 1", "0.5"),
    "int_metrics__estimates.sql": (FORMULA + " or " + TECHNICAL, "1.5 3 4 1e-9 1e9 1e12 1e300"),
    "item_scores.sql": (TECHNICAL, "1e-9"),
    "left_of.sql": (TECHNICAL + ": rounding", "1e-12"),
    "checked_rows.sql": (TECHNICAL, "3"),
    "parse_value.sql": (TECHNICAL, "0001 9007199254740992"),
    "try_cast.sql": (CALENDAR, "7 9 28"),
    "int_hr__team_tree.sql": (TECHNICAL, "10"),
    "transcript_sentiment.sql": ("thirds of a conversation", "3"),
    "value_elements.sql": ("the unit: agreement from 0 to 10; nine digits, below which is rounding", "9 10"),
    "resolution_windows.sql": ("part of the metric's code: another window is another metric", "7 14 30"),
}
# In Python: the app chooses how much is shown and how large, never how a figure is made.
LEARNER = "a setting of the learner, found on texts of others; held-out texts judge what it makes"
ALLOWED_PYTHON = {
    "app/cards.py": ("columns of a quadrant", {3, 4}),
    "app/chart_style.py": (
        "size of a chart",
        {
            0.3,
            0.4,
            5,
            0.68,
            0.86,
            4,
            6,
            7,
            8,
            12.5,
            14,
            16,
            18,
            26,
            34,
            44,
            46,
            64,
            84,
            90,
            240,
            250,
            320,
            330,
            360,
            420,
        },
    ),
    "app/charts.py": (
        "size of a chart",
        {
            0.05,
            0.06,
            0.15,
            0.25,
            0.3,
            0.35,
            0.5,
            0.6,
            3.0,
            5,
            6,
            9,
            12,
            13,
            15,
            18,
            22,
            24,
            26,
            30,
            36.0,
            100.0,
            360,
        },
    ),
    "app/formats.py": (CALENDAR, {3, 6, 12}),
    "app/queries.py": ("how many periods and lines are shown", {8, 18, 26, 30, 200}),
    "app/frame.py": ("widths, lines, seconds between looks", {5, 10, 132, 138, 154, 176, 200, 300, 1000}),
    "app/screenshots.py": ("sizes of a window, waiting", {100, 390, 844, 900, 1440, 60_000}),
    "app/sheets/drivers.py": ("the unit: a share as a percentage", {100}),
    "app/sheets/emotions.py": ("the unit: a share as a percentage; decimals", {3, 100}),
    "app/sheets/feedback.py": ("widths, lines", {50, 220}),
    "app/sheets/value.py": ("steps of a slider, columns", {6, 7, 10.0}),
    "app/sheets/voice.py": ("lines", {10, 12}),
    "app/views/trust.py": ("lines", {200}),
    "service_control/statistics/asymmetry.py": (
        "the sums of below, inside and above an expectation stand first",
        {3},
    ),
    "service_control/statistics/contract_lifetime.py": (
        TECHNICAL + ": where a search starts and ends, steps of a derivative",
        {1e-15, 1e-10, 1e-06, 0.0001, 0.2, 20},
    ),
    "service_control/statistics/customer_value.py": (TECHNICAL + ": rounding", {1e-09}),
    "service_control/statistics/driver_impact.py": (
        TECHNICAL + ": from here an inverse is rounding",
        {1000000.0},
    ),
    "service_control/statistics/estimators.py": (
        FORMULA + " or " + TECHNICAL,
        {1e-12, 1e-09, 0.75, 1.5, 3, 4, 1000000000.0},
    ),
    "service_control/statistics/marginal_effects.py": (
        TECHNICAL + ": steps, rounding, and odds that are certainty in all but name",
        {1e-12, 1e-10, 0.01, 3, 12.0, 50, 1000000000000.0},
    ),
    "service_control/statistics/moments.py": (TECHNICAL + ": rounding", {1e-12, 1e-10, 1e-09}),
    "service_control/statistics/relative_weights.py": (
        TECHNICAL + ": all subsets of more predictors take too long",
        {12},
    ),
    "service_control/statistics/repeat_buying.py": (
        TECHNICAL + ": where a search starts and ends, steps of a derivative",
        {1e-300, 1e-14, 1e-12, 1e-07, 1e-06, 0.0001, 3, 11.9, 12, 1000},
    ),
    "service_control/statistics/results.py": (TECHNICAL + ": the step of a derivative", {1e-05}),
    "service_control/statistics/review.py": (TECHNICAL + ": rounding", {1e-12}),
    "service_control/statistics/tables.py": ("the middle of a scale of 0 to 1; per cent", {0.5, 100}),
    "service_control/statistics/student.py": (
        FORMULA + ": of 95 %",
        {0.95, 0.975, 3, 4, 5, 7, 9, 15, 16, 17, 19, 79, 96, 200, 384, 776, 945, 1482, 1920, 92160},
    ),
    "service_control/statistics/value_chain.py": (
        TECHNICAL + ": steps, rounding, groups of a jackknife",
        {1e-18, 1e-12, 200, 1000},
    ),
    "service_control/statistics/value_tables.py": (
        CALENDAR + "; hundredths; columns for up to seven errors of a fit",
        {3, 4, 7, 8, 12, 100, 365.25},
    ),
    "service_control/text/checksums.py": (
        "the rules of a citizen service number, an IBAN and a card number",
        {3, 4, 5, 6, 7, 8, 9, 11, 15, 34, 36, 97},
    ),
    "service_control/text/evaluate.py": (
        FORMULA + ": of 95 %; kinds of outcomes; equal bins",
        {2.5, 3, 10, 97.5},
    ),
    "service_control/text/language.py": (LEARNER, {0.2}),
    "service_control/text/learn.py": (LEARNER, {1e-12, 1e-05, 0.0001, 0.001, 0.025, 0.3, 0.5, 3, 9, 10, 100}),
    "service_control/text/names.py": (
        f"places in a pattern, {TECHNICAL}: words kept in memory",
        {3, 4, 200000},
    ),
    "service_control/text/pipeline.py": (TECHNICAL + ": batches waiting per process", {4}),
    "service_control/text/prevalence.py": (
        TECHNICAL + ": steps, rounding, and odds that are certainty in all but name",
        {1e-12, 1e-08, 1e-06, 0.5, 8, 10, 1000},
    ),
    "service_control/text/sample.py": (FORMULA + ": a probability of one half is no opinion", {0.5}),
    "service_control/text/score.py": (FORMULA + " or " + TECHNICAL, {0.5, 8}),
    "service_control/text/scrub.py": (
        "digits of a telephone number (E.164) and of its national part",
        {9, 15},
    ),
    "service_control/text/tables.py": (TECHNICAL + ": bits, columns", {5, 32, 4294967295}),
    "service_control/text/tags.py": (
        FORMULA + ": signs of three labels, rounding to an intensity of 1 to 3",
        {0.5, 3},
    ),
    "service_control/text/teacher.py": (LEARNER, {1e-09, 0.5, 0.95, 3.0, 10.0, 100.0}),
    "service_control/text/terms.py": (
        "part of what a term is, which stored weights depend on, or " + TECHNICAL,
        {3, 4, 5, 32, 40, 200000, 4294967295},
    ),
    "service_control/text/terms_behind.py": (
        "how many terms are shown, and " + TECHNICAL + ": rounding",
        {3, 9},
    ),
    "service_control/text/tokens.py": ("where symbols begin in Unicode", {9728}),
    "service_control/text/weights.py": (TECHNICAL + ": digits of a version", {16}),
}


def codes() -> list[str]:
    with (ROOT / "seeds/assumptions.csv").open(newline="", encoding="utf-8") as file:
        return [row["assumption_code"] for row in csv.DictReader(file)]


def test_every_assumption_is_there_in_dutch() -> None:
    with (ROOT / "seeds/assumption_texts.csv").open(newline="", encoding="utf-8") as file:
        texts = {row["assumption_code"]: row for row in csv.DictReader(file)}
    assert sorted(texts) == sorted(codes())
    assert all(row["unit_nl"] and row["reason_nl"] for row in texts.values())


def sql_files() -> list[Path]:
    return sorted([*(ROOT / "models").rglob("*.sql"), *(ROOT / "macros").rglob("*.sql")])


def numbers_of_sql(text: str) -> set[str]:
    """Numeric literals, those in quotes too (`interval '7' day`); comments and other text are left out."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    text = re.sub(r"--.*", "", text)
    text = re.sub(r"'(\d+(?:\.\d+)?)(?: (?:day|week|month)s?)?'", r" \1 ", text)
    text = re.sub(r"'[^'\n]*'", "''", text)
    return set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?!\w)", text))


def numbers_of_python(text: str) -> set[float]:
    return {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    } - {0, 1, 2}


def test_no_choice_is_a_literal_in_sql() -> None:
    found = {path.name: numbers_of_sql(path.read_text(encoding="utf-8")) - PLAIN for path in sql_files()}
    allowed = {name: set(numbers.split()) for name, (_, numbers) in ALLOWED_SQL.items()}
    unexplained = {name: sorted(numbers - allowed.get(name, set())) for name, numbers in found.items()}
    assert not {name: numbers for name, numbers in unexplained.items() if numbers}, (
        "a choice is a row of seeds/assumptions.csv; what is none gets a reason in ALLOWED_SQL"
    )
    assert {name: numbers for name, numbers in found.items() if name in allowed} == allowed, (
        "no longer needed"
    )


def test_no_choice_is_a_literal_in_python() -> None:
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "service_control").rglob("*.py")]
    # the simulated organisation is an example of data: its numbers are parameters of it
    files = [path for path in files if "demo" not in path.parts]
    found = {
        path.relative_to(ROOT).as_posix(): numbers_of_python(path.read_text(encoding="utf-8"))
        for path in files
    }
    allowed = {name: numbers for name, (_, numbers) in ALLOWED_PYTHON.items()}
    assert {name: numbers for name, numbers in found.items() if numbers} == allowed


def test_the_search_sees_what_it_should() -> None:
    assert numbers_of_sql(
        "where n >= 17 -- 18\n{# 19 #} and x < '20' and y = 'a 21' and q < interval '22 days'"
    ) == {
        "17",
        "20",
        "22",
    }
    assert numbers_of_python("limit = 17\nname = '18'  # 19") == {17}


def test_windows_are_those_of_the_catalogue() -> None:
    macro = (ROOT / "macros/resolution_windows.sql").read_text(encoding="utf-8")
    with (ROOT / "seeds/metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    in_code = {
        match[1]: row["follow_up_days"]
        for row in rows
        if (match := re.search(r"_(\d+)d$", row["metric_code"]))
    }
    assert set(in_code) == set(numbers_of_sql(macro))
    assert all(code == days for code, days in in_code.items())


def codes_in_models() -> set[str]:
    return {
        code
        for path in sql_files()
        for code in re.findall(r"assumption\('(\w+)'", path.read_text(encoding="utf-8"))
    }


def codes_in_libraries() -> set[str]:
    """What the code of the libraries takes from the dataclasses that hold rows of the seed."""
    return {
        f"lexicon_{node.attr}" if node.value.id == "choices" else node.attr
        for path in (ROOT / "service_control").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"assumptions", "choices"}
    }


def test_every_assumption_is_used_and_every_used_one_exists() -> None:
    # an unknown code would make every comparison null without an error
    assert codes_in_models() | codes_in_libraries() == set(codes())


# A value far from the one in use, and a figure that no other assumption moves: what its old value rules out.
BOXES = "select count(*) from intermediate.int_drivers__responses where box_1 = {box} and raw_1 = {answer}"
FOLLOWED = "select count(*) from marts.{} where is_followed_up"
SAVING = "(select max(saving_eur) from intermediate.int_value__referrals where {})"
CHANGES = {
    "transcript_minimum_turns": (50, "select count(polarity_change) from marts.transcript_sentiment"),
    "value_element_delivered_share": (
        0.9,
        "select count(*) from marts.value_elements where is_delivered and delivered_pct < 90",
    ),
    "hidden_below_n": (20, "select count(*) from marts.metric_values where metric_code = 'ces' and n < 20"),
    "normal_from_n": (
        300,
        "select count(*) from marts.metric_values where display = 'indicative' and n >= 30",
    ),
    "engagement_minimum_facets": (
        7,
        "select count(*) from restricted.employee_engagement where facet_count < 7",
    ),
    "engagement_dimension_missing_facets": (
        0,
        "select count(vigour_score) + count(dedication_score) from restricted.employee_engagement "
        "where facet_count = 7",
    ),
    "labour_rate_eur_per_hour": (84, "select round(sum(cost_to_serve_eur)) from marts.fct_customer_months"),
    # far below zero even an overlap is too late: nobody in the simulated organisation stays away for a while
    "switch_grace_days": (-5000, "select count(*) from intermediate.int_crm__active_spells"),
    "significance_level": (
        1e-12,
        "select count(*) from marts.metric_values where verdict in ('better', 'worse') and q_value > 1e-12",
    ),
    "plain_test_from_n": (
        10_000,
        "select count(*) from intermediate.int_metrics__estimates where metric_code = 'fcr_perceived' "
        "and n_effective >= 100 and standard_error > 0 and test_error > standard_error",
    ),
    "stale_after_days": (-1, "select count(*) from marts.source_freshness where status = 'stale'"),
    "adjacency_window_days": (3, "select sum(pair_count) from intermediate.int_crm__issue_transitions"),
    "adjacency_minimum_lift": (
        0.5,
        "select count(*) from marts.issue_adjacency_proposals where proposal in ('keep', 'add') and lift < 2",
    ),
    # without a number: fewer than are shown
    "adjacency_minimum_support": (
        1,
        "select count(*) from marts.issue_adjacency_proposals where proposal = 'add' and support is null",
    ),
    # of an odd number of pairs, split as evenly as can be, the exact test says 1
    "mcnemar_exact_below": (
        2,
        "select count(*) from marts.resolution_gap where registered_only_count + perceived_only_count < 25 "
        "and abs(registered_only_count - perceived_only_count) = 1 and mcnemar_p_value < 0.999",
    ),
    # what somebody's voice told has a score and no label
    "sentiment_from": (
        1.5,
        "select count(*) from restricted.fct_verbatims where model is null and sentiment = 'neutral' "
        "and abs(score) >= 0.5",
    ),
    # the simulated organisation keeps the quarantine of 30 days by itself
    "quarantine_days": (
        200,
        "select count(*) from restricted.fct_survey_answers where answer_state = 'in_quarantine'",
    ),
    "margin_months": (6, "select max(month_count) from intermediate.int_value__customer_margins"),
    "value_window_months": (6, "select count(*) from intermediate.int_value__referrals"),
    # who would have come anyway saves the acquisition and nothing else; the others cost marketing, and some a reward
    "acquisition_cost_eur": (500, f"select {SAVING.format('brought_share = 0')}"),
    "referral_reward_eur": (
        100,
        f"select {SAVING.format('brought_share = 1 and not is_rewarded')} "
        f"- {SAVING.format('brought_share = 1 and is_rewarded')}",
    ),
    "referral_retention_marketing_eur": (
        50,
        f"select {SAVING.format('brought_share = 0')} "
        f"- {SAVING.format('brought_share = 1 and not is_rewarded')}",
    ),
    "idea_value_share": (
        0.5,
        "select round(max(feedback.ideas_eur / ideas.value_eur), 9) "
        "from intermediate.int_value__feedback as feedback inner join (select customer_id, max(value_eur) as value_eur "
        "from staging.stg_crm__feedback_items where implemented_at is not null group by customer_id having count(*) = 1"
        ") as ideas on feedback.customer_id = ideas.customer_id",
    ),
    "contacts_prevented_per_idea": (
        100,
        "select min(contacts_prevented) from intermediate.int_value__feedback where contacts_prevented > 0",
    ),
    "prevented_contact_attribution": (
        0.1,
        "select round(sum(contacts_prevented_eur) / sum(contacts_prevented) / (select sum(cost_to_serve_eur) "
        "/ sum(contact_count) from marts.fct_customer_months inner join intermediate.int_value__months "
        "using (month_start) where months_ago < (select value from seeds.assumptions "
        "where assumption_code = 'value_window_months')), 9) "
        "from intermediate.int_value__feedback",
    ),
    "panel_cost_eur_per_complete": (
        60,
        "select min(research_eur) from intermediate.int_value__feedback where research_eur > 0",
    ),
    "recovered_margin_share": (
        0.5,
        "select round(max(recovered_margin_eur / margin_after_complaint_eur), 9) from intermediate.int_value__feedback "
        "where margin_after_complaint_eur > 0",
    ),
    "notice_months": (3, "select max(last_month) from marts.cost_of_poor_service"),
    "retention_follow_up_months": (3, "select max(follow_up_months) from marts.euro_per_point"),
    # from one on nobody has but one
    "several_bad_from": (
        1,
        "select count(*) from restricted.int_value__poor_service where experience = 'one_bad'",
    ),
    # one customer in fourteen; in six when a single repeat is enough
    "frustration_repeats": (
        1,
        "select sum(customer_count) filter (where experience = 'frustration') > 0.12 * sum(customer_count) "
        "from restricted.int_value__poor_service",
    ),
    "response_follow_up_days": (60, FOLLOWED.format("fct_invitations")),
    "advocacy_follow_up_days": (30, FOLLOWED.format("fct_advocacy")),
    "driver_low_boxes": (1, BOXES.format(box=-1, answer=2)),
    "driver_high_boxes": (2, BOXES.format(box=1, answer=4)),
    "churn_follow_up_days": (
        30,
        "select max(period_end) from intermediate.int_drivers__spans where span_code = 'churn'",
    ),
    "driver_sample_responses": (
        500,
        "select max(n) <= 500 and max(groups) > 100 from (select count(*) as n, "
        "count(distinct respondent_group) as groups from intermediate.int_drivers__respondents group by survey_code)",
    ),
    # a sample of a few groups of respondents would tell nothing of the spread between them
    "churn_sample_customers": (
        300,
        "select count(distinct customer_id) <= 300 and count(distinct respondent_group) > 100 "
        "from intermediate.int_drivers__churn_rows",
    ),
    "smallest_correlation": (
        0.9,
        "select count(*) from marts.service_level_fit where verdict = 'inconclusive'",
    ),
    "feedback_in_time_hours": (
        1,
        "select count(*) from intermediate.int_feedback__loop where is_seen_in_time and hours_to_seen > 1",
    ),
    "feedback_follow_up_days": (
        1,
        "select count(*) from intermediate.int_feedback__loop where hours_to_seen > 24",
    ),
    "feedback_shown_days": (10, "select min(submitted_at) from restricted.employee_feedback"),
    "comments_minimum_n": (100_000, "select count(*) from marts.public_voice"),
    "say_do_follow_up_days": (100, "select max(follow_up_days) from marts.say_do"),
    "emotion_explanation_weight": (
        0.1,
        "select count(*) from marts.fct_emotions where emotion_source = 'explanation'",
    ),
    # a journey of many moments, wide apart
    "journey_gap_days": (
        90,
        "select count(*) from restricted.journey_peak_end "
        "where ended_on - cast(started_at as date) > 30 * (moment_count - 1)",
    ),
    "journey_minimum_moments": (
        4,
        "select count(*) from restricted.journey_peak_end where moment_count = 3",
    ),
    # there are other journeys then, and always fewer customers than that
    "minimum_groups": (
        10_000,
        "select count(peak_end_slope) from marts.journey_memory where journey = 'all'",
    ),
}


def test_every_assumption_of_a_model_is_changed_below() -> None:
    assert codes_in_models() == set(CHANGES)


@pytest.fixture(scope="module")
def changed(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The simulated organisation under other assumptions, all changed at once: each has a figure of its own."""
    project = Project.copy(tmp_path_factory.mktemp("changed") / "project")
    shutil.copytree(demo.root / "warehouse", project.root / "warehouse", symlinks=True)
    seed = project.root / "seeds/assumptions.csv"
    with seed.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["assumption_code"] in CHANGES:
            row["value"] = str(CHANGES[row["assumption_code"]][0])
    with seed.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    project.run(
        str(Path(sys.executable).with_name("dbt")),
        "build",
        "--quiet",
        "--exclude-resource-type",
        "test",
        "unit_test",
        "--select",
        "assumptions+",
    )
    return project


@pytest.mark.parametrize("code", CHANGES)
def test_another_assumption_makes_another_figure(demo: Project, changed: Project, code: str) -> None:
    _, figure = CHANGES[code]
    assert demo.value(figure) != changed.value(figure)


def test_the_mart_tells_the_assumptions_in_use(demo: Project, changed: Project) -> None:
    told = "select assumption_code, value from marts.dim_assumptions"
    assert dict(changed.query(told)) == dict(demo.query(told)) | {
        code: value for code, (value, _) in CHANGES.items()
    }
