"""Airport survey of 2017: catalogue rows alone turn a wide export with codes and weights into published figures."""

import csv

import pytest


@pytest.fixture(scope="module")
def sfo(organisation, real_data):
    (export,) = (real_data / "sfo_survey_2017").glob("2017_*.csv")
    return organisation("sfo", {f"survey/exports/sfo_2017/{export.name}": export})


def test_nps_leaves_the_blank_code_out_and_uses_the_weights(sfo):
    ((n, value, unweighted, low, high),) = sfo.query("""
        select n, value, value_unweighted, ci_low, ci_high from marts.metric_values
        where metric_code = 'nps_relation' and period_grain = 'month' and scope_kind = 'organisation'
    """)
    assert n == 2746
    assert unweighted == pytest.approx(39.84, abs=0.005)
    assert unweighted == pytest.approx(100 * (1436 - 342) / 2746, abs=1e-9)
    assert value == pytest.approx(40.40, abs=0.005)
    assert low < value < high


def test_csat_leaves_blank_and_not_applicable_out(sfo):
    rows = dict(
        sfo.query("""
        select metric_code, value_unweighted from marts.metric_values
        where metric_code in ('csat', 'csat_mean') and n = 2688
            and period_grain = 'month' and scope_kind = 'organisation'
    """)
    )
    assert rows["csat_mean"] == pytest.approx(4.0644, abs=0.00005)
    assert rows["csat"] == pytest.approx(82.07, abs=0.005)


def test_every_published_item_score_comes_out(sfo, real_data):
    scores = {
        code: rest
        for code, *rest in sfo.query("""
        select item_code, n, mean_score_unweighted, top_box_pct, bottom_box_pct
        from marts.item_scores where period_grain = 'all_time'
    """)
    }
    published = real_data / "sfo_survey_2017/published_aggregates"
    compared = 0
    for name, item in (("agg_q7_metrics.csv", "q7_item"), ("agg_q9_metrics.csv", "q9_item")):
        with (published / name).open(newline="") as file:
            for row in csv.DictReader(file):
                n, mean, top, bottom = scores[row[item].lower()]
                assert n == int(float(row["n"])), row[item]
                assert mean == pytest.approx(float(row["avg_score"]), abs=1e-9), row[item]
                if "top2_per100" in row:
                    assert top == pytest.approx(float(row["top2_per100"]), abs=1e-9), row[item]
                    assert bottom == pytest.approx(float(row["bottom2_per100"]), abs=1e-9), row[item]
                compared += 1
    assert compared == 21
    assert scores["q14find"][1] == pytest.approx(4.4133, abs=0.00005)
    assert scores["q14passthru"][1] == pytest.approx(4.3070, abs=0.00005)


def test_ease_on_five_points_as_an_index(sfo):
    """Two steps were asked, mean 4.4133 and 4.3070 on 1 to 5; the index puts 1 at 0 and 5 at 100."""
    steps = sfo.query("""
        select n, mean_score_unweighted from marts.item_scores
        where period_grain = 'all_time' and item_code in ('q14find', 'q14passthru')
    """)
    assert sorted(round(mean, 4) for _, mean in steps) == [4.3070, 4.4133]
    ((n, index, high),) = sfo.query("""
        select n, value_unweighted, ci_high from marts.metric_values
        where metric_code = 'ces_ease_index' and period_grain = 'month' and scope_kind = 'organisation'
    """)
    assert n == sum(count for count, _ in steps)
    assert index == pytest.approx(25 * (sum(count * mean for count, mean in steps) / n - 1), abs=1e-9)
    assert index < high < 100


def test_nothing_is_lost(sfo):
    assert sfo.query(
        "select row_count_raw, row_count_accepted from marts.source_freshness where contract_table = 'responses'"
    ) == [(2831, 2831)]
    assert sfo.query("select reason from marts.rejected_rows where status = 'rejected'") == []
