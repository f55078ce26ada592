"""All SQL of the app: parameterised reads of the public marts, nothing computed that a mart already holds.

Every function takes an open read-only connection and returns plain rows (dicts keyed by column name), so that
they can be cached and compared. Counting rows and picking the worst status is all the arithmetic there is.
"""

from __future__ import annotations

from typing import Any

import duckdb

Row = dict[str, Any]

GRAINS = ("day", "week", "month", "quarter", "rolling_12_months")
# Only the organisation has days.
GRAINS_OF_PARTS = GRAINS[1:]
SCOPE_KINDS = ("organisation", "department", "team", "segment", "region", "channel", "journey", "product")

# How many periods a sparkline shows: about a month, half a year, a year and a half, two years.
SPARKLINE_PERIODS = {"day": 30, "week": 26, "month": 18, "quarter": 8, "rolling_12_months": 18}

# The catalogue drives the page: a headline metric without a row for this scope is a card without figures.
CARDS = """
select
    m.metric_code, m.metric_name_en, m.metric_name_nl, m.definition_en, m.definition_nl, m.audience, m.side,
    m.display_position, m.unit, m.decimals, m.scale_minimum, m.scale_maximum, m.is_higher_better,
    s.period_start, s.period_end, s.n, s.value, s.ci_low, s.ci_high, s.comparison_period_start,
    s.comparison_value, s.change, s.p_value, coalesce(s.verdict, 'not_compared') as verdict,
    coalesce(s.display, 'no_data') as display, s.target
from marts.dim_metrics as m
left join marts.service_control as s
    on s.metric_code = m.metric_code
    and s.period_grain = $grain and s.scope_kind = $scope_kind and s.scope_key = $scope_key
where m.is_headline
order by m.display_position
"""

# Hidden periods are left out here too: a gap in the line, not a point.
SPARKLINES = """
with points as (
    select v.metric_code, v.period_end, v.value, v.ci_low, v.ci_high
    from marts.metric_values as v
    inner join marts.dim_metrics as m on m.metric_code = v.metric_code and m.is_headline
    where
        v.period_grain = $grain and v.scope_kind = $scope_kind and v.scope_key = $scope_key
        and v.is_complete_period and v.display <> 'hidden' and v.value is not null
),

periods as (
    select distinct period_end from points order by period_end desc limit $periods
)

select p.* from points as p inner join periods using (period_end) order by p.metric_code, p.period_end
"""

SCOPES = """
select distinct scope_kind, scope_key, scope_name_en, scope_name_nl
from marts.service_control
order by scope_kind, scope_name_en, scope_key
"""

TRUST = """
with sources as (
    select
        count(*) as source_count,
        count(*) filter (where status = 'ok') as ok_count,
        count(*) filter (where status = 'stale') as stale_count,
        count(*) filter (where status = 'refused') as refused_count,
        count(*) filter (where status = 'absent') as absent_count,
        max(data_until) as data_until,
        coalesce(sum(row_count_rejected), 0)::bigint as rejected_count
    from marts.source_freshness
),

checks as (
    select
        count(*) as check_count,
        count(*) filter (where status = 'pass') as pass_count,
        count(*) filter (where status = 'warn') as warn_count,
        count(*) filter (where status = 'fail') as fail_count
    from marts.check_results
)

select * from sources cross join checks
"""

SOURCES = """
select contract_table, area, status, data_until, last_loaded_at, row_count_raw, row_count_accepted,
    row_count_duplicate, row_count_rejected, refused_file_count, message
from marts.source_freshness
order by
    case status when 'refused' then 1 when 'stale' then 2 when 'ok' then 3 else 4 end, area, contract_table
"""

CHECKS = """
select check_name, kind, target_table, status, failing_count, message, checked_at
from marts.check_results
order by case status when 'fail' then 1 when 'warn' then 2 else 3 end, kind, target_table, check_name
"""

REJECTED = """
select contract_table, source_file, status, reason_code, column_name, count(*) as row_count,
    min(row_number) as first_row, min(reason) as reason
from marts.rejected_rows
where status <> 'duplicate'
group by all
order by row_count desc, contract_table, source_file, reason_code
limit $limit
"""

DEFINITIONS = """
select *
from marts.dim_metrics
where is_headline
order by display_position
"""

ASSUMPTIONS = """
select assumption_code, value, unit, assumption_name_en, assumption_name_nl, reason, source
from marts.dim_assumptions
order by assumption_code
"""


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Row | None = None) -> list[Row]:
    # A cursor per query: Streamlit runs each visitor in a thread of its own on one shared connection.
    with connection.cursor() as cursor:
        result = cursor.execute(sql, parameters or {})
        names = [column[0] for column in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def cards(connection: duckdb.DuckDBPyConnection, grain: str, scope_kind: str, scope_key: str) -> list[Row]:
    """The headline metrics in display order for one grain and scope: one row per metric, also without
    data."""
    return _rows(connection, CARDS, {"grain": grain, "scope_kind": scope_kind, "scope_key": scope_key})


def sparklines(
    connection: duckdb.DuckDBPyConnection, grain: str, scope_kind: str, scope_key: str
) -> list[Row]:
    """Value and interval of the last complete periods of every headline metric, oldest first."""
    return _rows(
        connection,
        SPARKLINES,
        {
            "grain": grain,
            "scope_kind": scope_kind,
            "scope_key": scope_key,
            "periods": SPARKLINE_PERIODS[grain],
        },
    )


def scopes(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every scope that has a page: scope_kind, scope_key, scope_name_en, scope_name_nl."""
    return _rows(connection, SCOPES)


def trust(connection: duckdb.DuckDBPyConnection) -> Row:
    """One row of counts: sources by status, last date in the data, rejected rows, checks by status."""
    return _rows(connection, TRUST)[0]


def sources(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Freshness per contract table, the most urgent first."""
    return _rows(connection, SOURCES)


def checks(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Result per check of the build that was published, failures first."""
    return _rows(connection, CHECKS)


def rejected(connection: duckdb.DuckDBPyConnection, limit: int = 200) -> list[Row]:
    """Rejected, refused and warned rows, grouped by file and reason; at most `limit` groups, largest
    first."""
    return _rows(connection, REJECTED, {"limit": limit})


def definitions(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The catalogue's rows of the headline metrics."""
    return _rows(connection, DEFINITIONS)


def assumptions(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The choices that the figures were made with."""
    return _rows(connection, ASSUMPTIONS)
