"""Marts around the drivers and the two sides of a contact, against the delivered files and what was planted."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import polars as pl
import pytest
from scipy import stats

from service_control.demo.parameters import TRUTH
from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.metrics.observed import follow_ups, matched, resolutions
from tests.projects import Project

KEY = ["period_grain", "period_start", "scope_kind", "scope_key"]
CELLS = {
    "month-organisation": ("month", "1mo", "organisation"),
    "quarter-team": ("quarter", "1q", "team"),
    "month-channel": ("month", "1mo", "channel"),
}
CLICKS = {"click": 1, "neutral": 0, "no_click": -1}


def mart(demo: Project, name: str) -> pl.DataFrame:
    columns = [column for (column,) in demo.query(f"select column_name from (describe marts.{name})")]
    rows = demo.query(f"select * from marts.{name}")
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def cells_of(frame: pl.DataFrame, cell: tuple[str, str, str]) -> pl.DataFrame:
    return frame.filter((pl.col("period_grain") == cell[0]) & (pl.col("scope_kind") == cell[2]))


def keyed(frame: pl.DataFrame, cell: tuple[str, str, str]) -> pl.DataFrame:
    """Rows with the period_start and scope_key of the cells they belong to."""
    key = pl.lit("all") if cell[2] == "organisation" else pl.col(cell[2]).cast(pl.String)
    rows = frame.with_columns(period_start=pl.col("day").dt.truncate(cell[1]), scope_key=key)
    return rows.filter(pl.col("scope_key").is_not_null())


def assert_same(own: pl.DataFrame, shown: pl.DataFrame, on: list[str], few: int) -> None:
    """The mart has cells of at least `few`, all of the whole among them, and every column of `own`, to 1e-9."""
    shown = shown.filter(~pl.col("scope_key").str.starts_with("other:"))
    large = own.filter(pl.col("n") >= few)
    both = large.join(shown, on=on, suffix="_mart")
    assert both.height == shown.height > 0
    assert both.height == large.height or "all" not in shown["scope_key"]
    for column in set(own.columns) - set(on):
        difference = (both[column] - both[f"{column}_mart"]).abs()
        assert difference.is_null().equals(both[column].is_null()), column
        assert difference.fill_null(0).max() < 1e-9, column


@pytest.fixture(scope="module")
def few(delivery: Delivery) -> int:
    return int(delivery.assumption("hidden_below_n"))


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_drivers_with_their_favourable_answers(
    demo: Project, delivery: Delivery, few: int, cell: tuple
) -> None:
    answers = keyed(placed.answers(delivery).filter(pl.col("driver") != ""), cell)
    weight = pl.col("weight")
    own = answers.group_by("driver", "period_start", "scope_key").agg(
        n=pl.len(),
        mean_score=(weight * pl.col("x")).sum() / weight.sum(),
        top_box_pct=100 * (weight * (pl.col("box") == 1)).sum() / weight.sum(),
    )
    shown = cells_of(mart(demo, "driver_scores"), cell).rename({"driver_code": "driver"})
    assert_same(own, shown, ["driver", "period_start", "scope_key"], few)
    assert (shown["top_box_ci_low"] <= shown["top_box_pct"] + 1e-9).all()
    assert (shown["top_box_pct"] <= shown["top_box_ci_high"] + 1e-9).all()


def test_drivers_are_as_planted(demo: Project) -> None:
    """The mean of a driver follows its planted level, and all eight are told apart from the best and the worst."""
    year = mart(demo, "driver_scores").filter(
        (pl.col("period_grain") == "rolling_12_months")
        & (pl.col("scope_kind") == "organisation")
        & pl.col("is_complete_period")
    )
    year = year.filter(pl.col("period_start") == year["period_start"].max())
    scores = {row["driver_code"]: row for row in year.rows(named=True)}
    planted = {driver.code: driver.mean for driver in TRUTH.drivers}
    found = [scores[code]["mean_score"] for code in planted]
    assert stats.pearsonr(found, list(planted.values())).statistic > 0.95
    best, worst = (choose(planted, key=planted.get) for choose in (max, min))
    assert scores[best]["ci_low"] > scores[worst]["ci_high"]
    facets = [scores[name]["mean_score"] for name, _ in TRUTH.facets]
    assert stats.pearsonr(facets, [mean for _, mean in TRUTH.facets]).statistic > 0.95


ELEMENTS = {
    "month-organisation": ("month", "1mo", "organisation"),
    "quarter-segment": ("quarter", "1q", "segment"),
    "month-region": ("month", "1mo", "region"),
}


def delivered_elements(delivery: Delivery, cell: tuple[str, str, str]) -> pl.DataFrame:
    """element_code, period_start, scope_key, n, mean_score, delivered_pct of what customers say when asked."""
    answers = keyed(placed.answers(delivery).filter(pl.col("metric") == "value_element"), cell)
    weight = pl.col("weight")
    return answers.group_by(pl.col("item_code").alias("element_code"), "period_start", "scope_key").agg(
        n=pl.len(),
        mean_score=(weight * pl.col("x")).sum() / weight.sum(),
        delivered_pct=100 * weight.filter(pl.col("x") >= 8).sum() / weight.sum(),
    )


def asked(demo: Project, name: str) -> pl.DataFrame:
    return mart(demo, name).filter(pl.col("evidence") == "survey")


@pytest.mark.parametrize("cell", ELEMENTS.values(), ids=ELEMENTS)
def test_elements_of_value_with_who_is_given_them(
    demo: Project, delivery: Delivery, few: int, cell: tuple
) -> None:
    own = delivered_elements(delivery, cell)
    half = 100 * delivery.assumption("value_element_delivered_share")
    own = own.with_columns(delivered=(pl.col("delivered_pct") >= half).cast(pl.Int64))
    shown = cells_of(asked(demo, "value_elements"), cell)
    shown = shown.with_columns(delivered=pl.col("is_delivered").cast(pl.Int64))
    assert_same(own, shown, ["element_code", "period_start", "scope_key"], few)
    assert shown["delivered_pct"].is_between(shown["ci_low"], shown["ci_high"]).all()


@pytest.mark.parametrize("cell", ELEMENTS.values(), ids=ELEMENTS)
def test_breadth_and_height_of_value(demo: Project, delivery: Delivery, few: int, cell: tuple) -> None:
    levels = {row["element_code"]: int(row["level_number"]) for row in delivery.seed("elements_of_value")}
    given = delivered_elements(delivery, cell).filter(pl.col("n") >= few)
    level = pl.col("element_code").replace_strict(levels)
    is_given = pl.col("delivered_pct") >= 100 * delivery.assumption("value_element_delivered_share")
    own = given.group_by("period_start", "scope_key").agg(
        n=pl.len(), breadth=is_given.sum(), height=level.filter(is_given).sum() / sum(levels.values())
    )
    promoted = cells_of(mart(demo, "metric_values"), cell).filter(pl.col("metric_code") == "nps_relation")
    promoted = promoted.select("period_start", "scope_key", nps_relation="value")
    own = own.join(promoted, on=["period_start", "scope_key"], how="left")
    shown = cells_of(asked(demo, "value_breadth"), cell).rename({"measured_count": "n"})
    assert_same(own, shown, ["period_start", "scope_key"], 1)


def test_elements_of_value_are_delivered_as_planted(demo: Project) -> None:
    """Of a year: the share of 8 and more in each segment, and segments that are given more recommend more."""
    year = (pl.col("period_grain") == "rolling_12_months") & (pl.col("period_start") == date(2025, 7, 1))
    of_segments = year & (pl.col("scope_kind") == "segment")
    shown = asked(demo, "value_elements").filter(of_segments)
    cells = {(row["scope_key"], row["element_code"]): row for row in shown.rows(named=True)}
    planted = {
        (segment.code, element.code): 100
        * stats.norm.sf(7.5, element.mean + segment.value, TRUTH.value_element_sd)
        for segment, element in product(TRUTH.segments, TRUTH.value_elements)
    }
    assert set(cells) == set(planted)
    outside = [key for key, cell in cells.items() if not cell["ci_low"] <= planted[key] <= cell["ci_high"]]
    assert len(outside) <= 0.1 * len(cells), outside
    best, worst = (choose(TRUTH.segments, key=lambda segment: segment.value) for choose in (max, min))
    for element in TRUTH.value_elements:
        assert cells[best.code, element.code]["ci_low"] > cells[worst.code, element.code]["ci_high"]
    breadth = {
        row["scope_key"]: row for row in asked(demo, "value_breadth").filter(of_segments).rows(named=True)
    }
    assert breadth[best.code]["breadth"] > breadth[worst.code]["breadth"]
    assert breadth[best.code]["nps_relation"] > breadth[worst.code]["nps_relation"]


def test_pyramid_is_the_mean_of_its_rescaled_members(demo: Project, delivery: Delivery) -> None:
    pyramid = mart(demo, "service_pyramid")
    metrics = {row["metric_code"]: row for row in delivery.seed("metrics")}
    members = [row["metric_code"] for row in delivery.seed("pyramid_members")]
    figures = mart(demo, "metric_values").filter(
        pl.col("metric_code").is_in(members) & pl.col("value").is_not_null()
    )
    ranges = pl.DataFrame(
        [
            (code, metrics[code]["experience_level"], *(float(metrics[code][f"scale_{end}"]) for end in ends))
            for code in members
            for ends in [("minimum", "maximum")]
        ],
        schema=["metric_code", "experience_level", "low", "high"],
        orient="row",
    )
    assert all(metrics[code]["is_higher_better"] == "true" for code in members)
    rescaled = 100 * (pl.col("value") - pl.col("low")) / (pl.col("high") - pl.col("low"))
    own = figures.join(ranges, on="metric_code").with_columns(own_score=rescaled)
    own = own.filter(pl.col("period_grain").is_in(["month", "quarter", "rolling_12_months"]))
    both = pyramid.join(own.select(*KEY, "metric_code", "own_score"), on=[*KEY, "metric_code"], how="left")
    assert both["score"].is_null().equals(both["own_score"].is_null())
    assert (both["score"] - both["own_score"]).abs().max() < 1e-9
    levels = both.group_by(*KEY, "level_number").agg(
        own_level=pl.col("own_score").mean(), level_score=pl.col("level_score").first(), count=pl.len(),
        weakest=pl.col("is_weakest_level").first(), given=pl.col("level_score").n_unique(),
    )  # fmt: skip
    assert (levels["own_level"] - levels["level_score"]).abs().max() < 1e-9
    assert (levels["given"] == 1).all()
    assert levels.group_by(*KEY).agg(pl.col("count").sum())["count"].unique().to_list() == [len(members)]
    lowest = pl.col("level_score").min().over(KEY)
    assert levels.filter(pl.col("weakest"))["level_score"].equals(
        levels.with_columns(lowest=lowest).filter(pl.col("weakest"))["lowest"]
    )
    assert levels.group_by(*KEY).agg(pl.col("weakest").sum())["weakest"].unique().to_list() == [1]
    unknown = pyramid["level_score"].is_null()
    assert unknown.equals(pyramid["level_ci_low"].is_null())
    known = pyramid.filter(~unknown)
    assert known["level_score"].is_between(known["level_ci_low"] - 1e-9, known["level_ci_high"] + 1e-9).all()


def test_coverage_names_every_metric_once_and_what_nobody_measures(demo: Project, delivery: Delivery) -> None:
    coverage = {row["excellence_element"]: row for row in mart(demo, "excellence_coverage").rows(named=True)}
    assert len(coverage) == 9
    named = [
        code
        for row in coverage.values()
        for column in ("measured_metric_codes", "unmeasured_metric_codes")
        for code in (row[column] or "").split(", ")
        if code
    ]
    assert sorted(named) == sorted(row["metric_code"] for row in delivery.seed("metrics"))
    with_figures = {
        code
        for (code,) in demo.query(
            "select distinct metric_code from marts.metric_values where value is not null"
        )
    }
    measured = {
        code for row in coverage.values() for code in (row["measured_metric_codes"] or "").split(", ")
    }
    assert measured - {""} == with_figures
    for row in coverage.values():
        expected = "measured" if row["measured_metric_codes"] else "no_data" if row["metric_count"] else None
        assert row["coverage"] == (expected or "no_metric")
    assert coverage["design and renewal of outstanding experiences"]["coverage"] == "no_metric"


def kappa_of(table: np.ndarray) -> float:
    shares = table / table.sum()
    chance = shares.sum(axis=1) @ shares.sum(axis=0)
    return (np.trace(shares) - chance) / (1 - chance) if chance < 1 else np.nan


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_agreement_of_clicks(demo: Project, delivery: Delivery, few: int, cell: tuple) -> None:
    taps = keyed(matched(delivery, "emo_click_employee", "emo_click_customer"), cell)
    counts = {
        f"{ours}_{theirs}_count": ((pl.col("box") == a) & (pl.col("box_customer") == b)).sum()
        for (ours, a), (theirs, b) in product(CLICKS.items(), CLICKS.items())
    }
    own = taps.group_by("period_start", "scope_key").agg(n=pl.len(), **counts)
    tables = [np.array(row, float).reshape(3, 3) for row in own.select(counts.keys()).rows()]
    kappas = [None if np.isnan(kappa_of(table)) else kappa_of(table) for table in tables]
    one_sided = [(int(table[0, 2]), int(table[2, 0])) for table in tables]
    p_values = [mcnemar(*pair, delivery.assumption("mcnemar_exact_below")) for pair in one_sided]
    own = own.with_columns(kappa=pl.Series(kappas, dtype=pl.Float64), mcnemar_p_value=pl.Series(p_values))
    shown = cells_of(mart(demo, "emo_click_agreement"), cell)
    assert_same(own, shown, ["period_start", "scope_key"], few)
    assert shown["kappa"].is_null().equals(shown["kappa_ci_low"].is_null())
    inside = shown.filter(pl.col("kappa").is_not_null())
    assert (inside["kappa_ci_low"] <= inside["kappa"]).all() and (inside["kappa_ci_high"] <= 1).all()


def mcnemar(one: int, other: int, exact_below: float) -> float:
    if one + other == 0:
        return 1.0
    if one + other < exact_below:
        return stats.binomtest(one, one + other).pvalue
    return stats.chi2.sf((one - other) ** 2 / (one + other), 1)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("registration", ["no_further_contact", "logged"])
def test_gap_of_resolution(
    demo: Project, delivery: Delivery, few: int, registration: str, cell: tuple
) -> None:
    said = resolutions(delivery)
    if registration == "logged":
        logged = delivery.used("contacts").select("contact_id", registered="is_resolved_registered")
        said = matched(delivery, "fcr_perceived", "fcr_perceived").join(logged, on="contact_id")
        said = said.filter(pl.col("registered").is_not_null()).with_columns(perceived=pl.col("box") == 1)
    registered, perceived = pl.col("registered"), pl.col("perceived")
    own = keyed(said, cell).group_by("period_start", "scope_key").agg(
        n=pl.len(),
        both_resolved_count=(registered & perceived).sum(),
        registered_only_count=(registered & ~perceived).sum(),
        perceived_only_count=(~registered & perceived).sum(),
        neither_count=(~registered & ~perceived).sum(),
        gap=100 * (registered.cast(pl.Float64) - perceived.cast(pl.Float64)).mean(),
        overstated_pct=100 * (~perceived).filter(registered).mean(),
        understated_pct=100 * perceived.filter(~registered).mean(),
    )  # fmt: skip
    shown = cells_of(mart(demo, "resolution_gap"), cell).filter(pl.col("registration") == registration)
    # what is logged is shown where first contacts, which are fewer, may be shown
    first = keyed(resolutions(delivery), cell).group_by("period_start", "scope_key").len("first")
    own = own.join(first.filter(pl.col("first") >= few), on=["period_start", "scope_key"], how="semi")
    assert_same(own, shown, ["period_start", "scope_key"], few)


def test_two_sides_of_a_contact_differ_as_planted(demo: Project) -> None:
    """Employees find it easier and see more clicks than customers; the log is rosier than the customer."""

    def year(name: str, only: str = "true") -> dict:
        columns = [column for (column,) in demo.query(f"select column_name from (describe marts.{name})")]
        (row,) = demo.query(
            f"select * from marts.{name} where period_grain = 'rolling_12_months' and scope_kind = "
            f"'organisation' and period_start = '2025-06-01' and {only}"
        )
        return dict(zip(columns, row, strict=True))

    gap = year("metric_values", "metric_code = 'eces_gap'")
    assert gap["value"] == pytest.approx(TRUTH.eces_estimate_bias, abs=0.12)
    assert gap["ci_low"] > 0
    clicks = year("emo_click_agreement")
    assert clicks["click_no_click_count"] > 1.5 * clicks["no_click_click_count"]
    assert clicks["mcnemar_p_value"] < 0.001
    assert clicks["kappa_ci_low"] > 0
    resolved = year("resolution_gap", "registration = 'logged'")
    perceived = (resolved["both_resolved_count"] + resolved["perceived_only_count"]) / resolved["n"]
    said_yes, said_anyway = TRUTH.perceived_when_resolved, TRUTH.perceived_when_not
    share = (perceived - said_anyway) / (said_yes - said_anyway)
    logged = share * TRUTH.registered_when_resolved + (1 - share) * TRUTH.registered_when_not
    assert resolved["gap"] == pytest.approx(100 * (logged - perceived), abs=2)
    assert resolved["gap_ci_low"] > 0


def test_adjacent_issues_are_proposed_from_the_contacts_alone(demo: Project, delivery: Delivery) -> None:
    inbound = follow_ups(delivery).sort("customer_id", "started_at", "contact_id")
    following = inbound.with_columns(
        next_issue=pl.col("issue_code").shift(-1).over("customer_id"),
        wait=(pl.col("started_at").dt.date().shift(-1) - pl.col("started_at").dt.date()).over("customer_id"),
    ).filter(
        (pl.col("wait").dt.total_days() <= delivery.assumption("adjacency_window_days"))
        & (pl.col("next_issue") != pl.col("issue_code"))
    )
    pairs = following.group_by("issue_code", "next_issue").agg(support=pl.len())
    after, before = (pl.col("support").sum().over(column) for column in ("issue_code", "next_issue"))
    pairs = pairs.with_columns(lift=pl.col("support") * pl.col("support").sum() / (after * before))
    own = {row[:2]: row[2:] for row in pairs.iter_rows()}
    rows = mart(demo, "issue_adjacency_proposals").rows(named=True)
    for row in rows:
        support, lift = own[row["issue_code"], row["next_issue_code"]]
        assert (row["support"], row["lift"]) == (support, pytest.approx(lift, rel=1e-9))
    wanted = {
        pair
        for pair, (support, lift) in own.items()
        if support >= delivery.assumption("adjacency_minimum_support")
        and lift >= delivery.assumption("adjacency_minimum_lift")
    }
    found = {(row["issue_code"], row["next_issue_code"]): row["proposal"] for row in rows}
    assert {pair for pair, proposal in found.items() if proposal in ("add", "keep")} == wanted
    # what was planted is found, and nothing else
    assert wanted <= {*TRUTH.adjacency} and len(wanted) > 0.9 * len(TRUTH.adjacency)
    assert {pair for pair, proposal in found.items() if proposal != "add"} == {*TRUTH.adjacency}
