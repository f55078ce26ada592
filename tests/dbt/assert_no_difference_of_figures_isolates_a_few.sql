-- A hidden team of four is department minus the other teams, a hidden month quarter minus the others: whoever subtracts
-- what is shown may not arrive at fewer people than a figure needs. A guard on every build; tests/privacy proves more.
with

shown as (
    select metric_code, period_grain, period_start, period_end, scope_kind, scope_key, n
    from {{ ref('metric_values') }}
),

counted_by_period as (
    select metric_code from {{ ref('int_metrics__counted_by_period') }}
),

-- departments (with teams that have none), teams of a department, segments … against their whole
parts as (
    select
        shown.*,
        case when shown.scope_kind = 'team' and scopes.department_id is null then 'department' else shown.scope_kind end as block_kind,
        case when shown.scope_kind = 'team' and scopes.department_id is not null then 'department' else 'organisation' end as parent_kind,
        case when shown.scope_kind = 'team' then coalesce(scopes.department_id, 'all') else 'all' end as parent_key
    from shown
    inner join {{ ref('dim_scopes') }} as scopes on shown.scope_kind = scopes.scope_kind and shown.scope_key = scopes.scope_key
    where shown.scope_kind <> 'organisation' and shown.scope_key not like 'other:%'
),

differences as (
    select 'parts' as kind, wholes.metric_code, wholes.period_grain, wholes.period_start, wholes.scope_key, wholes.n - sum(parts.n) as n
    from shown as wholes
    inner join parts
        on wholes.metric_code = parts.metric_code
        and wholes.period_grain = parts.period_grain
        and wholes.period_start = parts.period_start
        and wholes.scope_kind = parts.parent_kind
        and wholes.scope_key = parts.parent_key
    group by
        wholes.metric_code, wholes.period_grain, wholes.period_start, wholes.scope_kind, wholes.scope_key, wholes.n, parts.block_kind
    union all
    select 'periods' as kind, wholes.metric_code, wholes.period_grain, wholes.period_start, wholes.scope_key, wholes.n - sum(periods.n) as n
    from shown as wholes
    inner join shown as periods
        on wholes.metric_code = periods.metric_code
        and wholes.scope_kind = periods.scope_kind
        and wholes.scope_key = periods.scope_key
        and periods.period_start between wholes.period_start and wholes.period_end
        and periods.period_end <= wholes.period_end
        and (
            (wholes.period_grain = 'week' and periods.period_grain = 'day')
            or (wholes.period_grain = 'month' and periods.period_grain in ('week', 'day'))
            or (wholes.period_grain = 'quarter' and periods.period_grain = 'month')
            or (wholes.period_grain = 'rolling_12_months' and periods.period_grain in ('month', 'quarter'))
        )
    left join counted_by_period on wholes.metric_code = counted_by_period.metric_code
    where counted_by_period.metric_code is null and wholes.scope_key not like 'other:%'
    group by
        wholes.metric_code, wholes.period_grain, wholes.period_start, wholes.scope_kind, wholes.scope_key, wholes.n, periods.period_grain
    union all
    select 'itself' as kind, metric_code, period_grain, period_start, scope_key, n
    from shown
)

select *
from differences
where n <> 0 and n < {{ assumption('hidden_below_n') }}
