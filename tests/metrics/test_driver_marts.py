"""What makes or breaks, recomputed from the delivered files with NumPy, and against what was planted."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from math import factorial

import numpy as np
import polars as pl
import pytest

from service_control.demo.parameters import TRUTH
from tests.metrics import feelings, placed
from tests.metrics.delivered import Delivery
from tests.metrics.losses import spells
from tests.metrics.test_experience_marts import mart
from tests.projects import Project

FROM, TO = date(2025, 7, 1), date(2026, 6, 30)
DRIVERS = [driver.code for driver in TRUTH.drivers]
CELLS = [("organisation", "all"), ("segment", "business"), ("channel", "phone"), ("journey", "payment")]


@pytest.fixture(scope="module")
def answers(delivery: Delivery) -> pl.DataFrame:
    """One row per response after a contact in the last twelve months: its drivers and outcomes side by side."""
    frame = placed.answers(delivery).filter(pl.col("survey_code") == "contact_survey")
    frame = frame.filter(pl.col("day").is_between(FROM, TO)).with_columns(
        question=pl.when(pl.col("driver") != "").then("driver").otherwise("metric")
    )
    scopes = ["segment", "channel", "journey", "contact_id", "customer_id"]
    return frame.pivot("question", index=["response_id", "weight", *scopes], values="x")


def part(frame: pl.DataFrame, cell: tuple[str, str]) -> pl.DataFrame:
    return frame if cell[0] == "organisation" else frame.filter(pl.col(cell[0]) == cell[1])


def rows_of(table: pl.DataFrame, outcome: str, cell: tuple[str, str]) -> pl.DataFrame:
    """The rows of a mart for one outcome and scope, in the order of DRIVERS where it has drivers."""
    found = table.filter(
        pl.col("outcome_metric_code") == outcome,
        pl.col("scope_kind") == cell[0],
        pl.col("scope_key") == cell[1],
    )
    if "driver_code" in found.columns:
        found = found.with_columns(at=pl.col("driver_code").replace_strict(DRIVERS, range(8))).sort("at")
    return found


def complete(answers: pl.DataFrame, outcome: str, cell: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    chosen = part(answers, cell).drop_nulls([*DRIVERS, outcome])
    return chosen.select(DRIVERS).to_numpy(), chosen[outcome].to_numpy()


@pytest.mark.parametrize("outcome", ["nps_transaction", "ces", "csat"])
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell[1])
def test_weights_are_those_of_the_rows(
    demo: Project, answers: pl.DataFrame, outcome: str, cell: tuple
) -> None:
    x, y = complete(answers, outcome, cell)
    shown = rows_of(mart(demo, "driver_impact"), outcome, cell)
    assert shown["n"].to_list() == [len(y)] * 8
    # Johnson's weights the other way round: by the singular values of the standardised rows
    z = (x - x.mean(axis=0)) / x.std(axis=0) / np.sqrt(len(x))
    target = (y - y.mean()) / y.std() / np.sqrt(len(y))
    left, singular, right = np.linalg.svd(z, full_matrices=False)
    nearest = left @ right
    weights = (right.T @ (singular[:, None] * right)) ** 2 @ (nearest.T @ target) ** 2
    assert np.abs(shown["weight"].to_numpy() - weights).max() < 1e-9
    explained = {
        chosen: np.linalg.lstsq(z[:, chosen], target)[0] @ z[:, chosen].T @ target if chosen else 0.0
        for size in range(9)
        for chosen in combinations(range(8), size)
    }
    assert shown["r_squared"][0] == pytest.approx(explained[tuple(range(8))], abs=1e-9)
    lmg = [
        sum(
            factorial(len(before)) * factorial(7 - len(before)) / factorial(8)
            * (explained[tuple(sorted((*before, j)))] - explained[before])
            for before in explained
            if j not in before
        )
        for j in range(8)
    ]  # fmt: skip
    assert np.abs(shown["lmg"].to_numpy() - lmg).max() < 1e-9
    assert np.abs(shown["beta"].to_numpy() - np.linalg.lstsq(z, target)[0]).max() < 1e-9
    assert np.abs(shown["performance"].to_numpy() - 25 * (x.mean(axis=0) - 1)).max() < 1e-9
    affective = [j for j, code in enumerate(DRIVERS) if code != "ease"]
    assert shown["affective_share_pct"][0] == pytest.approx(100 * weights[affective].sum() / weights.sum())
    assert (shown["weight_ci_low"] <= shown["weight"]).all()
    assert (shown["weight"] <= shown["weight_ci_high"]).all()


@pytest.mark.parametrize("outcome", ["nps_transaction", "ces", "csat"])
@pytest.mark.parametrize("cell", CELLS[:2], ids=lambda cell: cell[1])
def test_penalties_and_rewards_are_those_of_the_rows(
    demo: Project, answers: pl.DataFrame, outcome: str, cell: tuple
) -> None:
    x, y = complete(answers, outcome, cell)
    shown = rows_of(mart(demo, "driver_asymmetry"), outcome, cell)
    slopes = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x <= 2, x == 5]).astype(float), y)[0][1:]
    assert np.abs(shown["penalty"].to_numpy() - slopes[:8]).max() < 1e-9
    assert np.abs(shown["reward"].to_numpy() - slopes[8:]).max() < 1e-9
    index = (slopes[8:] - abs(slopes[:8])) / (abs(slopes[8:]) + abs(slopes[:8]))
    assert np.abs(shown["impact_asymmetry"].to_numpy() - index).max() < 1e-9


def test_expectation_is_that_of_the_rows(demo: Project, delivery: Delivery) -> None:
    frame = placed.answers(delivery).filter(
        pl.col("survey_code") == "relation_survey", pl.col("day").is_between(FROM, TO)
    )
    expected = frame.filter(pl.col("item_code") == "expectation_met").select("response_id", "box")
    for metric in ("nps_relation", "report_mark"):
        pairs = frame.filter(pl.col("metric") == metric).drop("box").join(expected, on="response_id")
        weight = pl.col("weight")
        means = pairs.group_by("box").agg(n=pl.len(), mean=(weight * pl.col("x")).sum() / weight.sum())
        by_box = {box: (n, mean) for box, n, mean in means.iter_rows()}
        shown = rows_of(mart(demo, "expectation_curve"), metric, CELLS[0])
        for box, name in ((-1, "below"), (0, "as_expected"), (1, "above")):
            assert shown[f"{name}_n"][0] == by_box[box][0]
            assert shown[name][0] == pytest.approx(by_box[box][1], abs=1e-9)
        loss, gain = by_box[0][1] - by_box[-1][1], by_box[1][1] - by_box[0][1]
        assert shown["loss_gain_ratio"][0] == pytest.approx(loss / gain, rel=1e-9)


@pytest.fixture(scope="module")
def levels(delivery: Delivery, answers: pl.DataFrame) -> pl.DataFrame:
    """Answers and feelings with what was registered of their contact; times as the number of halvings."""
    felt = feelings.responses(delivery).filter(pl.col("day").is_between(FROM, TO)).drop_nulls(["feeling"])
    felt = felt.select(
        *["response_id", "segment", "channel", "journey", "contact_id", "customer_id"],
        nev_intensity=100.0 * pl.col("feeling") / 3,
    )
    known = placed.contacts(delivery).select(
        "contact_id",
        sla_met=pl.col("is_sla_met").cast(pl.Float64),
        waiting_time=-(1 + pl.col("waited_seconds")).log(2),
        handling_time=-(1 + pl.col("handled_seconds")).log(2),
        resolved_logged=pl.col("is_resolved_registered").cast(pl.Float64),
    )
    return pl.concat([answers, felt], how="diagonal_relaxed").join(known, on="contact_id")


@pytest.mark.parametrize("level", ["sla_met", "waiting_time", "handling_time", "resolved_logged"])
@pytest.mark.parametrize("outcome", ["nps_transaction", "ces", "csat", "nev_intensity"])
@pytest.mark.parametrize("cell", CELLS[:2], ids=lambda cell: cell[1])
def test_service_levels_are_those_of_the_rows(
    demo: Project, levels: pl.DataFrame, level: str, outcome: str, cell: tuple
) -> None:
    frame = levels.drop_nulls([level, outcome]).with_columns(
        x=pl.col(level) - pl.col(level).mean().over("channel"),
        y=pl.col(outcome) - pl.col(outcome).mean().over("channel"),
    )
    chosen = part(frame, cell)
    x, y = chosen["x"].to_numpy(), chosen["y"].to_numpy()
    shown = rows_of(mart(demo, "service_level_fit"), outcome, cell)
    shown = shown.filter(pl.col("service_level_code") == level)
    assert shown["n"][0] == len(x)
    assert shown["correlation"][0] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
    assert shown["effect"][0] == pytest.approx(np.cov(x, y)[0, 1] / x.var(ddof=1), abs=1e-9)


@pytest.fixture(scope="module")
def said_and_done(delivery: Delivery) -> pl.DataFrame:
    """customer_id, band, segment and for each behaviour whether it followed within a year."""
    frame = placed.answers(delivery).filter(pl.col("metric") == "nps_relation")
    frame = frame.filter(pl.col("day").is_between(date(2024, 7, 1), date(2025, 6, 30)))
    frame = frame.sort("day", "response_id").group_by("customer_id", maintain_order=True).last()
    until = (pl.col("day") + timedelta(days=365)).alias("until")
    frame = frame.select("customer_id", "segment", "weight", "day", until, band="box")

    def did(events: pl.DataFrame, name: str) -> pl.DataFrame:
        pairs = frame.join(events, on="customer_id")
        inside = pairs.filter(pl.col("done").is_between("day", "until", closed="left"))
        return frame.select(
            "customer_id", pl.col("customer_id").is_in(inside["customer_id"].to_list()).alias(name)
        )

    referrals = delivery.used("referrals").select(
        customer_id="referrer_customer_id", done=placed.local_day("referred_at")
    )
    reviews = delivery.used("advocacy_events").filter(pl.col("kind") == "review")
    reviews = reviews.select("customer_id", done=placed.local_day("occurred_at"))
    there = frame.join(spells(delivery), on="customer_id").filter(
        (pl.col("began") <= pl.col("day")) & (pl.col("last").is_null() | (pl.col("last") >= pl.col("day")))
    )
    ends = there.select("customer_id", done="last").drop_nulls()
    for events, name in ((referrals, "referred"), (reviews, "reviewed"), (ends, "left")):
        frame = frame.join(did(events, name), on="customer_id")
    return frame


@pytest.mark.parametrize("cell", [("organisation", "all"), ("segment", "families")], ids=lambda cell: cell[1])
@pytest.mark.parametrize(("behaviour", "band"), [("referred", 1), ("reviewed", 1), ("left", -1)])
def test_say_and_do_are_those_of_the_rows(
    demo: Project, said_and_done: pl.DataFrame, behaviour: str, band: int, cell: tuple
) -> None:
    table = mart(demo, "say_do").filter(
        pl.col("behaviour") == behaviour, pl.col("scope_kind") == cell[0], pl.col("scope_key") == cell[1]
    )
    names = {1: "promoter", 0: "passive", -1: "detractor"}
    frame = part(said_and_done, cell)
    for own in frame.partition_by("band"):
        shown = table.filter(pl.col("band") == names[own["band"][0]])
        assert (shown["n"][0], shown["did_count"][0]) == (own.height, own[behaviour].sum())
    predicting = frame.filter(pl.col("band") == band)
    shown = table.filter(pl.col("is_predicting_band"))
    weight = pl.col("weight")
    did = predicting.filter(behaviour).select(weight.sum()).item()
    assert shown["did_pct"][0] == pytest.approx(100 * did / predicting["weight"].sum(), abs=1e-9)
    every = frame.filter(behaviour).select(weight.sum()).item()
    assert shown["recall_pct"][0] == pytest.approx(100 * did / every, abs=1e-9)


def test_blind_spots_are_those_of_the_rows(demo: Project, delivery: Delivery, levels: pl.DataFrame) -> None:
    shown = mart(demo, "blind_spots").filter(pl.col("scope_kind") == "organisation")
    counts = {row["blind_spot_code"]: (row["n"], row["missed_count"]) for row in shown.to_dicts()}
    told = levels.drop_nulls(["fcr_perceived", "resolved_logged"]).filter(pl.col("fcr_perceived") == 0)
    assert counts["resolution_logged"] == (told.height, told["resolved_logged"].sum())
    hard = levels.drop_nulls(["ces", "sla_met"]).filter(pl.col("ces") <= 3)
    assert counts["service_level_met"] == (hard.height, hard["sla_met"].sum())
    felt = feelings.responses(delivery).filter(pl.col("day").is_between(FROM, TO)).drop_nulls(["mark"])
    weakened = felt.filter(pl.col("relation") == "weakened")
    assert counts["mark_given"] == (weakened.height, (weakened["mark"] >= 8).sum())
    assert shown["blindness_rank"].sort().to_list() == list(range(1, shown.height + 1))
    ordered = shown.sort("blindness_rank")["missed_pct_ci_low"]
    assert ordered.is_sorted(descending=True)


def test_what_was_planted_is_within_the_intervals(demo: Project) -> None:
    """Answers are rounded and end at the end of the scale, which takes up to a tenth of a point off an effect."""
    held, asked = 0, 0
    for outcome, short in (("nps_transaction", "nps"), ("ces", "ces"), ("csat", "csat")):
        shown = rows_of(mart(demo, "driver_asymmetry"), outcome, CELLS[0]).to_dicts()
        for driver, row in zip(TRUTH.drivers, shown, strict=True):
            for side, sign in (("penalty", -1), ("reward", 1)):
                planted = sign * getattr(driver, f"{short}_{side}")
                held += row[f"{side}_ci_low"] - 0.1 <= planted <= row[f"{side}_ci_high"] + 0.1
                asked += 1
    assert asked == 48 and held >= 46


def test_the_verdicts_are_what_was_planted(demo: Project) -> None:
    impact = mart(demo, "driver_impact")
    nps = rows_of(impact, "nps_transaction", CELLS[0])
    assert set(nps["state"]) == {"demonstrated"} and (nps["sign"] == 1).all()
    planted = [driver.nps_penalty + driver.nps_reward for driver in TRUTH.drivers]
    assert np.corrcoef(planted, nps["weight"].to_numpy())[0, 1] > 0.8
    assert nps.sort("weight", descending=True)["driver_code"][0] == DRIVERS[int(np.argmax(planted))]
    engaged = impact.filter(pl.col("outcome_metric_code") == "engagement_score")
    assert engaged["driver_code"].sort().to_list() == sorted(d.code for d in TRUTH.employee_drivers)
    # some 240 answers of 70 employees tell the heaviest of them from noise
    assert engaged.filter(pl.col("state") == "demonstrated").height >= 2 and (engaged["sign"] == 1).all()
    patterns = rows_of(mart(demo, "driver_asymmetry"), "nps_transaction", CELLS[0])
    hurting = [driver.code for driver in TRUTH.drivers if driver.nps_penalty > 2 * driver.nps_reward]
    assert set(patterns.filter(pl.col("driver_code").is_in(hurting))["pattern"]) == {"basic"}
    curve = rows_of(mart(demo, "expectation_curve"), "nps_relation", CELLS[0])
    assert curve["is_loss_larger"][0] and curve["loss_gain_ratio_ci_low"][0] > 1
    fit = mart(demo, "service_level_fit").filter(pl.col("scope_kind") == "organisation")
    verdicts = {
        (row["service_level_code"], row["outcome_metric_code"]): row["verdict"] for row in fit.to_dicts()
    }
    # handling time does nothing, waiting only what it does to ease, and what is resolved is felt
    assert {verdicts["handling_time", outcome] for outcome in ("ces", "csat", "nps_transaction")} == {
        "without_value"
    }
    assert verdicts["waiting_time", "ces"] == "hardly_moves"
    assert verdicts["resolved_logged", "nps_transaction"] == "moves_experience"
    said = mart(demo, "say_do").filter(pl.col("scope_kind") == "organisation", pl.col("is_predicting_band"))
    assert all(row["lift"] > 1 for row in said.to_dicts() if row["behaviour"] != "left")


def test_small_scopes_are_refused_with_a_reason(demo: Project) -> None:
    refused = mart(demo, "driver_impact").filter(pl.col("state") == "refused")
    assert refused.height > 0
    assert refused["refusal_reason"].is_not_null().all() and refused["weight"].is_null().all()
    assert (refused["refusal_found"] < refused["refusal_needed"]).all()
    told = mart(demo, "driver_impact").filter(pl.col("state") != "refused")
    assert told["refusal_reason"].is_null().all()


def test_leaving_is_counted_from_the_contracts(demo: Project, delivery: Delivery) -> None:
    frame = placed.answers(delivery).filter(
        pl.col("survey_code") == "contact_survey", pl.col("driver") != "",
        pl.col("day").is_between(date(2025, 1, 1), date(2025, 12, 31)),
    )  # fmt: skip
    asked = frame.group_by("response_id", "customer_id", "day").agg(drivers=pl.len())
    asked = asked.filter(pl.col("drivers") == 8)
    known = asked.join(spells(delivery), on="customer_id").filter(
        (pl.col("began") <= pl.col("day")) & (pl.col("last").is_null() | (pl.col("last") >= pl.col("day")))
    )
    lost = known.filter(pl.col("last") < pl.col("day") + timedelta(days=180))
    shown = rows_of(mart(demo, "driver_impact"), "churn", CELLS[0])
    assert shown["n"].to_list() == [known.height] * 8
    assert shown["event_count"].to_list() == [lost.height] * 8
