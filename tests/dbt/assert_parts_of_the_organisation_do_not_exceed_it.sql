-- A join that repeats rows shows up as departments (segments, …) that together count more than the whole.
with

whole as (
    select metric_code, period_grain, period_start, n
    from {{ ref('int_metrics__period_parts') }}
    where scope_kind = 'organisation'
),

parts as (
    select metric_code, period_grain, period_start, scope_kind, sum(n) as n
    from {{ ref('int_metrics__period_parts') }}
    where scope_kind <> 'organisation'
    group by metric_code, period_grain, period_start, scope_kind
)

select parts.*, whole.n as whole_n
from parts
left join whole
    on parts.metric_code = whole.metric_code
    and parts.period_grain = whole.period_grain
    and parts.period_start = whole.period_start
where whole.n is null or parts.n > whole.n
