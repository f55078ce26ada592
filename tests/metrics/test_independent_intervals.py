"""Interval, change and verdict of whole pages of the dashboard, recomputed from single observations."""

from __future__ import annotations

from datetime import date
from math import floor, hypot, sqrt

import numpy as np
import polars as pl
import pytest
from scipy import optimize, stats

from tests.metrics.delivered import Delivery
from tests.metrics.placed import headcounts
from tests.projects import Project

Z = stats.norm.ppf(0.975)
# months with and without a pulse or relation survey; the whole and several kinds of parts
PAGES = [
    (date(2026, 5, 1), "organisation", "all"),
    (date(2026, 4, 1), "organisation", "all"),
    (date(2025, 10, 1), "segment", "business"),
    (date(2026, 5, 1), "team", "T00001"),
    (date(2025, 2, 1), "department", "D2"),
    (date(2026, 3, 1), "channel", "letter"),
]


def estimate(
    metric: dict[str, str], rows: pl.DataFrame, population: int | None, deff: float = 1.0
) -> dict[str, float]:
    """n_effective, value, standard_error, ci_low, ci_high in the unit of the metric."""
    y, w = rows["y"].to_numpy(), rows["weight"].to_numpy()
    n = w.sum() ** 2 / (w**2).sum() / deff
    # only who did not answer is unknown
    finite = sqrt((population - n) / (population - 1)) if population else 1.0
    value = np.average(y, weights=w)
    kind = metric["estimator"]
    if kind == "proportion":
        error = sqrt(value * (100 - value) / n) * finite
        low, high = wilson(value / 100, n / finite**2)
    elif kind == "net_share":
        positive, negative = (np.average(y == sign, weights=w) for sign in (100, -100))
        error = 100 * sqrt((positive + negative - (value / 100) ** 2) / n) * finite
        low, high = adjusted_wald(positive, negative, n / finite**2)
    elif kind == "mean":
        spread = np.average((y - value) ** 2, weights=w) * n / (n - 1)
        error = sqrt(spread / n) * finite
        freedom = floor(n - 1 + 1e-9)
        low, high = stats.t.interval(0.95, freedom, value, error) if error else (value, value)
        low, high = (np.clip(bound, *scale(metric)) for bound in (low, high))
    else:
        x = rows["x"].to_numpy()
        ratio = y.sum() / x.sum()
        value, error = 100 * ratio, 100 * sqrt(len(y) * deff) * np.std(y - ratio * x, ddof=1) / abs(x.sum())
        low, high = stats.t.interval(0.95, floor(n - 1 + 1e-9), value, error)
    return {
        "n_independent": n,
        "n_effective": n / finite**2,
        "value": value,
        "standard_error": error,
        "ci_low": low,
        "ci_high": high,
    }


def wilson(share: float, n: float) -> tuple[float, float]:
    """Shares that the score test does not reject, times 100."""

    def score(p: float) -> float:
        return (share - p) ** 2 - Z**2 * p * (1 - p) / n

    within = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    low = optimize.brentq(score, 0, within, xtol=1e-15) if share > 0 else 0.0
    high = optimize.brentq(score, within, 1, xtol=1e-15) if share < 1 else 1.0
    return 100 * low, 100 * high


def adjusted_wald(positive: float, negative: float, n: float) -> tuple[float, float]:
    p, d = (positive * n + 0.75) / (n + 3), (negative * n + 0.75) / (n + 3)
    half = Z * sqrt((p + d - (p - d) ** 2) / (n + 3))
    return max(100 * (p - d - half), -100), min(100 * (p - d + half), 100)


def scale(metric: dict[str, str]) -> tuple[float, float]:
    return float(metric["scale_minimum"] or "-inf"), float(metric["scale_maximum"] or "inf")


def error_to_test(metric: dict[str, str], own: dict[str, float], plain_from: float) -> float:
    """The error for a test of change: of a mean that of its interval, of few answers at least the adjusted one."""
    n, error, value = own["n_effective"], own["standard_error"], own["value"] / 100
    if metric["estimator"] in ("mean", "ratio"):
        return error * stats.t.ppf(0.975, floor(own["n_independent"] - 1 + 1e-9)) / Z
    if metric["estimator"] == "proportion":
        share = (value * n + 2) / (n + 4)
        adjusted = sqrt(share * (1 - share) / (n + 4))
    else:
        # the shares that have a say follow from the error
        said = (error / 100) ** 2 * n + value**2
        adjusted = sqrt(((said * n + 1.5) / (n + 3) - (value * n / (n + 3)) ** 2) / (n + 3))
    if n >= plain_from:
        return error or 100 * adjusted
    return max(error, 100 * adjusted) * stats.t.ppf(0.975, floor(n - 1 + 1e-9)) / Z


class Recomputed:
    """Estimates of one scope by metric and month, from the observations. people: by metric and month."""

    def __init__(
        self,
        delivery: Delivery,
        observed: pl.DataFrame,
        lost: pl.DataFrame,
        likeness: dict[str, tuple[float, float]],
        people: dict[tuple[str, date], int],
        scope: str,
        key: str,
    ) -> None:
        self.likeness, self.people = likeness, people
        self.delivery, self.scope, self.key = delivery, scope, key
        self.metrics = {row["metric_code"]: row for row in delivery.seed("metrics")}
        here = pl.lit(True) if scope == "organisation" else pl.col(scope).cast(pl.String) == key
        months = lost.filter(pl.col("period_grain") == "month").with_columns(weight=pl.lit(1.0))
        columns = ["metric_code", "day", "weight", "y", "x"]
        parts = [
            part.filter(here).select(c for c in columns if c in part.columns)
            for part in (observed, months)
            if scope == "organisation" or scope in part.columns
        ]
        rows = pl.concat(parts, how="diagonal").with_columns(month=pl.col("day").dt.truncate("1mo"))
        self.rows = dict(iter(rows.group_by("metric_code", "month")))

    def estimate(self, code: str, month: date) -> dict[str, float]:
        metric = self.metrics[code]
        asked_all = metric["has_finite_population"] == "true"
        rows = self.rows[code, month]
        icc, spread = self.likeness.get(code, (0.0, 0.0))
        mean = rows.height / self.people[code, month]
        deff = 1 + (mean - 1) * (spread + (2 - spread) / mean) * icc
        return estimate(metric, rows, self.population(month) if asked_all else None, deff)

    def population(self, month: date) -> int:
        counts = headcounts(self.delivery, [month])
        if self.scope == "team":
            counts = counts.filter(pl.col("team") == self.key)
        if self.scope == "department":
            teams = (
                self.delivery.used("teams").filter(pl.col("parent_team_id") == self.key)["team_id"].to_list()
            )
            counts = counts.filter(pl.col("team").is_in(teams))
        return int(counts["headcount"].sum())


@pytest.fixture(scope="module")
def likeness(observed: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Intraclass correlation and spread of repeats by metric, by analysis of variance around the means of persons."""
    found = {}
    known = observed.filter(pl.col("person").is_not_null())
    for (code,), rows in known.group_by("metric_code"):
        y = rows["y"].to_numpy()
        if code == "margin_share":
            y = y - y.sum() / rows["x"].sum() * rows["x"].to_numpy()
        _, person = np.unique(rows["person"].to_numpy(), return_inverse=True)
        size = np.bincount(person)
        means = np.bincount(person, y) / size
        n, k = len(y), len(size)
        if n == k:
            continue
        between = (size * (means - y.mean()) ** 2).sum() / (k - 1)
        within = ((y - means[person]) ** 2).sum() / (n - k)
        typical = (n - (size**2).sum() / n) / (k - 1)
        icc = (between - within) / (between + (typical - 1) * within)
        found[code] = np.clip(icc, 0, 1), ((size**2).sum() / n - 1) / (n / k - 1)
    return found


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: f"{page[0]:%Y-%m}-{page[2]}")
def page(
    request: pytest.FixtureRequest,
    demo: Project,
    delivery: Delivery,
    observed: pl.DataFrame,
    lost: pl.DataFrame,
    likeness: dict[str, tuple[float, float]],
    published: pl.DataFrame,
) -> tuple[date, Recomputed, pl.DataFrame]:
    """The month, its estimates, and all months of that scope in the mart."""
    month, scope, key = request.param
    chosen = (
        (pl.col("period_grain") == "month") & (pl.col("scope_kind") == scope) & (pl.col("scope_key") == key)
    )
    cells = published.filter(chosen)
    # test_people counts them one by one
    counted = demo.query(
        f"""select metric_code, period_start, people_count from intermediate.int_metrics__people
        where period_grain = 'month' and scope_kind = '{scope}' and scope_key = '{key}'"""
    )
    people = {(code, start): count for code, start, count in counted}
    return month, Recomputed(delivery, observed, lost, likeness, people, scope, key), cells


@pytest.mark.parametrize(
    ("counts", "key"),
    [
        ((50, 30, 20), (30.0, 7.8102, 14.051, 44.201)),
        ((30, 20, 10), (33.333, 9.6225, 13.301, 50.191)),
        ((3, 2, 1), (33.333, 30.429, -26.743, 71.188)),
        ((8, 1, 1), (70, 20.2485, 14.732, 92.961)),
        ((420, 330, 250), (17, 2.532, 11.995, 21.903)),
        ((10, 0, 0), (100, 0, 47.504, 100)),
    ],
)
def test_recomputation_gives_the_answer_keys_of_nps(counts: tuple, key: tuple) -> None:
    y = np.repeat([100.0, 0.0, -100.0], counts)
    own = estimate({"estimator": "net_share"}, pl.DataFrame({"y": y, "weight": np.ones(len(y))}), None)
    assert (own["value"], own["standard_error"], own["ci_low"], own["ci_high"]) == pytest.approx(
        key, abs=6e-4
    )


def test_intervals_follow_from_the_observations(page: tuple[date, Recomputed, pl.DataFrame]) -> None:
    month, recomputed, cells = page
    rows = cells.filter(pl.col("period_start") == month).rows(named=True)
    for row in rows:
        own = recomputed.estimate(row["metric_code"], month)
        del own["n_independent"]
        assert {name: row[name] for name in own} == pytest.approx(own, rel=1e-9, abs=1e-9), row["metric_code"]
    assert len({recomputed.metrics[row["metric_code"]]["estimator"] for row in rows}) >= 3


def test_changes_follow_from_the_observations(page: tuple[date, Recomputed, pl.DataFrame]) -> None:
    month, recomputed, cells = page
    compared = 0
    for row in cells.filter((pl.col("period_start") == month) & pl.col("p_value").is_not_null()).rows(
        named=True
    ):
        code, before = row["metric_code"], row["comparison_period_start"]
        assert before == max(
            start for metric, start in recomputed.rows if metric == code and start < month
        ), code
        new, old = recomputed.estimate(code, month), recomputed.estimate(code, before)
        assert row["change"] == pytest.approx(new["value"] - old["value"], abs=1e-9)
        plain_from = recomputed.delivery.assumption("plain_test_from_n")
        errors = [error_to_test(recomputed.metrics[code], part, plain_from) for part in (new, old)]
        z = (new["value"] - old["value"]) / hypot(*errors)
        assert row["p_value"] == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9, abs=1e-12), code
        compared += 1
    assert compared >= 8


def test_only_a_change_that_survives_the_page_is_called_better_or_worse(
    delivery: Delivery, published: pl.DataFrame
) -> None:
    """Benjamini-Hochberg over a page: the headline metrics of one scope and period, or the other metrics."""
    level = delivery.assumption("significance_level")
    metrics = {row["metric_code"]: row for row in delivery.seed("metrics")}
    headline = [code for code, row in metrics.items() if row["is_headline"] == "true"]
    upwards = [code for code, row in metrics.items() if row["is_higher_better"] == "true"]
    tested = published.filter(
        pl.col("p_value").is_not_null() & ~pl.col("period_grain").is_in(["day", "week"])
    ).with_columns(
        is_headline=pl.col("metric_code").is_in(headline),
        is_good=(pl.col("change") > 0) == pl.col("metric_code").is_in(upwards),
    )
    pages = ["period_grain", "period_start", "scope_kind", "scope_key", "is_headline"]
    parts = [
        part.with_columns(q=pl.Series(stats.false_discovery_control(part["p_value"].to_numpy())))
        for _, part in tested.group_by(pages)
    ]
    cells = pl.concat(parts)
    good = pl.when(pl.col("is_good")).then(pl.lit("better")).otherwise(pl.lit("worse"))
    verdict = pl.when(pl.col("q") < level).then(good).otherwise(pl.lit("no_demonstrable_change"))
    wrong = cells.filter(((pl.col("q") - pl.col("q_value")).abs() > 1e-12) | (pl.col("verdict") != verdict))
    if wrong.height:
        pytest.fail(
            f"{wrong.height} of {cells.height}: {wrong.select(*pages, 'metric_code', 'q', 'q_value').head(3)}"
        )
    assert cells["verdict"].n_unique() == 3
