"""From tables of sums to tables of results: what the Python models of dbt call.

Belongs here: which sums make one analysis, and which of its figures make a row. Not here: the analyses, and anything
that opens a database. A table is a mapping of column -> values; numbers are floats, what is unknown is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import stats

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.asymmetry import (
    ABOVE,
    AS,
    BELOW,
    HIGH,
    LOW,
    expectation_curve,
    penalty_reward,
)
from service_control.statistics.asymmetry import OUTCOME as CURVE_OUTCOME
from service_control.statistics.driver_impact import driver_impact
from service_control.statistics.marginal_effects import marginal_effects
from service_control.statistics.moments import Moments
from service_control.statistics.results import Refusal
from service_control.statistics.rows import (
    REFUSED,
    Columns,
    Row,
    estimate_row,
    refusal_row,
    schema,
    with_ends,
)
from service_control.statistics.service_levels import LEVEL, LevelEffect, level_effect, verdict
from service_control.statistics.service_levels import OUTCOME as LEVEL_OUTCOME

STATES = {"own": "demonstrated", "shared": "shared", "none": "no_demonstrable_effect"}
TIMES = ("waiting_time", "handling_time")
"""Levels that are logarithms of a time: an effect is told per halving."""


CELL = ("outcome_metric_code", "scope_kind", "scope_key", "refusal_reason", "refusal_about")


def _schema(
    texts: Sequence[str],
    estimates: Sequence[str],
    numbers: Sequence[str] = (),
    integers: Sequence[str] = (),
    flags: Sequence[str] = (),
) -> pa.Schema:
    return schema((*texts, *CELL), integers, flags, (*numbers, *REFUSED, *with_ends(*estimates)))


IMPACT = _schema(
    ("survey_code", "driver_code", "state", "quadrant"),
    ("r_squared", "weight", "share_pct", "beta", "affective_share_pct", "marginal_effect_pct"),
    ("n_effective", "lmg", "noise_weight", "correlation", "vif", "performance", "q_value"),
    ("sign", "importance_rank", "event_count"),
)
ASYMMETRY = _schema(
    ("survey_code", "driver_code", "pattern"),
    ("penalty", "reward", "impact_asymmetry"),
    ("n_effective", "impact_range", "p_value", "q_value"),
)
CURVE = _schema(
    ("survey_code",),
    ("below", "as_expected", "above", "loss", "gain", "loss_gain_ratio"),
    integers=("below_n", "as_expected_n", "above_n"),
    flags=("is_refused", "is_loss_larger"),
)
SERVICE_LEVELS = _schema(("service_level_code", "verdict"), ("effect", "correlation"), ("q_value",))
"""Columns of what the functions below give; all of them may be empty."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The drivers of one survey, each in its place of the sums."""

    codes: tuple[str, ...]
    slots: tuple[int, ...]
    affective: frozenset[str]


def impact_rows(sums: Columns, asked: Columns, assumptions: Assumptions) -> list[Row]:
    """Rows of driver_impact from int_drivers__moments (the scopes that are shown) and int_drivers__asked."""
    rows = []
    for cell, part in _cells(sums, ("survey_code", "outcome_metric_code", "scope_kind", "scope_key")):
        drivers = _asked(asked, cell["survey_code"])
        variables = {code: f"x_{slot}" for code, slot in zip(drivers.codes, drivers.slots, strict=True)}
        groups = _moments(part, variables)
        known = cell | {"n_effective": float(groups.n.sum())}
        found = driver_impact(
            groups, "y", drivers.codes, assumptions=assumptions, affective=drivers.affective
        )  # fmt: skip
        if isinstance(found, Refusal):
            rows += [
                known | {"driver_code": code, "state": "refused"} | refusal_row(found)
                for code in drivers.codes
            ]
            continue
        whole = estimate_row("r_squared", found.r_squared) | estimate_row(
            "affective_share_pct", found.affective_share, 100
        )
        rows += [
            known
            | whole
            | {
                "driver_code": driver.name,
                "state": STATES[driver.evidence],
                "noise_weight": found.noise_weight,
                "lmg": driver.lmg,
                "correlation": driver.correlation,
                "sign": driver.sign,
                "vif": driver.variance_inflation,
                "importance_rank": driver.rank,
                "performance": 100 * (driver.mean + 0.5),
                "quadrant": driver.quadrant,
            }
            | estimate_row("weight", driver.weight)
            | estimate_row("share_pct", driver.share, 100)
            | estimate_row("beta", driver.beta)
            for driver in found.drivers
        ]
    return rows


def churn_rows(answers: Columns, shown: Columns, asked: Columns, assumptions: Assumptions) -> list[Row]:
    """Rows of driver_impact whose outcome is churn, from int_drivers__churn_rows and int_drivers__shown."""
    rows: list[Row] = []
    # numbers once: names would be sorted for every scope
    groups = np.unique(answers["respondent_group"].astype(str), return_inverse=True)[1]
    for i in np.flatnonzero(shown["outcome_metric_code"] == "churn"):
        survey, kind, key = (str(shown[name][i]) for name in ("subject_code", "scope_kind", "scope_key"))
        inside = answers["survey_code"] == survey
        if kind != "organisation":
            inside &= answers[kind] == key
        drivers = _asked(asked, survey)
        lost = answers["is_lost"][inside].astype(float)
        values = np.column_stack(
            [np.ma.getdata(answers[f"raw_{slot}"])[inside] for slot in drivers.slots]
        )  # fmt: skip
        known = {
            "survey_code": survey, "outcome_metric_code": "churn", "scope_kind": kind, "scope_key": key,
            "n_effective": float(inside.sum()), "event_count": int(lost.sum()),
        }  # fmt: skip
        found = marginal_effects(
            drivers.codes, values, np.ones(len(lost)), lost, groups[inside], assumptions=assumptions
        )  # fmt: skip
        if isinstance(found, Refusal):
            rows += [
                known | {"driver_code": code, "state": "refused"} | refusal_row(found)
                for code in drivers.codes
            ]
            continue
        for code, effect, q_value in zip(found.drivers, found.effects, found.q_values, strict=True):
            is_real = q_value <= assumptions.significance_level
            rows.append(
                known
                | {
                    "driver_code": code,
                    "state": "demonstrated" if is_real else "no_demonstrable_effect",
                    "sign": int(np.sign(effect.value)),
                    "q_value": q_value,
                }
                | estimate_row("marginal_effect_pct", effect, 100)
            )
    return rows


def asymmetry_rows(sums: Columns, asked: Columns, assumptions: Assumptions) -> list[Row]:
    """Rows of driver_asymmetry from int_drivers__moments (the scopes that are shown) and int_drivers__asked."""
    rows = []
    for cell, part in _cells(sums, ("survey_code", "outcome_metric_code", "scope_kind", "scope_key")):
        drivers = _asked(asked, cell["survey_code"])
        variables = {
            f"{code}{side}": f"{side[1:]}_{slot}"
            for code, slot in zip(drivers.codes, drivers.slots, strict=True)
            for side in (LOW, HIGH)
        }
        groups = _moments(part, variables)
        known = cell | {"n_effective": float(groups.n.sum())}
        found = penalty_reward(groups, "y", drivers.codes, assumptions=assumptions)
        if isinstance(found, Refusal):
            rows += [
                known | {"driver_code": code, "pattern": "refused"} | refusal_row(found)
                for code in drivers.codes
            ]
            continue
        rows += [
            known
            | {
                "driver_code": each.driver,
                "pattern": each.pattern,
                "impact_range": each.range_of_impact,
                "p_value": each.p_value,
                "q_value": each.q_value,
            }
            | estimate_row("penalty", each.penalty)
            | estimate_row("reward", each.reward)
            | estimate_row("impact_asymmetry", each.asymmetry)
            for each in found
        ]
    return rows


def curve_rows(sums: Columns, assumptions: Assumptions) -> list[Row]:
    """Rows of expectation_curve from int_drivers__expectation_moments, the scopes that are shown."""
    rows = []
    for cell, part in _cells(sums, ("survey_code", "outcome_metric_code", "scope_kind", "scope_key")):
        names, group = np.unique(part["respondent_group"], return_inverse=True)
        box = part["expectation_box"].astype(int) + 1
        scale = part["w_sum"].sum() / part["w_sq_sum"].sum()
        weights, of_outcome, squares = (
            np.zeros((len(names), len(BOXES))) for _ in ("w_sum", "wy_sum", "wy_sq_sum")
        )
        for table, name in ((weights, "w_sum"), (of_outcome, "wy_sum"), (squares, "wy_sq_sum")):
            np.add.at(table, (group, box), scale * part[name])
        products = np.zeros((len(names), len(BOXES) + 1, len(BOXES) + 1))
        at = np.arange(len(BOXES))
        products[:, at, at] = weights
        products[:, at, -1] = products[:, -1, at] = of_outcome
        products[:, -1, -1] = squares.sum(axis=1)
        summed = np.column_stack([weights, of_outcome.sum(axis=1)])
        found = expectation_curve(
            Moments((*BOXES, CURVE_OUTCOME), weights.sum(axis=1), summed, products), assumptions=assumptions
        )
        known = cell | {
            f"{name}_n": int(part["n"][box == i].sum())
            for i, name in enumerate(("below", "as_expected", "above"))
        }
        if isinstance(found, Refusal):
            rows.append(known | {"is_refused": True} | refusal_row(found))
            continue
        middle = float(part["middle"][0])
        rows.append(
            known
            | {"is_refused": False, "is_loss_larger": found.is_loss_larger}
            | estimate_row("below", found.below, plus=middle)
            | estimate_row("as_expected", found.as_expected, plus=middle)
            | estimate_row("above", found.above, plus=middle)
            | estimate_row("loss", found.loss)
            | estimate_row("gain", found.gain)
            | estimate_row("loss_gain_ratio", found.loss_gain_ratio)
        )
    return rows


BOXES = (BELOW, AS, ABOVE)


def service_level_rows(sums: Columns, assumptions: Assumptions) -> list[Row]:
    """Rows of service_level_fit from int_drivers__service_level_moments, the scopes that are shown."""
    rows, tested = [], []
    for cell, part in _cells(sums, ("service_level_code", "outcome_metric_code", "scope_kind", "scope_key")):
        found = level_effect(_moments(part, {LEVEL: "x"}, outcome=LEVEL_OUTCOME), assumptions=assumptions)
        if isinstance(found, Refusal):
            rows.append(cell | {"verdict": "refused"} | refusal_row(found))
        else:
            tested.append((cell, found))
    families: dict[tuple[str, ...], list[tuple[Row, LevelEffect]]] = {}
    for cell, found in tested:
        family = tuple(cell[name] for name in ("outcome_metric_code", "scope_kind", "scope_key"))
        families.setdefault(family, []).append((cell, found))
    for members in families.values():
        q_values = stats.false_discovery_control([found.p_value for _, found in members])
        for (cell, found), q_value in zip(members, q_values, strict=True):
            per = float(np.log(2)) if cell["service_level_code"] in TIMES else 1.0
            rows.append(
                cell
                | {
                    "verdict": verdict(found, float(q_value), assumptions=assumptions),
                    "q_value": float(q_value),
                }
                | estimate_row("effect", found.effect, per)
                | estimate_row("correlation", found.correlation)
            )
    return rows


def _cells(sums: Columns, keys: Sequence[str]) -> Iterator[tuple[Row, Columns]]:
    """One cell after the other: its keys, and its rows by group, so that results do not depend on the order of rows."""
    if not len(sums[keys[0]]):
        return
    order = np.lexsort(
        [sums[name].astype(str) for name in ("respondent_group", *reversed(keys))]
    )  # fmt: skip
    # a column with nulls comes masked: places that no driver has
    ordered = {name: np.ma.getdata(values)[order] for name, values in sums.items()}
    texts = np.column_stack([ordered[name].astype(str) for name in keys])
    starts = np.flatnonzero(np.append(True, (texts[1:] != texts[:-1]).any(axis=1)))
    for start, end in zip(starts, [*starts[1:], len(texts)], strict=True):
        yield (
            dict(zip(keys, map(str, texts[start]), strict=True)),
            {name: values[start:end] for name, values in ordered.items()},
        )


def _moments(part: Columns, variables: Mapping[str, str], outcome: str = "y") -> Moments:
    """Moments per group; `variables` maps a name to that in the sums, the outcome is `y` there.

    Rows with weights are worth n_effective = (Σw)²/Σw² rows (Kish): all sums are scaled to that.
    """
    names = [*variables, outcome]
    columns = [*variables.values(), "y"]
    scale = part["w_sum"].sum() / part["w_sq_sum"].sum()
    size = len(names)
    products = np.zeros((len(part["n"]), size, size))
    for i, first in enumerate(columns):
        for j, second in enumerate(columns):
            values = part.get(f"{first}_{second}_sum")
            if values is None and i == j:
                # a box times itself is the box
                values = part[f"{first}_sum"]
            if values is not None:
                products[:, i, j] = products[:, j, i] = values
    sums = np.column_stack([part[f"{column}_sum"] for column in columns])
    return Moments(tuple(names), scale * part["w_sum"], scale * sums, scale * products)


def _asked(asked: Columns, survey: str) -> Asked:
    rows = np.flatnonzero(asked["survey_code"] == survey)
    rows = rows[np.argsort(asked["slot"][rows])]
    codes = tuple(str(code) for code in asked["driver_code"][rows])
    return Asked(
        codes,
        tuple(int(slot) for slot in asked["slot"][rows]),
        frozenset(code for code, row in zip(codes, rows, strict=True) if asked["is_affective"][row]),
    )
