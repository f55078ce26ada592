"""Estimates and refusals as columns of a table, the same in every analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from service_control.statistics.results import Estimate, Refusal

Columns = Mapping[str, np.ndarray]
Row = dict[str, Any]

REFUSED = ("refusal_needed", "refusal_found")
"""The numbers of a refusal; refusal_reason and refusal_about are texts."""


def schema(
    texts: Sequence[str],
    integers: Sequence[str] = (),
    flags: Sequence[str] = (),
    numbers: Sequence[str] = (),
) -> pa.Schema:
    """Columns by kind; all of them may be empty."""
    kinds = ((texts, pa.string()), (integers, pa.int64()), (flags, pa.bool_()), (numbers, pa.float64()))
    return pa.schema([(name, kind) for names, kind in kinds for name in names])


def with_ends(*names: str) -> tuple[str, ...]:
    """Columns of estimates: the value and both ends of its interval."""
    return tuple(f"{name}{end}" for name in names for end in ("", "_ci_low", "_ci_high"))


def estimate_row(name: str, found: Estimate | None, times: float = 1.0, plus: float = 0.0) -> Row:
    """The columns of one estimate, in the unit of `times` x estimate + `plus`; none where there is none."""
    if found is None:
        return {}
    ends = zip(with_ends(name), (found.value, found.low, found.high), strict=True)
    return {column: times * value + plus for column, value in ends}


def refusal_row(refusal: Refusal) -> Row:
    """The columns of a refusal."""
    return {
        "refusal_reason": refusal.reason,
        "refusal_needed": float(refusal.needed),
        "refusal_found": float(refusal.found),
        "refusal_about": refusal.about,
    }
