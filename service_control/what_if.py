"""What would go along with a point more: from rows of the published marts to euros, for the app and for notebooks.

Every step is an association of the past, no proof of cause. Belongs here: reading rows of `value_chain_links` and
`euro_per_point`. Not here: the arithmetic (service_control/statistics/value_chain.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service_control.errors import InputError
from service_control.statistics.results import Estimate, Refusal
from service_control.statistics.value_chain import Link, WhatIf, what_if

Row = Mapping[str, Any]


def what_if_of_rows(
    change: float, links: Sequence[Row], euro: Row, *, significance_level: float
) -> WhatIf | Refusal:
    """Carry `change` points of a measure along published links to euros.

    Parameters
    ----------
    change : points of the first driver, in the unit in which its metric is shown; may be negative.
    links : rows of `value_chain_links`, in order: the outcome of each is the driver of the next. Empty: `change` is of
        the metric of `euro` itself.
    euro : row of `euro_per_point` of the last outcome.
    significance_level : assumption of that name (dim_assumptions).

    Returns the change at each step and the euros, each with its interval, or a Refusal: a row has no estimate (its own
    reason), a link or the retention is not demonstrable, or a measure would leave the range that was observed. Raises
    InputError when the rows do not follow on each other.

    The euros are margin still to come of the customers that `euro` applies to, once; they do not return every year.
    """
    names = [row["outcome_metric_code"] for row in links]
    following = [*(row["driver_metric_code"] for row in links[1:]), euro["metric_code"]]
    if links and names != following:
        raise InputError(
            f"{', '.join(names)} is not followed by {', '.join(following)}",
            where="what-if",
            remedy="give links in order, and the euros of the last outcome",
        )
    for row, name in [*((link, "driver") for link in links), (euro, "metric")]:
        about = row[f"{name}_metric_code" if name == "driver" else "metric_code"]
        if row["refusal_reason"]:
            return Refusal(row["refusal_reason"], row["refusal_needed"], row["refusal_found"], about)
        if any(row[f"{name}_{end}"] is None for end in ("level", "lowest", "highest")):
            return Refusal("outside_observed_range", needed=1, found=0, about=about)
    if not euro["is_demonstrable"]:
        return Refusal(
            "link_not_demonstrable",
            needed=significance_level,
            found=euro["q_value"],
            about=euro["metric_code"],
        )
    found = what_if(
        change,
        [_link(row) for row in links],
        [row["driver_level"] for row in links],
        _estimate(euro, "euro_per_point", euro["standard_error_eur"]),
        significance_level=significance_level,
    )
    if isinstance(found, Refusal):
        return found
    reached = euro["metric_level"] + (found.steps[-1].value if links else change)
    lowest, highest = euro["metric_lowest"], euro["metric_highest"]
    if not lowest <= reached <= highest:
        limit = highest if reached > highest else lowest
        return Refusal("outside_observed_range", needed=limit, found=reached, about=euro["metric_code"])
    return found


def _link(row: Row) -> Link:
    return Link(
        row["driver_metric_code"],
        row["outcome_metric_code"],
        row["lag_periods"],
        _estimate(row, "slope", row["standard_error"]),
        row["p_value"],
        row["is_demonstrable"],
        {row["lag_periods"]: row["holdout_r_squared"]},
        row["unit_count"],
        row["period_count"],
        row["driver_lowest"],
        row["driver_highest"],
        row["driver_reliability"],
    )


def _estimate(row: Row, name: str, standard_error: float) -> Estimate:
    return Estimate(
        row[name], row[f"{name}_ci_low"], row[f"{name}_ci_high"], standard_error, row["degrees_of_freedom"]
    )
