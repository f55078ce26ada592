"""Semantic layer and mart are two ways to the same figures: `mf query` answers what the mart holds."""

from __future__ import annotations

import csv
import math
import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.projects import Project

# by scope: the dimension, and metrics of the semantic model that holds it
PARTS = {
    "channel": ("answer__channel", ["nps_transaction", "ces", "csat", "emo_click_customer", "fcr_perceived"]),
    "team": ("contact__team_id", ["sla_met", "reopened", "fcr_registered", "forward_resolution_14d"]),
    "segment": ("customer_month__segment", ["customer_profitability", "margin_share", "churn"]),
    "department": ("response__department_id", ["engagement_score", "engagement_vigour"]),
    "journey": ("matched_contact__journey", ["eces_gap", "emo_click_asymmetry", "fcr_gap"]),
}


class Questions:
    """Asks the semantic layer on a copy of the build, which holds what is not published: `mf` opens it for writing."""

    def __init__(self, demo: Project, folder: Path) -> None:
        self.database = folder / "build.duckdb"
        shutil.copy(demo.root / "warehouse/build.duckdb", self.database)
        self.project, self.answer = demo, folder / "answer.csv"
        self.folder = folder

    def ask(self, metrics: list[str], group_by: str) -> dict[tuple[str, date, str], float]:
        """Values by metric, month and key of the part (`all` without one)."""
        mf = str(Path(sys.executable).with_name("mf"))
        asked = f"metric_time__month,{group_by}" if group_by else "metric_time__month"
        command = (
            mf,
            "query",
            "--metrics",
            ",".join(metrics),
            "--group-by",
            asked,
            "--csv",
            str(self.answer),
        )
        self.project.run("env", f"SERVICE_CONTROL_WAREHOUSE={self.folder}", *command)
        with self.answer.open(newline="", encoding="utf-8") as file:
            return {
                (
                    metric,
                    date.fromisoformat(row["metric_time__month"][:10]),
                    row[group_by] if group_by else "all",
                ): float(row[metric])
                for row in csv.DictReader(file)
                for metric in metrics
                if row[metric]
            }

    def shown(self, metrics: list[str], scope_kind: str) -> dict[tuple[str, date, str], float | None]:
        """The same from metric_values, as far as it is shown."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            rows = connection.execute(
                "select metric_code, period_start, scope_key, value from marts.metric_values "
                "where period_grain = 'month' and scope_kind = ? and scope_key not like 'other:%'",
                [scope_kind],
            ).fetchall()
        return {(metric, month, key): value for metric, month, key, value in rows if metric in metrics}


@pytest.fixture(scope="module")
def questions(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Questions:
    return Questions(demo, tmp_path_factory.mktemp("semantic"))


def published_metrics(project: Path) -> list[str]:
    """Metrics that the semantic layer offers: the numerators and denominators behind them are hidden."""
    models = [
        model
        for path in sorted(project.glob("models/[im]*/**/*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    ]
    return [
        metric["name"] for model in models for metric in model.get("metrics", []) if not metric.get("hidden")
    ]


def assert_same(asked: dict[tuple, float], shown: dict[tuple, float | None]) -> None:
    assert not set(shown) - set(asked), "in the mart, not known to the semantic layer"
    wrong = {
        key: (asked[key], value)
        for key, value in shown.items()
        if value is not None and not math.isclose(asked[key], value, rel_tol=1e-9, abs_tol=1e-9)
    }
    assert not wrong, (
        f"{len(wrong)} of {len(shown)} differ (semantic layer, mart): {dict(list(wrong.items())[:5])}"
    )


def test_every_metric_of_the_organisation_by_month(questions: Questions, demo: Project) -> None:
    with_data = {code for (code,) in demo.query("select distinct metric_code from marts.metric_values")}
    offered = published_metrics(demo.root)
    assert not with_data - set(offered), "metrics with figures that the semantic layer does not offer"
    assert_same(questions.ask(sorted(with_data), ""), questions.shown(offered, "organisation"))


@pytest.mark.parametrize("scope_kind", PARTS)
def test_parts_of_the_organisation_by_month(questions: Questions, scope_kind: str) -> None:
    dimension, metrics = PARTS[scope_kind]
    shown = questions.shown(metrics, scope_kind)
    assert {metric for metric, *_ in shown} == set(metrics)
    assert_same(questions.ask(metrics, dimension), shown)
