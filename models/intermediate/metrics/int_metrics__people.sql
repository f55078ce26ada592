with

cells as (
    select
        parts.metric_code,
        coalesce(metrics.item_metric_code, parts.metric_code) as repeats_code,
        parts.period_grain,
        parts.period_start,
        parts.scope_kind,
        parts.scope_key,
        parts.n
    from {{ ref('int_metrics__period_parts') }} as parts
    inner join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
),

period_months as (
    select
        periods.period_grain,
        periods.period_start,
        months.period_start as month_start
    from {{ ref('int_calendar__periods') }} as periods
    inner join {{ ref('int_calendar__periods') }} as months
        on months.period_grain = 'month' and months.period_start between periods.period_start and periods.period_end
    where periods.period_grain in ('month', 'quarter', 'rolling_12_months')
),

repeats as (
    select metric_code, period_grain, period_start, scope_kind, scope_key, repeat_count
    from {{ ref('int_metrics__repeats') }}
    where period_grain in ('day', 'week')
    union all
    select
        repeats.metric_code,
        period_months.period_grain,
        period_months.period_start,
        repeats.scope_kind,
        repeats.scope_key,
        sum(repeats.repeat_count) as repeat_count
    from {{ ref('int_metrics__repeats') }} as repeats
    inner join period_months
        on repeats.period_start = period_months.month_start
        and repeats.previous_month_start >= period_months.period_start
    where repeats.period_grain = 'month'
    group by
        repeats.metric_code, period_months.period_grain, period_months.period_start, repeats.scope_kind, repeats.scope_key
),

-- A customer has one row per month, so that the largest month is people, and the least that a longer period can have.
largest_months as (
    select
        cells.metric_code,
        period_months.period_grain,
        period_months.period_start,
        cells.scope_kind,
        cells.scope_key,
        max(cells.n) as people_count
    from cells
    inner join period_months on cells.period_start = period_months.month_start
    where cells.period_grain = 'month'
        and cells.metric_code in ('loyalty', '{{ customer_metrics() | map(attribute=0) | join("', '") }}')
    group by
        cells.metric_code, period_months.period_grain, period_months.period_start, cells.scope_kind, cells.scope_key
)

select
    cells.metric_code,
    cells.period_grain,
    cells.period_start,
    cells.scope_kind,
    cells.scope_key,
    -- where nobody's first contact counts, somebody's later one did
    cast(greatest(
        coalesce(largest_months.people_count, cells.n - coalesce(repeats.repeat_count, 0)), 1
    ) as bigint) as people_count
from cells
left join repeats
    on cells.repeats_code = repeats.metric_code
    and cells.period_grain = repeats.period_grain
    and cells.period_start = repeats.period_start
    and cells.scope_kind = repeats.scope_kind
    and cells.scope_key = repeats.scope_key
left join largest_months
    on cells.metric_code = largest_months.metric_code
    and cells.period_grain = largest_months.period_grain
    and cells.period_start = largest_months.period_start
    and cells.scope_kind = largest_months.scope_kind
    and cells.scope_key = largest_months.scope_key
