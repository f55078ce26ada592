"""docs/metrics/matrix.md: what stands behind every metric, taken from what the tests really compare.

`WRITE_MATRIX=1` writes it (`make cards`); otherwise it is compared.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

import polars as pl
import pytest

from tests.metrics.delivered import Delivery
from tests.metrics.test_semantic_layer import semantic_models
from tests.projects import ROOT

MATRIX = ROOT / "docs/metrics/matrix.md"
HEAD = """# What stands behind every metric

- **Simulated**: the metric has figures in `metric_values` on the simulated organisation.
- **Check**: `tests/metrics` computes every one of these figures again from the raw files, in code that shares nothing
  with the SQL: n exactly, value to 1e-9.
- **MetricFlow**: the semantic layer offers it, and a test compares its answers with `metric_values`.
- **Real data**: the data sets on which a test in `tests/real_data` compares it with a published or counted figure;
  *simulated only* without one.
- **Hidden below**: observations; customers and employees alike.

Written by `make cards` from the lists of the tests themselves.

"""


# a question of that survey, no metric
NO_METRIC = {("mobi", "loyalty")}


def named_in(path: Path, codes: set[str]) -> set[str]:
    """The codes whose figure a test file asks for, alone or within its SQL; that there is none is no figure."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    texts = [text for text in texts if "count(*) from marts.metric_values" not in text]
    return {code for code in codes for text in texts if code == text or f"'{code}'" in text}


@pytest.fixture(scope="module")
def matrix(delivery: Delivery, published: pl.DataFrame, observed: pl.DataFrame, lost: pl.DataFrame) -> str:
    catalogue = delivery.seed("metrics")
    codes = {row["metric_code"] for row in catalogue}
    real = {
        path.stem.removeprefix("test_"): named_in(path, codes)
        for path in sorted((ROOT / "tests/real_data").glob("test_*.py"))
    }
    offered = {code for model in semantic_models().values() for code in model["metrics"]}
    shown = set(published["metric_code"])
    checked = {*observed["metric_code"], *lost["metric_code"]}
    hidden = f"{delivery.assumption('hidden_below_n'):g}"
    lines = [
        "| Metric | Mart | Simulated | Check | MetricFlow | Real data | Interval | Hidden below |",
        "|---" * 8 + "|",
    ]
    for row in catalogue:
        code = row["metric_code"]
        has = ["yes" if code in found else "no" for found in (shown, checked, offered)]
        sets = (
            ", ".join(name for name, found in real.items() if code in found and (name, code) not in NO_METRIC)
            or "simulated only"
        )
        interval = INTERVALS[row["estimator"]] + (" + fpc" if row["has_finite_population"] == "true" else "")
        lines.append(
            f"| [{code}]({code}.md) | `{row['owner_model']}` | {' | '.join(has)} | {sets} | {interval} | {hidden} |"
        )
    return HEAD + "\n".join(lines) + "\n"


INTERVALS = {"proportion": "Wilson", "net_share": "adjusted Wald", "mean": "t", "ratio": "delta method"}


def test_matrix_is_what_the_tests_compare(matrix: str) -> None:
    if os.environ.get("WRITE_MATRIX"):
        MATRIX.write_text(matrix, encoding="utf-8")
    assert MATRIX.read_text(encoding="utf-8") == matrix, "run `make cards`"


def test_no_figure_is_shown_unchecked(matrix: str) -> None:
    rows = [line.split(" | ") for line in matrix.splitlines() if line.startswith("| [")]
    assert len(rows) > 30
    assert not [row[0] for row in rows if row[2:5] not in (["yes"] * 3, ["no", "no", row[4]])]
