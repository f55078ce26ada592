-- A figure that is not shown is the other one minus the change: both sides of a comparison are cells of metric_values.
with

sides as (
    select metric_code, period_grain, period_start, scope_kind, scope_key
    from {{ ref('metric_comparisons') }}
    union
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
left join {{ ref('metric_values') }} as shown
    on sides.metric_code = shown.metric_code
    and sides.period_grain = shown.period_grain
    and sides.period_start = shown.period_start
    and sides.scope_kind = shown.scope_kind
    and sides.scope_key = shown.scope_key
where shown.metric_code is null
