"""What is expected of delivered files and of public marts, as Great Expectations suites.

Belongs here: which expectations there are, and from where on a share of wrong rows counts. Not here: running
them (auditing.py), rules for single rows (staging SQL) and what dbt already tests on the tables.
Great Expectations is handed in as a module, because importing it takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from orchestration.project import Table

# Staging rejects wrong rows one by one, so a file is refused only when it is wrong as a whole: shifted
# columns, another table, another date format. Above half, more rows are wrong than right.
REFUSED_SHARE = 0.5
# From this share on it is worth a look: far above the dirt of a good export, far below a wrong one.
WARNED_SHARE = 0.05
# In a handful of rows half is chance; staging then says what is wrong with each of them.
REFUSED_FROM_ROWS = 20

DISPLAYS = ("normal", "indicative", "hidden")
VERDICTS = ("better", "worse", "no_demonstrable_change", "not_compared")
# Rounding noise of sums in double precision; scales have at most a few hundred points.
TOLERANCE = 1e-6
HIDDEN_COLUMNS = ("n", "n_effective", "value", "value_unweighted", "ci_low", "ci_high", "standard_error",
                  "comparison_value", "change", "p_value")  # fmt: skip

# A public table is empty only when nothing was accepted in one of the tables it is made of.
MADE_OF = {
    "dim_customers": ("customers",),
    "dim_employees": ("employees",),
    "dim_teams": ("teams",),
    "fct_contacts": ("contacts",),
    "fct_survey_answers": ("responses", "answers"),
    "fct_customer_months": ("customers", "contracts"),
    "fct_employee_months": ("employees",),
    "fct_referrals": ("referrals",),
}
# Filled by seeds alone; without them there is nothing to show.
ALWAYS_FILLED = ("dim_metrics", "dim_drivers", "dim_dates", "service_control", "source_freshness")
NEEDED = ("dim_metrics", "metric_values", "service_control", "source_freshness")


@dataclass(frozen=True)
class MartFacts:
    """What the mart suites need to know beforehand: the tables with their columns, and rows accepted per
    table."""

    columns: Mapping[str, frozenset[str]]
    accepted: Mapping[str, int]


def landing_query(table: Table, relation: str) -> str:
    """The delivered rows, with for each date and number whether it parses: `<column>_parses` is yes, no or
    NULL."""
    parses = []
    for column in table.columns:
        name = column.name
        if column.data_type == "varchar" or column.data_type == "boolean":
            continue
        type_ = "double" if column.data_type in ("integer", "double") else column.data_type
        parses.append(
            f"case when {name} is null then null when try_cast({name} as {type_}) is null then 'no' else "
            f"'yes' end "
            f"as {name}_parses"
        )
    return f"select {', '.join(['*', *parses])} from {relation}"


def landing_suite(gxe: ModuleType, table: Table) -> list[Any]:
    """Expectations on one delivered file of a contract table; `meta.name` is the name of the check."""
    mostly = 1 - REFUSED_SHARE

    def named(name: str) -> dict[str, Any]:
        return {"meta": {"name": name}, "description": name, "mostly": mostly}

    suite = [gxe.ExpectTableRowCountToBeBetween(min_value=1, meta={"name": "there are rows"})]
    for column in table.columns:
        if column.is_required:
            suite.append(
                gxe.ExpectColumnValuesToNotBeNull(column=column.name, **named(f"{column.name} is filled"))
            )
        if column.data_type not in ("varchar", "boolean"):
            suite.append(
                gxe.ExpectColumnValuesToBeInSet(
                    column=f"{column.name}_parses",
                    value_set=["yes"],
                    **named(f"{column.name} is a {column.data_type}"),
                )
            )
        if column.accepted:
            suite.append(
                gxe.ExpectColumnValuesToBeInSet(
                    column=column.name,
                    value_set=list(column.accepted),
                    **named(f"{column.name} is one of {', '.join(column.accepted)}"),
                )
            )
    keys = list(table.keys)
    unique = named(f"{' and '.join(keys)} {'is' if len(keys) == 1 else 'are'} unique")
    if len(keys) == 1:
        suite.append(gxe.ExpectColumnValuesToBeUnique(column=keys[0], **unique))
    else:
        suite.append(
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=keys, ignore_row_if="any_value_is_missing", **unique
            )
        )
    return suite


def mart_suites(gxe: ModuleType, facts: MartFacts) -> dict[str, list[Any]]:
    """Expectations per public table that exists. Absent tables are told by `absent_marts`."""
    suites: dict[str, list[Any]] = {}
    for table in facts.columns:
        made_of = MADE_OF.get(table, ())
        if table in ALWAYS_FILLED or (made_of and all(facts.accepted.get(each, 0) for each in made_of)):
            suites.setdefault(table, []).append(
                gxe.ExpectTableRowCountToBeBetween(min_value=1, meta={"name": f"{table} has rows"})
            )
    for table in ("metric_values", "service_control"):
        if table in facts.columns and "dim_metrics" in facts.columns:
            suites.setdefault(table, []).extend(_value_expectations(gxe, table, facts.columns[table]))
    if {"service_control", "dim_metrics"} <= set(facts.columns):
        suites["service_control"].append(
            _none(
                gxe,
                "every headline metric is on the page",
                "select metric_code from marts.dim_metrics where is_headline "
                "and metric_code not in (select metric_code from {batch})",
            )
        )
    return suites


def absent_marts(facts: MartFacts) -> list[str]:
    """Tables that readers cannot do without and that the build did not make."""
    return [table for table in NEEDED if table not in facts.columns]


def _value_expectations(gxe: ModuleType, table: str, columns: Iterable[str]) -> list[Any]:
    displays = [*DISPLAYS, "no_data"] if table == "service_control" else list(DISPLAYS)
    hidden = " or ".join(f"{column} is not null" for column in HIDDEN_COLUMNS if column in columns)
    # Keys are unique by a dbt test; asking it again took half of this audit.
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="display", value_set=displays, meta={"name": f"{table}: display is known"}
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="verdict", value_set=list(VERDICTS), meta={"name": f"{table}: verdict is known"}
        ),
        _none(
            gxe,
            f"{table}: every metric is in dim_metrics",
            "select metric_code from {batch} where metric_code not in (select metric_code from "
            "marts.dim_metrics)",
        ),
        _none(
            gxe,
            f"{table}: the value lies within its interval",
            f"select metric_code, scope_key from {{batch}} where ci_low > value + {TOLERANCE} "
            f"or ci_high < value - {TOLERANCE}",
        ),
        _none(
            gxe,
            f"{table}: the value lies within its scale",
            "select batch.metric_code, batch.scope_key from {batch} as batch "
            "inner join marts.dim_metrics as metrics on batch.metric_code = metrics.metric_code "
            f"where batch.value < metrics.scale_minimum - {TOLERANCE} "
            f"or batch.value > metrics.scale_maximum + {TOLERANCE}",
        ),
        _none(
            gxe,
            f"{table}: a hidden cell carries no figure",
            f"select metric_code, scope_key from {{batch}} where display in ('hidden', 'no_data') and "
            f"({hidden})",
        ),
    ]


def _none(gxe: ModuleType, name: str, query: str) -> Any:
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=name, meta={"name": name})
