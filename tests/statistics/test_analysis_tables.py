"""From sums to rows of results: weights, refusals, and that what is told is what the analyses found."""

from __future__ import annotations

import numpy as np
import pytest

from service_control.statistics.moments import Moments
from service_control.statistics.relative_weights import relative_weights
from service_control.statistics.service_levels import level_effect, verdict
from service_control.statistics.tables import (
    ASYMMETRY,
    CURVE,
    IMPACT,
    SERVICE_LEVELS,
    asymmetry_rows,
    churn_rows,
    curve_rows,
    impact_rows,
    service_level_rows,
)
from tests.statistics.analyses import ASSUMPTIONS

CODES = ("ease", "empathy", "helpful")
ASKED = {
    "survey_code": np.array(["s"] * 3, object),
    "driver_code": np.array(CODES, object),
    "slot": np.array([1, 2, 3]),
    "is_affective": np.array([False, True, True]),
}
CELL = {"survey_code": "s", "outcome_metric_code": "o", "scope_kind": "organisation", "scope_key": "all"}


def answers(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Scores 1 to 5 on three drivers, the outcome, weights of 1 or 2, and groups."""
    random = np.random.default_rng(seed)
    raw = random.standard_normal((n, 3)) + 0.6 * random.standard_normal((n, 1))
    scores = np.clip(np.round(3 + raw), 1, 5)
    outcome = scores @ [0.8, 0.4, 0.2] + random.standard_normal(n)
    return scores, outcome, random.integers(1, 3, n).astype(float), random.integers(0, 256, n)


def wide(scores: np.ndarray, y: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> dict[str, np.ndarray]:
    """The sums as int_drivers__moments has them, without the places that no driver has."""
    variables = {"y": y}
    for slot in (1, 2, 3):
        column = scores[:, slot - 1]
        variables[f"x_{slot}"] = (column - 1) / 4 - 0.5
        variables[f"low_{slot}"], variables[f"high_{slot}"] = (column <= 2) * 1.0, (column == 5) * 1.0
    names, index = np.unique(groups, return_inverse=True)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(index, weights * values)

    columns = {name: np.array([value] * len(names), object) for name, value in CELL.items()}
    columns |= {
        "respondent_group": names.astype(str).astype(object),
        "n": np.bincount(index),
        "w_sum": summed(np.ones(len(y))),
        "w_sq_sum": summed(weights),
    }
    for first, a in variables.items():
        columns[f"{first}_sum"] = summed(a)
        for second, b in variables.items():
            columns[f"{first}_{second}_sum"] = summed(a * b)
    return columns


def test_weights_count_as_so_many_answers() -> None:
    scores, y, weights, groups = answers(1, 600)
    twice = np.repeat(np.arange(600), weights.astype(int))
    weighed = impact_rows(wide(scores, y, weights, groups), ASKED, ASSUMPTIONS)
    repeated = impact_rows(
        wide(scores[twice], y[twice], np.ones(len(twice)), groups[twice]), ASKED, ASSUMPTIONS
    )
    correlation = np.corrcoef(np.column_stack([scores, y])[twice].T)
    expected = relative_weights(correlation[:3, :3], correlation[:3, 3])
    for one, other, weight in zip(weighed, repeated, expected, strict=True):
        assert one["weight"] == pytest.approx(weight, abs=1e-12)
        for name in ("weight", "beta", "performance", "lmg", "r_squared", "affective_share_pct"):
            assert one[name] == pytest.approx(other[name], abs=1e-12), name
        assert one["n_effective"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    slopes = asymmetry_rows(wide(scores, y, weights, groups), ASKED, ASSUMPTIONS)
    again = asymmetry_rows(
        wide(scores[twice], y[twice], np.ones(len(twice)), groups[twice]), ASKED, ASSUMPTIONS
    )
    assert [row["penalty"] for row in slopes] == pytest.approx([row["penalty"] for row in again])


def test_unequal_weights_widen_the_interval() -> None:
    """Half of the answers weigh nine times the others: they are worth 61 % of their number."""
    scores, y, _, groups = answers(2, 2000)
    lopsided = np.where(np.arange(2000) % 2, 9.0, 1.0)

    def width(weights: np.ndarray) -> float:
        row = impact_rows(wide(scores, y, weights, groups), ASKED, ASSUMPTIONS)[0]
        return row["weight_ci_high"] - row["weight_ci_low"]

    assert width(lopsided) > 1.1 * width(np.ones(2000))
    (row, *_) = impact_rows(wide(scores, y, lopsided, groups), ASKED, ASSUMPTIONS)
    assert row["n_effective"] == pytest.approx(2000 * 25 / 41)


def test_too_few_are_refused_for_every_driver() -> None:
    sums = wide(*answers(3, 40))
    for rows, state in (
        (impact_rows(sums, ASKED, ASSUMPTIONS), "state"),
        (asymmetry_rows(sums, ASKED, ASSUMPTIONS), "pattern"),
    ):
        assert [row["driver_code"] for row in rows] == list(CODES)
        assert {row[state] for row in rows} == {"refused"}
        assert all(row["refusal_reason"] and row["refusal_found"] < row["refusal_needed"] for row in rows)
        assert "weight" not in rows[0] and "penalty" not in rows[0]


def test_rows_have_no_other_columns_than_the_schema() -> None:
    sums = wide(*answers(4, 600))
    known = {name: set(schema.names) for name, schema in
             (("impact", IMPACT), ("asymmetry", ASYMMETRY), ("curve", CURVE), ("levels", SERVICE_LEVELS))}  # fmt: skip
    assert set().union(*impact_rows(sums, ASKED, ASSUMPTIONS)) <= known["impact"]
    assert set().union(*asymmetry_rows(sums, ASKED, ASSUMPTIONS)) <= known["asymmetry"]
    assert set().union(*curve_rows(expectation(5, 600), ASSUMPTIONS)) <= known["curve"]
    assert set().union(*service_level_rows(levels(6, 600, 0.3), ASSUMPTIONS)) <= known["levels"]


def test_nothing_delivered_gives_no_rows() -> None:
    empty = {name: values[:0] for name, values in wide(*answers(7, 60)).items()}
    assert impact_rows(empty, ASKED, ASSUMPTIONS) == asymmetry_rows(empty, ASKED, ASSUMPTIONS) == []
    assert curve_rows({k: v[:0] for k, v in expectation(8, 60).items()}, ASSUMPTIONS) == []
    assert service_level_rows({k: v[:0] for k, v in levels(9, 60, 0).items()}, ASSUMPTIONS) == []
    shown = {
        name: np.array([], object)
        for name in ("subject_code", "outcome_metric_code", "scope_kind", "scope_key")
    }
    assert churn_rows({"respondent_group": np.array([])}, shown, ASKED, ASSUMPTIONS) == []


def expectation(seed: int, n: int) -> dict[str, np.ndarray]:
    """Sums by box as int_drivers__expectation_moments has them: one row per group and box."""
    random = np.random.default_rng(seed)
    box, y = random.integers(-1, 2, n), random.standard_normal(n)
    y = y + np.where(box < 0, -1.0, 0.4 * box)
    keys, index = np.unique(np.column_stack([random.integers(0, 256, n), box]), axis=0, return_inverse=True)
    columns = {name: np.array([value] * len(keys), object) for name, value in CELL.items()}
    count = np.bincount(index).astype(float)
    return columns | {
        "respondent_group": keys[:, 0].astype(str).astype(object),
        "expectation_box": keys[:, 1],
        "n": count,
        "w_sum": count,
        "w_sq_sum": count,
        "wy_sum": np.bincount(index, y),
        "wy_sq_sum": np.bincount(index, y * y),
        "middle": np.full(len(keys), 5.0),
    }


def levels(seed: int, n: int, correlation: float) -> dict[str, np.ndarray]:
    """Sums of one service level as int_drivers__service_level_moments has them."""
    random = np.random.default_rng(seed)
    x, noise = random.standard_normal((2, n))
    y = correlation * x + np.sqrt(1 - correlation**2) * noise
    names, index = np.unique(random.integers(0, 256, n), return_inverse=True)
    cell = {key: value for key, value in CELL.items() if key != "survey_code"} | {
        "service_level_code": "sla_met"
    }
    columns = {name: np.array([value] * len(names), object) for name, value in cell.items()}
    count = np.bincount(index).astype(float)
    products = {"x_x": x * x, "x_y": x * y, "y_y": y * y, "x": x, "y": y}
    columns |= {f"{name}_sum": np.bincount(index, values) for name, values in products.items()}
    return columns | {
        "respondent_group": names.astype(str).astype(object), "n": count, "w_sum": count, "w_sq_sum": count,
    }  # fmt: skip


def test_the_curve_is_that_of_the_answers() -> None:
    (row,) = curve_rows(expectation(10, 3000), ASSUMPTIONS)
    assert row["below_ci_low"] < 4 < row["below_ci_high"]
    assert row["above_ci_low"] < 5.4 < row["above_ci_high"]
    assert row["loss_gain_ratio"] == pytest.approx(row["loss"] / row["gain"])
    assert row["below_n"] + row["as_expected_n"] + row["above_n"] == 3000


@pytest.mark.parametrize(
    ("correlation", "expected"),
    [(0.3, "moves_experience"), (0.06, "hardly_moves"), (0.0, "without_value"), (-0.2, "moves_against")],
)
def test_verdicts_follow_size_and_evidence(correlation: float, expected: str) -> None:
    (row,) = service_level_rows(levels(11, 6000, correlation), ASSUMPTIONS)
    assert row["verdict"] == expected


def test_a_few_answers_are_inconclusive() -> None:
    (row,) = service_level_rows(levels(13, 150, 0.05), ASSUMPTIONS)
    assert row["verdict"] == "inconclusive"
    assert row["correlation_ci_high"] > ASSUMPTIONS.smallest_correlation


def test_a_level_that_does_not_vary_is_refused() -> None:
    random = np.random.default_rng(14)
    rows = np.column_stack([np.ones(200), random.standard_normal(200)])
    refused = level_effect(Moments.of_rows(("x", "y"), rows, np.arange(200)), assumptions=ASSUMPTIONS)
    assert (refused.reason, refused.about) == ("no_variation", "x")


def test_without_effect_at_most_one_in_twenty_is_called_real() -> None:
    """200 small organisations; the errors allow for the chance in who answered."""
    real = 0
    for seed in range(200):
        random = np.random.default_rng(1000 + seed)
        rows = random.standard_normal((120, 2))
        found = level_effect(
            Moments.of_rows(("x", "y"), rows, random.integers(0, 256, 120)), assumptions=ASSUMPTIONS
        )
        real += verdict(found, found.p_value, assumptions=ASSUMPTIONS) in (
            "moves_experience",
            "moves_against",
        )
    assert real <= 18
