"""Partial least squares path models, which the published figures of two surveys come from.

The product has no such models: scores of constructs are means of items there. They are here to have the product's
regressions on data with published paths. Source: Lohmöller (1989), path weighting scheme.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def read(path: Path) -> dict[str, np.ndarray]:
    """Columns by name; all are numbers."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "rownames"}


def scores(
    items: dict[str, np.ndarray], paths: dict[str, list[str]], formative: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """Standardised score (n,) per construct, from items (n, k) per construct and predictors per construct."""
    names = list(items)
    standard = {name: (x - x.mean(axis=0)) / x.std(axis=0) for name, x in items.items()}
    found = {name: _standard(x.sum(axis=1)) for name, x in standard.items()}
    for _ in range(500):
        inner = {name: np.zeros_like(found[name]) for name in names}
        for outcome, predictors in paths.items():
            design = np.column_stack([found[name] for name in predictors])
            inner[outcome] += design @ np.linalg.lstsq(design, found[outcome], rcond=None)[0]
            for name in predictors:
                inner[name] += found[outcome] * np.mean(found[name] * found[outcome])
        before, found = found, {}
        for name, x in standard.items():
            weights = x.T @ inner[name]
            if name in formative:
                weights = np.linalg.solve(x.T @ x, weights)
            found[name] = _standard(x @ weights)
        if max(np.abs(found[name] - before[name]).max() for name in names) < 1e-11:
            return found
    raise AssertionError("the path model did not converge")


def _standard(x: np.ndarray) -> np.ndarray:
    return (x - x.mean()) / x.std()
