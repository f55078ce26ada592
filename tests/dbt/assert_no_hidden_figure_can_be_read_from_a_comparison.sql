-- A hidden figure is the other one minus the change: neither side of a comparison may be hidden.
with

hidden as (
    select metric_code, period_grain, period_start, scope_kind, scope_key
    from {{ ref('metric_values') }}
    where display = 'hidden'
),

sides as (
    select metric_code, period_grain, period_start, scope_kind, scope_key
    from {{ ref('metric_comparisons') }}
    union all
    select
        metric_code,
        case when comparison = 'rolling_12_months' then 'rolling_12_months' else period_grain end as period_grain,
        comparison_period_start as period_start,
        scope_kind,
        scope_key
    from {{ ref('metric_comparisons') }}
)

select sides.*
from sides
inner join hidden
    on sides.metric_code = hidden.metric_code
    and sides.period_grain = hidden.period_grain
    and sides.period_start = hidden.period_start
    and sides.scope_kind = hidden.scope_kind
    and sides.scope_key = hidden.scope_key
