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

from orchestration.project import Column, Table

# Staging rejects wrong rows one by one, so a file is refused only when it is wrong as a whole: shifted
# columns, another table, another date format. Above half, more rows are wrong than right.
REFUSED_SHARE = 0.5
# From this share on it is worth a look: far above the dirt of a good export, far below a wrong one.
WARNED_SHARE = 0.05
# In a handful of rows half is chance; staging then says what is wrong with each of them.
REFUSED_FROM_ROWS = 20

DISPLAYS = ("normal", "indicative")
VERDICTS = ("better", "worse", "no_demonstrable_change", "not_compared")
# Rounding noise of sums in double precision; scales have at most a few hundred points.
TOLERANCE = 1e-6
FIGURES = ("n", "n_effective", "value", "value_unweighted", "ci_low", "ci_high", "standard_error",
           "comparison_value", "change", "p_value")  # fmt: skip

# A public table is empty only when nothing was accepted in one of the tables it is made of.
MADE_OF = {
    "dim_customers": ("customers",),
    "dim_teams": ("teams",),
    "fct_contacts": ("contacts",),
    "fct_survey_answers": ("responses", "answers"),
    "fct_customer_months": ("customers", "contracts"),
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


@dataclass(frozen=True)
class Rule:
    """What is expected of every row of a column. `wrong` is the SQL condition of a row that does not hold to it.

    `kind` is filled, parses or accepted.
    """

    name: str
    column: Column
    kind: str
    wrong: str


def landing_rules(table: Table) -> list[Rule]:
    """Row rules of a contract table, as far as they tell a file that is wrong as a whole."""
    rules = []
    for column in table.columns:
        name = column.name
        if column.is_required:
            rules.append(Rule(f"{name} is filled", column, "filled", f"{name} is null"))
        if column.data_type not in ("varchar", "boolean"):
            type_ = "double" if column.data_type == "integer" else column.data_type
            wrong = f"{name} is not null and try_cast({name} as {type_}) is null"
            rules.append(Rule(f"{name} is a {column.data_type}", column, "parses", wrong))
        if column.accepted:
            listed = ", ".join(f"'{value}'" for value in column.accepted)
            rules.append(
                Rule(
                    f"{name} is one of {', '.join(column.accepted)}",
                    column,
                    "accepted",
                    f"{name} not in ({listed})",
                )
            )
    return rules


def _distinct_keys(table: Table) -> str:
    # Approximate, at the cost of one pass whatever the size; it is compared with half the rows, not with all.
    key = " || '|' || ".join(f"coalesce({name}, '')" for name in table.keys)
    return f"approx_count_distinct({key})"


def screening_query(table: Table, relation: str) -> str:
    """Rows, rows of the rule that is broken most, and distinct keys, in one pass.

    A suite takes Great Expectations 0.3 s however small the file; a good file among hundreds need not wait for it.
    """
    wrong = ", ".join(f"count(*) filter (where {rule.wrong})" for rule in landing_rules(table))
    return f"select count(*), greatest(0, {wrong}), {_distinct_keys(table)} from {relation}"


def is_suspect(rows: int, most_wrong: int, distinct_keys: int) -> bool:
    """The outcome of a screening asks for the suite, because one of its expectations would not simply pass."""
    return most_wrong > WARNED_SHARE * rows or distinct_keys < (1 - REFUSED_SHARE) * rows


def landing_query(table: Table, relation: str) -> str:
    """The delivered rows, and `<column>_parses` (yes, no or NULL) for each date and number."""
    parses = [
        f"case when {rule.column.name} is not null then case when {rule.wrong} then 'no' else 'yes' end end "
        f"as {rule.column.name}_parses"
        for rule in landing_rules(table)
        if rule.kind == "parses"
    ]
    return f"select {', '.join(['*', *parses])} from {relation}"


def landing_suite(gxe: ModuleType, table: Table) -> list[Any]:
    """Expectations on the delivered rows of a contract table; `meta.name` is the name of the check."""
    suite = [gxe.ExpectTableRowCountToBeBetween(min_value=1, meta={"name": "there are rows"})]
    for rule in landing_rules(table):
        about = {"meta": {"name": rule.name}, "description": rule.name, "mostly": 1 - REFUSED_SHARE}
        if rule.kind == "filled":
            suite.append(gxe.ExpectColumnValuesToNotBeNull(column=rule.column.name, **about))
        elif rule.kind == "parses":
            parses = f"{rule.column.name}_parses"
            suite.append(gxe.ExpectColumnValuesToBeInSet(column=parses, value_set=["yes"], **about))
        else:
            accepted = list(rule.column.accepted)
            suite.append(
                gxe.ExpectColumnValuesToBeInSet(column=rule.column.name, value_set=accepted, **about)
            )
    keys = _distinct_keys(table)
    suite.append(
        _none(
            gxe,
            f"{' and '.join(table.keys)} mostly differ from row to row",
            f"select {keys} as keys, count(*) as row_count from {{batch}} "
            f"having {keys} < {1 - REFUSED_SHARE} * count(*)",
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
    figures = " or ".join(f"{column} is not null" for column in FIGURES if column in columns)
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
            f"{table}: a cell without data carries no figure",
            f"select metric_code, scope_key from {{batch}} where display = 'no_data' and ({figures})",
        ),
    ]


def _none(gxe: ModuleType, name: str, query: str) -> Any:
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=name, meta={"name": name})
