"""The Polars pipeline that the benchmarks compare with makes the same figures as the mart."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.polars_pipeline.figures import LEFT_OUT, headline_metrics
from tests.projects import Project

KEY = ["metric_code", "period_grain", "period_start", "scope_kind", "scope_key"]
CLOSE = 1e-9


@pytest.fixture(scope="module")
def published(demo: Project) -> pl.DataFrame:
    """The headline metrics of the mart that the comparison does not leave out: KEY, n, value."""
    rows = demo.query(
        f"select {', '.join(KEY)}, n, value from marts.metric_values "
        f"inner join marts.dim_metrics using (metric_code) where is_headline and metric_code not in {LEFT_OUT}"
    )
    return pl.DataFrame(rows, schema=[*KEY, "n", "value"], orient="row", infer_schema_length=None)


@pytest.fixture(scope="module")
def computed(demo: Project) -> pl.DataFrame:
    return headline_metrics(demo.root / "landing")


def test_same_cells_same_n_same_value(published: pl.DataFrame, computed: pl.DataFrame) -> None:
    # the script knows nothing of groups that are hidden for others' sake, nor of what these have together
    parts = published.filter(~pl.col("scope_key").str.starts_with("other:"))
    both = parts.join(computed, on=KEY, how="left", suffix="_computed")
    difference = (pl.col("value") - pl.col("value_computed")).abs()
    is_far = difference > CLOSE * pl.max_horizontal(pl.col("value").abs(), 1.0)
    wrong = both.filter(pl.col("n").ne_missing(pl.col("n_computed")) | is_far.fill_null(True))
    if wrong.height:
        which = wrong.group_by("metric_code", "scope_kind").len().sort("len").rows()
        pytest.fail(f"{wrong.height} of {both.height}: {which}; {wrong.head(3).rows()}")
    assert both["value"].count() > 30_000


def test_every_headline_metric_is_computed_or_named_as_left_out(
    demo: Project, computed: pl.DataFrame
) -> None:
    headline = {code for (code,) in demo.query("select metric_code from marts.dim_metrics where is_headline")}
    assert {*computed["metric_code"]} | {*LEFT_OUT} == headline
    assert not {*LEFT_OUT} & {*computed["metric_code"]}
