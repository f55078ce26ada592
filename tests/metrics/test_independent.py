"""Every figure of the mart against a computation from the delivered files that shares no code with it.

All metrics, all periods, all parts of the organisation: the same n, the same value. Which cells are hidden is the
subject of tests/privacy.
"""

from __future__ import annotations

import polars as pl
import pytest

from tests.metrics.cells import (
    GRAINS,
    KEY,
    MONTHS_OF_CUSTOMERS,
    RATIOS,
    YEAR,
    cells_of_losses,
    cells_of_means,
)
from tests.metrics.delivered import Delivery
from tests.metrics.placed import SCOPES

LOSSES = ["churn", "employee_attrition"]
CLOSE = 1e-9


def compared(grain: str, scope: str) -> pl.Expr:
    """Cells of the mart that are recomputed."""
    chosen = (pl.col("period_grain") == grain) & (pl.col("scope_kind") == scope)
    chosen &= ~pl.col("scope_key").str.starts_with("other:")
    if grain == "day":
        chosen &= ~pl.col("metric_code").is_in(LOSSES)
    if scope == "product":
        # which product a customer with several belongs to in a whole month is not defined
        chosen &= ~pl.col("metric_code").is_in([*MONTHS_OF_CUSTOMERS, "churn"])
    return chosen


def has_figures(grain: str, scope: str) -> bool:
    """Only the organisation has days."""
    return grain != "day" or scope == "organisation"


def expected(observed: pl.DataFrame, lost: pl.DataFrame, grain: str, scope: str) -> pl.DataFrame:
    of_losses = cells_of_losses(lost, grain, scope)
    cells = pl.concat([cells_of_means(observed, grain, scope), of_losses], how="vertical_relaxed")
    if not has_figures(grain, scope):
        return cells.clear()
    return cells.filter(~pl.col("metric_code").is_in(MONTHS_OF_CUSTOMERS)) if scope == "product" else cells


def far(column: str, other: str) -> pl.Expr:
    """The two differ by more than rounding; an absent figure differs from every figure."""
    difference = (pl.col(column) - pl.col(other)).abs()
    return (difference > CLOSE * pl.max_horizontal(pl.col(other).abs(), 1.0)).fill_null(True)


@pytest.mark.parametrize("scope", ["organisation", *SCOPES])
@pytest.mark.parametrize("grain", [*GRAINS, YEAR])
def test_same_n_same_value(
    published: pl.DataFrame,
    observed: pl.DataFrame,
    lost: pl.DataFrame,
    delivery: Delivery,
    grain: str,
    scope: str,
) -> None:
    mart = published.filter(compared(grain, scope))
    both = mart.join(expected(observed, lost, grain, scope), on=KEY, how="left")
    shown_wrong = (pl.col("n") != pl.col("count")) | far("value", "mean") | far("value_unweighted", "plain")
    few = pl.col("count") < delivery.assumption("normal_from_n")
    label = pl.when(few).then(pl.lit("indicative")).otherwise(pl.lit("normal"))
    wrong = both.filter(
        pl.col("count").is_null()
        | (pl.col("count") < delivery.assumption("hidden_below_n"))
        | (pl.col("display") != label)
        | shown_wrong.fill_null(True)
    ).sort(KEY)
    if wrong.height:
        which = wrong.group_by("metric_code").len().sort("metric_code").rows()
        columns = [*KEY, "n", "count", "value", "mean", "value_unweighted", "plain", "display"]
        pytest.fail(f"{which} of {both.height}; mart beside recomputed: {wrong.select(columns).rows()[:4]}")
    assert both.is_empty() != has_figures(grain, scope)


def test_every_metric_with_figures_is_recomputed(
    published: pl.DataFrame, observed: pl.DataFrame, lost: pl.DataFrame, delivery: Delivery
) -> None:
    recomputed = {*observed["metric_code"], *lost["metric_code"]}
    assert recomputed == set(published["metric_code"])
    assert recomputed <= {row["metric_code"] for row in delivery.seed("metrics")}


@pytest.mark.parametrize("grain", ["month", "quarter", YEAR])
@pytest.mark.parametrize("scope", ["department", "channel"])
def test_what_small_parts_have_together_is_the_whole_less_the_others(
    published: pl.DataFrame, grain: str, scope: str
) -> None:
    key = ["metric_code", "period_start"]
    cells = published.filter((pl.col("period_grain") == grain) & ~pl.col("metric_code").is_in(RATIOS))
    cells = cells.with_columns(total=pl.col("n") * pl.col("value_unweighted"))
    is_rest = pl.col("scope_key").str.starts_with("other:")
    rest = cells.filter((pl.col("scope_kind") == scope) & is_rest)
    parts = cells.filter((pl.col("scope_kind") == scope) & ~is_rest)
    whole = cells.filter(pl.col("scope_kind") == "organisation").select(*key, n_all="n", total_all="total")
    shown = parts.group_by(key).agg(n_shown=pl.col("n").sum(), total_shown=pl.col("total").sum())
    both = rest.join(whole, on=key).join(shown, on=key, how="left").fill_null(0)
    assert both.height == rest.height
    assert (both["n"] == both["n_all"] - both["n_shown"]).all()
    difference = (both["total"] - (both["total_all"] - both["total_shown"])).abs()
    assert (difference <= 1e-6 * both["total_all"].abs().clip(1.0)).all()
