with

bounds as (
    select * from {{ ref('int_calendar__bounds') }}
),

days as (
    select date_day
    from {{ ref('dim_dates') }}
    cross join bounds
    where date_day between bounds.first_day and bounds.last_day
),

calendar_periods as (
    {%- for grain in ['day', 'week', 'month', 'quarter'] %}
    select distinct
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', date_day) as date) as period_start,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd(grain, 1, "date_trunc('" ~ grain ~ "', date_day)")) }} as date) as period_end
    from days
    union all
    {%- endfor %}
    select distinct
        'rolling_12_months' as period_grain,
        cast({{ dbt.dateadd('month', -11, "date_trunc('month', date_day)") }} as date) as period_start,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, "date_trunc('month', date_day)")) }} as date) as period_end
    from days
)

select
    calendar_periods.period_grain,
    calendar_periods.period_start,
    calendar_periods.period_end,
    -- a month or rolling year that began before the first figure is a part of one
    calendar_periods.period_start >= date_trunc('month', bounds.first_day) as is_begun,
    bounds.last_day
from calendar_periods
cross join bounds
