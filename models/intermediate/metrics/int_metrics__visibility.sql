with

families as (
    select metric_code, {{ family_of_metric() }} as family_code
    from {{ ref('dim_metrics') }}
),

sizes as (
    select *
    from {{ ref('int_metrics__group_sizes') }}
),

totals as (
    select *
    from {{ ref('int_metrics__shown_totals') }}
),

-- a week in two months is shown when the edges of both are, as far as anybody is in them
hidden_weeks as (
    select distinct
        pieces.family_code,
        cast(date_trunc('week', pieces.period_start) as date) as week_start,
        pieces.scope_kind,
        pieces.scope_key
    from sizes as pieces
    left join {{ ref('int_metrics__shown_weeks') }} as weeks
        on pieces.period_grain = 'whole_week'
        and pieces.family_code = weeks.family_code
        and pieces.month_start = weeks.month_start
        and pieces.scope_kind = weeks.scope_kind
        and pieces.scope_key = weeks.scope_key
    left join {{ ref('int_metrics__shown_edges') }} as edges
        on pieces.period_grain = 'edge_of_month'
        and pieces.family_code = edges.family_code
        and pieces.month_start = edges.month_start
        and pieces.scope_kind = edges.scope_kind
        and pieces.scope_key = edges.scope_key
    where pieces.period_grain in ('whole_week', 'edge_of_month') and weeks.family_code is null and edges.family_code is null
),

-- A rolling year is shown when it is made of what is shown: of each quarter nothing, everything, or shown months.
years as (
    select period_start, period_end
    from {{ ref('int_calendar__periods') }}
    where period_grain = 'rolling_12_months'
),

months as (
    select
        months.family_code, months.scope_kind, months.scope_key, months.quarter_start, months.period_start,
        count(*) over (
            partition by months.family_code, months.scope_kind, months.scope_key, months.quarter_start
        ) as months_of_quarter,
        totals.family_code is not null as is_shown,
        coalesce(totals.is_open, false) as is_open
    from sizes as months
    left join totals
        on months.family_code = totals.family_code
        and totals.period_grain = 'quarter'
        and months.quarter_start = totals.period_start
        and months.scope_kind = totals.scope_kind
        and months.scope_key = totals.scope_key
    where months.period_grain = 'month' and months.is_additive
),

quarters_of_years as (
    select
        months.family_code, months.scope_kind, months.scope_key, years.period_start,
        months.is_open or (months.is_shown and count(*) = months.months_of_quarter) as is_shown
    from months
    inner join years on months.period_start between years.period_start and years.period_end
    group by
        months.family_code, months.scope_kind, months.scope_key, years.period_start, months.quarter_start,
        months.months_of_quarter, months.is_shown, months.is_open
),

shown_years as (
    select family_code, scope_kind, scope_key, period_start
    from quarters_of_years
    group by family_code, scope_kind, scope_key, period_start
    having bool_and(is_shown)
),

judged as (
    select
        sizes.family_code,
        sizes.period_grain,
        sizes.period_start,
        sizes.scope_kind,
        sizes.scope_key,
        sizes.block_kind,
        sizes.parent_key,
        case
            when not sizes.is_additive or sizes.period_grain = 'quarter' then totals.family_code is not null
            when sizes.period_grain = 'month' then coalesce(quarters.is_open, false)
            when sizes.period_grain = 'week' then hidden_weeks.family_code is null
            when sizes.period_grain = 'day' then days.family_code is not null
            else shown_years.family_code is not null
        end as is_published
    from sizes
    left join totals
        on sizes.family_code = totals.family_code
        and sizes.period_grain = totals.period_grain
        and sizes.period_start = totals.period_start
        and sizes.scope_kind = totals.scope_kind
        and sizes.scope_key = totals.scope_key
    left join totals as quarters
        on sizes.family_code = quarters.family_code
        and sizes.period_grain = 'month'
        and quarters.period_grain = 'quarter'
        and sizes.quarter_start = quarters.period_start
        and sizes.scope_kind = quarters.scope_kind
        and sizes.scope_key = quarters.scope_key
    left join hidden_weeks
        on sizes.family_code = hidden_weeks.family_code
        and sizes.period_grain = 'week'
        and sizes.period_start = hidden_weeks.week_start
        and sizes.scope_kind = hidden_weeks.scope_kind
        and sizes.scope_key = hidden_weeks.scope_key
    left join {{ ref('int_metrics__shown_days') }} as days
        on sizes.family_code = days.family_code
        and sizes.period_grain = 'day'
        and sizes.period_start = days.observed_on
    left join shown_years
        on sizes.family_code = shown_years.family_code
        and sizes.period_grain = 'rolling_12_months'
        and sizes.period_start = shown_years.period_start
        and sizes.scope_kind = shown_years.scope_kind
        and sizes.scope_key = shown_years.scope_key
    where sizes.period_grain not in ('whole_week', 'edge_of_month', 'edges_of_month')
)

select
    families.metric_code,
    judged.period_grain,
    judged.period_start,
    judged.scope_kind,
    judged.scope_key,
    judged.block_kind,
    judged.parent_key,
    judged.is_published
from judged
inner join families on judged.family_code = families.family_code
