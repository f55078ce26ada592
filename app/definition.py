"""What there is to know about a metric, in words: the card behind a figure in the app and in docs/metrics.

Pure: rows of the catalogue and the words of `text` in, labels and sentences out. No HTML and no Markdown here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import formats
import messages
from text import Words

Row = dict[str, Any]


class Limits(NamedTuple):
    """Numbers of observations below which a figure is hidden, and indicative."""

    hidden: float
    normal: float


def limits(assumptions: Iterable[Row]) -> Limits:
    """From the rows of dim_assumptions."""
    values = {row["assumption_code"]: row["value"] for row in assumptions}
    return Limits(values["hidden_below_n"], values["normal_from_n"])


def facts(metric: Row, limits: Limits, words: Words) -> dict[str, str]:
    """What is to be told of a metric (a row of dim_metrics), in this order; `fact_<name>` is the label."""
    told = [
        ("formula", words[f"formula_{metric['estimator']}"]),
        ("interval", _interval(metric, words)),
        ("scale", _scale(metric, words)),
        ("direction", words["direction_up" if metric["is_higher_better"] else "direction_down"]),
        ("quadrant", words[f"quadrant_{metric['audience']}_{metric['side']}"]),
        ("kind", _kind(metric, words)),
        ("level", words[f"level_{metric['experience_level']}"]),
        ("element", words["element_" + re.sub(r"\W+", "_", metric["excellence_element"])]),
        ("period", _period(metric, words)),
        ("privacy", _privacy(limits, words)),
        ("owner", messages.in_words(metric["owner"], words)),
        ("model", metric["owner_model"]),
    ]
    return dict(told)


def _interval(metric: Row, words: Words) -> str:
    method = words[f"interval_{metric['estimator']}"]
    return words["interval_finite"].format(method=method) if metric["has_finite_population"] else method


def _scale(metric: Row, words: Words) -> str:
    low, high = metric["scale_minimum"], metric["scale_maximum"]
    if low is None or high is None:
        scale = words["scale_open"]
    else:
        scale = words["scale_between"].format(low=formats.plain(low, words), high=formats.plain(high, words))
    return words["scale_unit"].format(scale=scale, unit=words[f"measure_{metric['unit']}"])


def _kind(metric: Row, words: Words) -> str:
    parts = (f"nature_{metric['nature']}", f"basis_{metric['basis']}", f"system_{metric['thinking_system']}")
    return ", ".join(words[part] for part in parts)


def _period(metric: Row, words: Words) -> str:
    finest = words[f"finest_{metric['finest_grain']}"]
    days = metric["follow_up_days"]
    return words["follow_up"].format(finest=finest, days=days) if days else finest


def _privacy(limits: Limits, words: Words) -> str:
    hidden, normal = (formats.plain(limit, words) for limit in limits)
    return words["privacy_rule"].format(hidden=hidden, normal=normal)
