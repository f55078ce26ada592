"""An organisation that has customers and sales and nothing else: values without contracts, from file to mart."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.projects import Project

START, WEEKS, COUNT = datetime(2024, 1, 1, 12), 104, 3000
MARGIN = 0.3
MARTS = (
    "customer_engagement_value", "engagement_value_by_scope", "value_chain_links", "euro_per_point",
    "cost_of_poor_service",
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, np.ndarray]:
    """The project, and the discounted margin that each customer will bring in the three years after."""
    random = np.random.default_rng(8)
    first = random.uniform(0, WEEKS - 26, COUNT)
    rate = random.gamma(0.9, 1 / 9, COUNT)
    alive = np.arange(200) < random.geometric(random.beta(0.9, 4.0, COUNT))[:, None]
    times = first[:, None] + np.cumsum(random.exponential(1, (COUNT, 200)) / rate[:, None], axis=1)
    own = 6.0 / random.gamma(4.0, 1 / 40.0, COUNT)
    spend = random.gamma(6.0, own[:, None] / 6.0, (COUNT, 200))
    ahead = alive & (times > WEEKS) & (times <= WEEKS + 156.5)
    worth = MARGIN * (ahead * spend * 1.08 ** -((times - WEEKS) / 52.18)).sum(axis=1)

    project = Project.copy(tmp_path_factory.mktemp("shop") / "project")
    folder = project.root / "landing/crm"
    folder.mkdir(parents=True)
    keys = [f"K{i:05}" for i in range(COUNT)]
    began = [(START + timedelta(weeks=week)).date() for week in first]
    segment = random.choice(["town", "country"], COUNT)
    _write(folder, "customers", {"customer_id": keys, "acquired_on": began, "segment": segment})
    made = alive & (times <= WEEKS)
    customer, _ = np.nonzero(made)
    weeks, paid = np.append(first, times[made]), np.append(own, spend[made])
    _write(
        folder,
        "transactions",
        {
            "transaction_id": [f"T{i:06}" for i in range(len(weeks))],
            "customer_id": [keys[i] for i in [*range(COUNT), *customer]],
            "occurred_at": [(START + timedelta(weeks=week)).strftime("%Y-%m-%d %H:%M:%S") for week in weeks],
            "kind": ["purchase"] * len(weeks),
            "revenue_eur": paid.round(2),
            "direct_cost_eur": (paid * (1 - MARGIN)).round(2),
        },
    )
    (project.root / "warehouse").mkdir()
    project.run(sys.executable, "-m", "orchestration.landing")
    dbt = str(Path(sys.executable).with_name("dbt"))
    without = ("--exclude-resource-type", "test", "unit_test")
    project.run(dbt, "build", "--quiet", *without, "--select", *(f"+{mart}" for mart in MARTS))
    return project, worth


def _write(folder: Path, name: str, columns: dict) -> None:
    pl.DataFrame(columns).write_csv(folder / f"{name}.csv")


def test_customers_are_worth_what_they_go_on_to_bring(shop: tuple[Project, np.ndarray]) -> None:
    project, worth = shop
    found = project.query(
        "select customer_id, clv_eur, clv_refusal_reason, value_kind from restricted.customer_engagement_value "
        "order by customer_id"
    )
    value = np.array([clv for _, clv, _, _ in found], dtype=float)
    assert len(found) == COUNT
    assert {(refusal, kind) for _, _, refusal, kind in found} == {(None, "purchase")}
    assert value.sum() == pytest.approx(worth.sum(), rel=0.1)
    best = np.argsort(value)[-COUNT // 5 :]
    assert value[best].sum() == pytest.approx(worth[best].sum(), rel=0.15)
    ((mean, low, high),) = project.query(
        "select mean_eur, mean_eur_ci_low, mean_eur_ci_high from marts.engagement_value_by_scope "
        "where scope_kind = 'organisation' and component = 'clv'"
    )
    assert mean == pytest.approx(value.mean())
    assert low < worth.mean() < high


def test_what_cannot_be_told_has_no_row(shop: tuple[Project, np.ndarray]) -> None:
    project, _ = shop
    for mart in ("value_chain_links", "euro_per_point", "cost_of_poor_service"):
        assert project.value(f"select count(*) from marts.{mart}") == 0
    kinds = project.query("select distinct scope_kind from marts.engagement_value_by_scope")
    assert {"organisation", "segment"} <= {kind for (kind,) in kinds}
