"""Semantic layer and mart are two ways to the same figures: every metric, by month and quarter, at every scope."""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.metrics import asking
from tests.projects import ROOT, Project

GRAINS = ("month", "quarter")
SCOPES = ("organisation", "department", "team", "segment", "region", "channel", "journey", "product")
# an index over four sources; the mart has its sums for every part
WHOLE_ONLY = {"loyalty"}
# Whoever joins and leaves within a quarter is in no quarter's count: the mart counts each period by itself, the
# semantic layer takes the mean of the months.
BY_MONTH_ONLY = {"churn", "employee_attrition", "revenue_churn", "net_revenue_retention"}
Cell = tuple[str, str, str, date, str]


def semantic_models() -> dict[str, dict[str, Any]]:
    """By model: its metrics (hidden numerators and denominators left out) and the scopes it can be asked by."""
    models = {}
    for path in sorted((ROOT / "models").glob("**/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            metrics = {
                metric["name"]: metric for metric in model.get("metrics", []) if not metric.get("hidden")
            }
            if metrics:
                entities = [(column.get("entity") or {}).get("name") for column in model["columns"]]
                models[model["name"]] = {
                    "metrics": metrics,
                    "scopes": [scope for scope in SCOPES if scope == "organisation" or scope in entities],
                }
    return models


def catalogue() -> dict[str, dict[str, str]]:
    with (ROOT / "seeds/metrics.csv").open(newline="", encoding="utf-8") as file:
        return {row["metric_code"]: row for row in csv.DictReader(file)}


class Layer:
    """What the semantic layer says on the build, which has rows that no snapshot has, all asked at once."""

    def __init__(self, demo: Project, folder: Path) -> None:
        # the layer opens its database for writing, so it gets a copy
        self.database = folder / "build.duckdb"
        shutil.copy(demo.root / "warehouse/build.duckdb", self.database)
        asked = [
            (scope, grain, sorted(set(model["metrics"]) - (BY_MONTH_ONLY if grain != "month" else set())))
            for model in semantic_models().values()
            for scope in model["scopes"]
            for grain in GRAINS
        ]
        asked = [question for question in asked if question[2]]
        questions = [
            (metrics, [f"metric_time__{grain}", *([] if scope == "organisation" else [scope])])
            for scope, grain, metrics in asked
        ]
        answer = folder / "answer.json"
        done = subprocess.run(
            [sys.executable, asking.__file__, str(answer)],
            cwd=demo.root,
            env=demo.environment | {"SERVICE_CONTROL_WAREHOUSE": str(folder)},
            input=json.dumps(questions),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
        told = json.loads(answer.read_text(encoding="utf-8"))
        self.metrics, self.saved_queries = set(told["metrics"]), told["saved_queries"]
        self.cells: dict[Cell, float] = {}
        for (scope, grain, metrics), rows in zip(asked, told["answers"], strict=True):
            # a contact of which one side is missing has no day as a pair
            for row in (row for row in rows if row[f"metric_time__{grain}"]):
                key = "all" if scope == "organisation" else row[scope]
                start = date.fromisoformat(row[f"metric_time__{grain}"][:10])
                for metric in metrics:
                    # an answer without a key belongs to no part
                    if row[metric] is not None and key:
                        self.cells[metric, grain, scope, start, key] = float(row[metric])

    def shown(self) -> dict[Cell, float | None]:
        """The same from metric_values, but for what small parts have together."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            rows = connection.execute(
                "select metric_code, period_grain, scope_kind, period_start, scope_key, value "
                "from marts.metric_values where period_grain in ('month', 'quarter') and scope_key not like 'other:%'"
            ).fetchall()
        return {tuple(cell): value for *cell, value in rows}


@pytest.fixture(scope="module")
def layer(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Layer:
    return Layer(demo, tmp_path_factory.mktemp("semantic"))


@pytest.fixture(scope="module")
def shown(layer: Layer) -> dict[Cell, float | None]:
    return layer.shown()


def test_catalogue_and_semantic_layer_are_the_same_set(layer: Layer) -> None:
    assert layer.metrics == set(catalogue())


def test_names_and_definitions_are_those_of_the_catalogue() -> None:
    known = catalogue()
    for model in semantic_models().values():
        for code, metric in model["metrics"].items():
            assert metric["label"] == known[code]["metric_name_en"]
            assert metric["description"].startswith(known[code]["definition_en"]), code


def test_every_metric_stands_with_its_owner() -> None:
    owners = {code: name for name, model in semantic_models().items() for code in model["metrics"]}
    assert owners == {code: row["owner_model"] for code, row in catalogue().items()}


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("scope", SCOPES)
def test_same_cells_same_values(
    layer: Layer, shown: dict[Cell, float | None], scope: str, grain: str
) -> None:
    def part(cells: dict[Cell, Any]) -> dict[Cell, Any]:
        return {
            cell: value
            for cell, value in cells.items()
            if cell[1:3] == (grain, scope)
            and (grain == "month" or cell[0] not in BY_MONTH_ONLY)
            and (scope == "organisation" or cell[0] not in WHOLE_ONLY)
        }

    asked, published = part(layer.cells), part(shown)
    assert published, "nothing to compare"
    assert not set(published) - set(asked), "in the mart, not known to the semantic layer"
    # small parts are in no mart
    if scope == "organisation":
        assert not set(asked) - set(published), "known to the semantic layer, not in the mart"
    wrong = {
        cell: (asked[cell], value)
        for cell, value in published.items()
        if value is not None and not math.isclose(asked[cell], value, rel_tol=1e-9, abs_tol=1e-9)
    }
    assert not wrong, (
        f"{len(wrong)} of {len(published)} (semantic layer, mart): {dict(list(wrong.items())[:5])}"
    )


def test_every_metric_was_compared_at_three_scopes(layer: Layer, shown: dict[Cell, float | None]) -> None:
    compared = {cell for cell in layer.cells if shown.get(cell) is not None}
    for metric in layer.metrics - WHOLE_ONLY:
        assert len({scope for code, _, scope, *_ in compared if code == metric}) >= 3, metric


def test_saved_queries_give_the_figures_of_the_mart(layer: Layer, shown: dict[Cell, float | None]) -> None:
    assert set(layer.saved_queries) == {"service_control_by_month", "contacts_by_team", "contacts_by_channel"}
    for name, rows in layer.saved_queries.items():
        scope = name.rpartition("_by_")[2].replace("month", "organisation")
        compared = 0
        for row in rows:
            key = "all" if scope == "organisation" else row[scope]
            for metric in layer.metrics & set(row):
                value = shown.get(
                    (metric, "month", scope, date.fromisoformat(row["metric_time__month"][:10]), key)
                )
                if value is not None:
                    assert row[metric] == pytest.approx(value, rel=1e-9, abs=1e-9), (name, row)
                    compared += 1
        assert compared > 100


def test_the_page_as_a_saved_query_holds_every_headline_metric(layer: Layer) -> None:
    headline = {code for code, row in catalogue().items() if row["is_headline"] == "true"}
    assert layer.metrics & set(layer.saved_queries["service_control_by_month"][0]) == headline
