"""All SQL of the app: parameterised reads of the public marts, nothing computed that a mart already holds.

Every function takes an open read-only connection and returns plain rows (dicts keyed by column name), so that
they can be cached and compared. Counting rows and picking the worst status is all the arithmetic there is.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

Row = dict[str, Any]

GRAINS = ("day", "week", "month", "quarter", "rolling_12_months")
# Only the organisation has days.
GRAINS_OF_PARTS = GRAINS[1:]
# Drivers, emotions and blind spots are judged over a month or more.
GRAINS_OF_MARTS = GRAINS[2:]
COMPARISONS = ("previous", "same_period_last_year", "rolling_12_months")
SCOPE_KINDS = ("organisation", "department", "team", "segment", "region", "channel", "journey", "product")

# Marts with periods and scopes, and the columns that tell their rows of one period apart where these may be of
# different periods (a quarterly survey beside a monthly one).
BY_PERIOD = {
    "driver_scores": ("driver_code",),
    "emo_click_agreement": (),
    "emotion_profile": (),
    "emotional_distance": (),
    "latent_share": (),
    "mark_divergence": (),
    "metric_values": ("metric_code",),
    "resolution_gap": ("registration",),
    "service_pyramid": (),
    "text_topics": (),
    "value_breadth": ("evidence",),
    "value_elements": ("evidence",),
}
# Marts about the last twelve months, or the last review, with scopes.
BY_SCOPE = (
    "blind_spots",
    "cost_of_poor_service",
    "driver_asymmetry",
    "driver_impact",
    "engagement_value_by_scope",
    "expectation_curve",
    "say_do",
    "service_level_fit",
)
# Marts about the whole organisation.
WHOLE = (
    "consensus_map",
    "dim_drivers",
    "dim_emotions",
    "dim_metrics",
    "emotional_consistency",
    "euro_per_point",
    "explanation_richness",
    "journey_line",
    "journey_memory",
    "public_voice",
    "text_model_quality",
    "value_chain_links",
)

# How many periods a sparkline shows: about a month, half a year, a year and a half, two years.
SPARKLINE_PERIODS = {"day": 30, "week": 26, "month": 18, "quarter": 8, "rolling_12_months": 18}

HEADLINE, NAMED = "m.is_headline", "list_contains($codes, m.metric_code)"
# The catalogue drives the page: a headline metric without a row for this scope is a card without figures. A
# quarterly survey is shown in the months after it too, with its own period beside it.
CARDS = """
with latest as (
    select v.*
    from marts.metric_values as v
    inner join marts.dim_metrics as m on m.metric_code = v.metric_code and {chosen}
    where
        v.period_grain = $grain and v.scope_kind = $scope_kind and v.scope_key = $scope_key
        and v.is_complete_period and ($until is null or v.period_end <= $until)
    qualify row_number() over (partition by v.metric_code order by v.period_start desc) = 1
)

select
    m.metric_code, m.metric_name_en, m.metric_name_nl, m.definition_en, m.definition_nl, m.audience, m.side,
    m.display_position, m.unit, m.decimals, m.scale_minimum, m.scale_maximum, m.is_higher_better, m.estimator,
    m.nature, m.basis, m.thinking_system, m.experience_level, m.excellence_element, m.owner, m.owner_model,
    m.finest_grain, m.follow_up_days, m.has_finite_population,
    v.period_start, v.period_end, v.n, v.value, v.ci_low, v.ci_high, c.comparison, c.comparison_period_start,
    c.comparison_value, c.change, c.p_value, coalesce(c.verdict, 'not_compared') as verdict,
    coalesce(v.display, 'no_data') as display, v.target
from marts.dim_metrics as m
left join latest as v on v.metric_code = m.metric_code
left join marts.metric_comparisons as c
    on c.metric_code = v.metric_code and c.period_grain = v.period_grain and c.period_start = v.period_start
    and c.scope_kind = v.scope_kind and c.scope_key = v.scope_key and c.comparison = $comparison
where {chosen}
order by m.display_position, m.metric_code
"""

# A period without a figure is a gap in the line, not a point.
SPARKLINES = """
with points as (
    select v.metric_code, v.period_end, v.value, v.ci_low, v.ci_high
    from marts.metric_values as v
    inner join marts.dim_metrics as m on m.metric_code = v.metric_code and {chosen}
    where
        v.period_grain = $grain and v.scope_kind = $scope_kind and v.scope_key = $scope_key
        and v.is_complete_period and v.value is not null
        and ($until is null or v.period_end <= $until)
),

periods as (
    select distinct period_end from points order by period_end desc limit $periods
)

select p.* from points as p inner join periods using (period_end) order by p.metric_code, p.period_end
"""

PERIODS = """
select distinct period_grain, period_start, period_end
from marts.metric_values
where scope_kind = 'organisation' and is_complete_period
order by period_grain, period_end desc
"""

# Marts that do not tell whether the period has passed: it has when a figure of the organisation over it is complete.
NOT_TOLD = ("text_topics", "value_breadth", "value_elements")
COMPLETE = """v.period_end in (
        select period_end
        from marts.metric_values
        where period_grain = $grain and scope_kind = 'organisation' and is_complete_period
    )"""

LATEST = """
select v.*
from marts.{mart} as v
where
    v.period_grain = $grain and v.scope_kind = $scope_kind and v.scope_key = $scope_key
    and {complete} and ($until is null or v.period_end <= $until)
qualify rank() over ({apart} order by v.period_start desc) = 1
order by all
"""

COURSE = """
select v.*
from marts.{mart} as v
where
    v.period_grain = $grain and v.scope_kind = $scope_kind and v.scope_key = $scope_key
    and {complete} and ($until is null or v.period_end <= $until)
qualify dense_rank() over (order by v.period_start desc) <= $periods
order by v.period_start, {apart}
"""

OF_SCOPE = """
select * from marts.{mart} where scope_kind = $scope_kind and scope_key = $scope_key order by all
"""

# Items are not cut by scope; the latest month that has any.
ITEMS = """
select *
from marts.item_scores
where period_grain = 'month' and ($until is null or period_start <= $until)
qualify rank() over (partition by survey_code order by period_start desc) = 1
order by survey_code, item_code
"""

# Whose rows they are is part of the query: what somebody may not read never leaves the file.
OWN_FEEDBACK = """
select *
from restricted.employee_feedback
where
    (list_contains($employees, employee_id) or list_contains($teams, team_id))
    and ($employee is null or employee_id = $employee)
order by submitted_at desc, response_id
"""

OWN_TREND = """
select *
from restricted.employee_feedback_trend
where (list_contains($employees, employee_id) or list_contains($teams, team_id)) and employee_id = $employee
order by metric_code, quarter_start
"""

COMPARED = """
select *
from marts.metric_comparisons
where
    period_grain = $grain and comparison = $comparison and scope_kind = $scope_kind and scope_key = $scope_key
"""

EXISTS = "select count(*) > 0 from duckdb_tables() where schema_name = 'marts' and table_name = $mart"

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

REVIEW = """
select * from marts.metric_review where is_latest order by metric_code
"""

# With each correlation that is the reason of a hint: its interval and how many months of parts it is over.
REVIEWED = """
select
    r.*, m.metric_name_en as other_name_en, m.metric_name_nl as other_name_nl,
    c.n, c.correlation_ci_low, c.correlation_ci_high
from marts.metric_review as r
left join marts.dim_metrics as m on m.metric_code = r.other_metric_code
left join marts.metric_correlations as c
    on c.reviewed_through = r.reviewed_through
    and c.first_metric_code = least(r.metric_code, r.other_metric_code)
    and c.second_metric_code = greatest(r.metric_code, r.other_metric_code)
where r.is_latest
order by list_position(['retire', 'watch', 'keep'], r.hint), r.reason, r.metric_code
"""

ASSUMPTIONS = """
select *
from marts.dim_assumptions
order by assumption_code
"""


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Row | None = None) -> list[Row]:
    # A cursor per query: Streamlit runs each visitor in a thread of its own on one shared connection.
    with connection.cursor() as cursor:
        result = cursor.execute(sql, parameters or {})
        names = [column[0] for column in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def cards(
    connection: duckdb.DuckDBPyConnection,
    grain: str,
    until: date | None,
    scope_kind: str,
    scope_key: str,
    comparison: str,
    codes: tuple[str, ...] = (),
) -> list[Row]:
    """The headline metrics in display order, or those named, for one grain and scope: one row per metric, also
    without data. Each is its last complete period that ended by `until`, compared as asked."""
    parameters = {"comparison": comparison} | _figures(grain, until, scope_kind, scope_key, codes)
    return _rows(connection, CARDS.format(chosen=NAMED if codes else HEADLINE), parameters)


def sparklines(
    connection: duckdb.DuckDBPyConnection,
    grain: str,
    until: date | None,
    scope_kind: str,
    scope_key: str,
    codes: tuple[str, ...] = (),
) -> list[Row]:
    """Value and interval of the last complete periods up to `until` of the same metrics, oldest first."""
    parameters = {"periods": SPARKLINE_PERIODS[grain]} | _figures(grain, until, scope_kind, scope_key, codes)
    return _rows(connection, SPARKLINES.format(chosen=NAMED if codes else HEADLINE), parameters)


def headline_values(
    connection: duckdb.DuckDBPyConnection, grain: str, until: date | None, scope_kind: str, scope_key: str
) -> list[Row]:
    """All columns of metric_values for the figures that `cards` shows."""
    codes = [row["metric_code"] for row in _rows(connection, DEFINITIONS)]
    rows = latest(connection, "metric_values", grain, until, scope_kind, scope_key)
    return [row for row in rows if row["metric_code"] in codes]


def _figures(grain: str, until: date | None, scope_kind: str, scope_key: str, codes: tuple[str, ...]) -> Row:
    view = {"grain": grain, "until": until, "scope_kind": scope_kind, "scope_key": scope_key}
    return view | ({"codes": list(codes)} if codes else {})


def exists(connection: duckdb.DuckDBPyConnection, mart: str) -> bool:
    """Whether the snapshot has the mart: one that was published by an older version may not."""
    return next(iter(_rows(connection, EXISTS, {"mart": mart})[0].values()))


def latest(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    grain: str,
    until: date | None,
    scope_kind: str,
    scope_key: str,
) -> list[Row]:
    """All columns of the rows of a mart in BY_PERIOD for the last complete period that ended by `until`."""
    apart = ", ".join(f"v.{column}" for column in BY_PERIOD[mart])
    sql = LATEST.format(mart=mart, complete=_complete(mart), apart=f"partition by {apart}" if apart else "")
    return _rows(
        connection,
        sql,
        {"grain": grain, "until": until, "scope_kind": scope_kind, "scope_key": scope_key},
    )


def _complete(mart: str) -> str:
    return COMPLETE if mart in NOT_TOLD else "v.is_complete_period"


def course(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    grain: str,
    until: date | None,
    scope_kind: str,
    scope_key: str,
) -> list[Row]:
    """The same for as many of the last periods as a sparkline shows, oldest first."""
    if mart not in BY_PERIOD:
        raise KeyError(mart)
    return _rows(
        connection,
        COURSE.format(
            mart=mart, complete=_complete(mart), apart=", ".join(BY_PERIOD[mart]) or "v.period_end"
        ),
        {
            "grain": grain,
            "until": until,
            "scope_kind": scope_kind,
            "scope_key": scope_key,
            "periods": SPARKLINE_PERIODS[grain],
        },
    )


def of_scope(connection: duckdb.DuckDBPyConnection, mart: str, scope_kind: str, scope_key: str) -> list[Row]:
    """All columns of the rows of a mart in BY_SCOPE."""
    if mart not in BY_SCOPE:
        raise KeyError(mart)
    return _rows(connection, OF_SCOPE.format(mart=mart), {"scope_kind": scope_kind, "scope_key": scope_key})


def whole(connection: duckdb.DuckDBPyConnection, mart: str) -> list[Row]:
    """All rows and columns of a mart in WHOLE."""
    if mart not in WHOLE:
        raise KeyError(mart)
    return _rows(connection, f"select * from marts.{mart} order by all")


def items(connection: duckdb.DuckDBPyConnection, until: date | None) -> list[Row]:
    """All columns of item_scores for the last month of each survey."""
    return _rows(connection, ITEMS, {"until": until})


def own_feedback(
    connection: duckdb.DuckDBPyConnection,
    employees: tuple[str, ...],
    teams: tuple[str, ...],
    employee: str | None = None,
) -> list[Row]:
    """Rows of employee_feedback that these employees and leads of these teams may read, of one employee where named;
    the newest first. The connection is to the file of feedback."""
    parameters = {"employees": list(employees), "teams": list(teams), "employee": employee}
    return _rows(connection, OWN_FEEDBACK, parameters)


def own_trend(
    connection: duckdb.DuckDBPyConnection, employees: tuple[str, ...], teams: tuple[str, ...], employee: str
) -> list[Row]:
    """Rows of employee_feedback_trend of one employee, within the same rights; oldest quarter first."""
    parameters = {"employees": list(employees), "teams": list(teams), "employee": employee}
    return _rows(connection, OWN_TREND, parameters)


def comparisons(
    connection: duckdb.DuckDBPyConnection, grain: str, comparison: str, scope_kind: str, scope_key: str
) -> list[Row]:
    """All columns of metric_comparisons for one grain, scope and comparison."""
    return _rows(
        connection,
        COMPARED,
        {"grain": grain, "comparison": comparison, "scope_kind": scope_kind, "scope_key": scope_key},
    )


def periods(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Complete periods with a figure of the organisation: period_grain, period_start, period_end; latest
    first."""
    return _rows(connection, PERIODS)


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


def review(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """All columns of metric_review of the last review."""
    return _rows(connection, REVIEW)


def reviewed(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The same with the name of the other metric and the correlation's n and interval; what could go first."""
    return _rows(connection, REVIEWED)


def assumptions(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The choices that the figures were made with."""
    return _rows(connection, ASSUMPTIONS)
