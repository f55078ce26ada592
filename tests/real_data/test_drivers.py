"""Relative importance and regressions on data sets with published or independently computed figures."""

from __future__ import annotations

import numpy as np
import pytest

from service_control.statistics.driver_impact import driver_impact
from service_control.statistics.moments import Moments
from service_control.statistics.regression import Regression, regression
from service_control.statistics.relative_weights import lmg, relative_weights
from service_control.statistics.results import Refusal
from tests.real_data.path_model import read, scores
from tests.statistics.analyses import ASSUMPTIONS

ATTITUDE = {
    "complaints": (0.3708, 0.3628),
    "learning": (0.1558, 0.1636),
    "raises": (0.1203, 0.1218),
    "privileges": (0.0509, 0.0560),
    "advance": (0.0282, 0.0202),
    "critical": (0.0066, 0.0083),
}
SWISS = {
    "Agriculture": (0.0571, 0.0484),
    "Examination": (0.1712, 0.1547),
    "Education": (0.2601, 0.2720),
    "Catholic": (0.1056, 0.1147),
    "Infant.Mortality": (0.1128, 0.1170),
}


@pytest.mark.parametrize(
    ("name", "outcome", "expected", "r_squared"),
    [("attitude", "rating", ATTITUDE, 0.7326), ("swiss", "Fertility", SWISS, 0.7067)],
)
def test_relative_importance(real_data, name, outcome, expected, r_squared):
    columns = read(real_data / f"driver_golden/datasets__{name}.csv")
    drivers = list(expected)
    rows = np.column_stack([*(columns[driver] for driver in drivers), columns[outcome]])
    groups = Moments.of_rows([*drivers, outcome], rows, np.arange(len(rows)))
    correlation = groups.total().correlation
    predictors, r = correlation[:-1, :-1], correlation[:-1, -1]
    assert lmg(predictors, r) == pytest.approx([exact for exact, _ in expected.values()], abs=5e-5)
    assert relative_weights(predictors, r) == pytest.approx(
        [weight for _, weight in expected.values()], abs=5e-5
    )
    assert lmg(predictors, r).sum() == pytest.approx(r_squared, abs=5e-5)
    # thirty departments and forty-seven provinces carry no ranking of drivers
    refused = driver_impact(groups, outcome, drivers, assumptions=ASSUMPTIONS)
    assert isinstance(refused, Refusal)
    assert refused.reason == "too_few_observations"


def inner_model(found: dict[str, np.ndarray], outcome: str, predictors: list[str]) -> Regression:
    """The product's regression on the scores of the constructs."""
    rows = np.column_stack([*(found[name] for name in predictors), found[outcome]])
    groups = Moments.of_rows([*predictors, outcome], rows, np.arange(len(rows)))
    impact = driver_impact(groups, outcome, predictors, assumptions=ASSUMPTIONS)
    fit = regression(groups, outcome, predictors)
    assert [driver.beta.value for driver in impact.drivers] == pytest.approx(list(fit.slopes))
    assert impact.r_squared.value == pytest.approx(fit.r_squared)
    return fit


def items_of(columns: dict[str, np.ndarray], prefix: str) -> np.ndarray:
    """The items of a construct; single items that ask for all of it at once are not among them."""
    chosen = [name for name in columns if name.startswith(prefix) and not name.endswith("_global")]
    return np.column_stack([columns[name] for name in chosen])


def test_corporate_reputation(real_data):
    """Missing answers (-99) count as the mean of the item, as published; left in, the figures are others."""
    columns = read(real_data / "corp_rep/corp_rep_data.csv")
    assert sum((column == -99).sum() for column in columns.values()) == 11
    drivers = ["QUAL", "PERF", "CSOR", "ATTR"]
    paths = {
        "COMP": drivers,
        "LIKE": drivers,
        "CUSA": ["COMP", "LIKE"],
        "CUSL": ["COMP", "LIKE", "CUSA"],
    }

    def fitted(filled: dict[str, np.ndarray]) -> list[Regression]:
        items = {name: items_of(filled, name.lower()) for name in [*drivers, "COMP", "LIKE", "CUSA", "CUSL"]}
        found = scores(items, paths, formative=tuple(drivers))
        return [inner_model(found, outcome, paths[outcome]) for outcome in ("CUSA", "CUSL")]

    satisfaction, loyalty = fitted(
        {name: np.where(x == -99, x[x != -99].mean(), x) for name, x in columns.items()}
    )
    assert satisfaction.slopes == pytest.approx([0.146, 0.436], abs=6e-4)
    assert loyalty.slopes == pytest.approx([0.006, 0.344, 0.505], abs=6e-4)
    assert satisfaction.r_squared == pytest.approx(0.292, abs=6e-4)
    assert loyalty.r_squared == pytest.approx(0.562, abs=6e-4)
    satisfaction, loyalty = fitted(columns)
    assert satisfaction.r_squared < 0.1
    assert loyalty.r_squared < 0.4


def test_customer_satisfaction_index(real_data):
    columns = read(real_data / "mobi/mobi.csv")
    constructs = {
        "image": "IMAG", "expectation": "CUEX", "quality": "PERQ", "value": "PERV",
        "satisfaction": "CUSA", "complaints": "CUSCO", "loyalty": "CUSL",
    }  # fmt: skip
    paths = {
        "expectation": ["image"],
        "quality": ["expectation"],
        "value": ["expectation", "quality"],
        "satisfaction": ["image", "expectation", "quality", "value"],
        "complaints": ["satisfaction"],
        "loyalty": ["image", "satisfaction", "complaints"],
    }
    found = scores({name: items_of(columns, prefix) for name, prefix in constructs.items()}, paths)
    satisfaction, loyalty = (
        inner_model(found, outcome, paths[outcome]) for outcome in ("satisfaction", "loyalty")
    )
    assert satisfaction.r_squared == pytest.approx(0.681, abs=5e-4)
    assert loyalty.r_squared == pytest.approx(0.457, abs=5e-4)
    assert (satisfaction.slopes[2], satisfaction.slopes[0]) == pytest.approx((0.512, 0.179), abs=5e-4)
    assert loyalty.slopes[1] == pytest.approx(0.485, abs=6e-4)
