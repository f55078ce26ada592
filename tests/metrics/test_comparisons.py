"""Which figures stand beside which, and what is called a change, from the figures alone."""

from __future__ import annotations

import polars as pl
import pytest
from scipy import stats

from tests.metrics.cells import YEAR
from tests.metrics.delivered import Delivery
from tests.projects import Project

SCOPE = ["metric_code", "scope_kind", "scope_key"]
PAGE = ["comparison", "period_grain", "period_start", "scope_kind", "scope_key", "is_headline"]
TOTALS = ["churn", "employee_attrition", "revenue_churn", "net_revenue_retention"]
BACK = {"day": "-364d", "week": "-52w", "month": "-12mo", "quarter": "-12mo", YEAR: "-12mo"}


@pytest.fixture(scope="module")
def compared(demo: Project) -> pl.DataFrame:
    names = [name for (name,) in demo.query("select column_name from (describe marts.metric_comparisons)")]
    rows = demo.query("select * from marts.metric_comparisons")
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def beside(published: pl.DataFrame, comparison: str, grain: str) -> pl.DataFrame:
    """Pairs of SCOPE, period_start, value, comparison_period_start and comparison_value that belong in the mart."""
    begun = (
        pl.col("period_start") >= published.filter(pl.col("period_grain") == "month")["period_start"].min()
    )
    # small parts together are not the same parts each time
    shown = published.filter(~pl.col("scope_key").str.starts_with("other:"))
    now = shown.filter((pl.col("period_grain") == grain) & pl.col("is_complete_period"))
    now = now.select(*SCOPE, "period_start", "value")
    start = pl.col("period_start")
    if comparison == "same_period_last_year" or (comparison, grain) == ("previous", YEAR):
        now = now.with_columns(comparison_period_start=start.dt.offset_by(BACK[grain]))
    elif comparison == YEAR:
        now = now.filter(~pl.col("metric_code").is_in(TOTALS)).with_columns(
            comparison_period_start=start.dt.truncate("1mo").dt.offset_by("-12mo")
        )
    else:
        every = shown.filter(pl.col("period_grain") == grain).sort("period_start")
        every = every.select(
            *SCOPE,
            "period_start",
            comparison_period_start=start.shift(1).over(SCOPE, order_by="period_start"),
        )
        now = now.join(every, on=[*SCOPE, "period_start"])
    before = shown.filter((pl.col("period_grain") == (YEAR if comparison == YEAR else grain)) & begun)
    before = before.select(*SCOPE, comparison_period_start="period_start", comparison_value="value")
    return now.join(before, on=[*SCOPE, "comparison_period_start"])


@pytest.mark.parametrize("grain", BACK)
@pytest.mark.parametrize("comparison", ["previous", "same_period_last_year", YEAR])
def test_figures_stand_beside_the_right_ones(
    compared: pl.DataFrame, published: pl.DataFrame, comparison: str, grain: str
) -> None:
    found = compared.filter((pl.col("comparison") == comparison) & (pl.col("period_grain") == grain))
    if (comparison, grain) == (YEAR, YEAR):
        assert found.is_empty()
        return
    key = [*SCOPE, "period_start"]
    both = found.join(beside(published, comparison, grain), on=key, how="full", coalesce=True)
    wrong = both.filter(
        pl.col("comparison_period_start").ne_missing(pl.col("comparison_period_start_right"))
        | ((pl.col("value") - pl.col("value_right")).abs() > 1e-12).fill_null(True)
        | ((pl.col("comparison_value") - pl.col("comparison_value_right")).abs() > 1e-12).fill_null(True)
        | ((pl.col("value") - pl.col("comparison_value") - pl.col("change")).abs() > 1e-9).fill_null(True)
    )
    assert wrong.is_empty(), f"{wrong.height} of {both.height}: {wrong.head(3)}"
    assert both.height


def test_p_and_interval_of_a_change_agree(compared: pl.DataFrame) -> None:
    tested = compared.filter(pl.col("p_value").is_not_null())
    half = (tested["change_ci_high"] - tested["change_ci_low"]).to_numpy() / 2
    z = tested["change"].to_numpy() / half * stats.norm.ppf(0.975)
    assert 2 * stats.norm.sf(abs(z)) == pytest.approx(tested["p_value"].to_numpy(), rel=1e-6, abs=1e-9)
    middle = (tested["change_ci_high"] + tested["change_ci_low"]).to_numpy() / 2
    assert middle == pytest.approx(tested["change"].to_numpy(), rel=1e-9, abs=1e-9)


def test_only_a_change_that_survives_its_page_is_called_better_or_worse(
    compared: pl.DataFrame, delivery: Delivery
) -> None:
    metrics = {row["metric_code"]: row for row in delivery.seed("metrics")}
    headline = [code for code, row in metrics.items() if row["is_headline"] == "true"]
    upwards = [code for code, row in metrics.items() if row["is_higher_better"] == "true"]
    tested = compared.filter(
        pl.col("p_value").is_not_null() & pl.col("period_grain").is_in(["month", "quarter", YEAR])
    ).with_columns(
        is_headline=pl.col("metric_code").is_in(headline),
        is_good=(pl.col("change") > 0) == pl.col("metric_code").is_in(upwards),
    )
    pages = [
        page.with_columns(q=pl.Series(stats.false_discovery_control(page["p_value"].to_numpy())))
        for _, page in tested.group_by(PAGE)
    ]
    cells = pl.concat(pages)
    good = pl.when("is_good").then(pl.lit("better")).otherwise(pl.lit("worse"))
    level = delivery.assumption("significance_level")
    verdict = pl.when(pl.col("q") <= level).then(good).otherwise(pl.lit("no_demonstrable_change"))
    assert cells.filter((pl.col("q") - pl.col("q_value")).abs() > 1e-12).is_empty()
    assert cells.filter(pl.col("verdict") != verdict).is_empty()
    assert cells["verdict"].n_unique() == 3


def test_the_mart_of_figures_carries_the_comparison_with_the_previous_ones(
    compared: pl.DataFrame, published: pl.DataFrame
) -> None:
    key = [*SCOPE, "period_grain", "period_start"]
    columns = ["change", "p_value", "q_value", "verdict"]
    previous = compared.filter(pl.col("comparison") == "previous").select(*key, *columns)
    carried = published.filter(pl.col("change").is_not_null()).select(*key, *columns)
    assert carried.sort(key).equals(previous.sort(key))
