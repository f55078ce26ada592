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
    {%- for grain, length in [('day', "'1' day"), ('week', "'7' day"), ('month', "'1' month"), ('quarter', "'3' month")] %}
    select distinct
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', date_day) as date) as period_start,
        cast(date_trunc('{{ grain }}', date_day) + interval {{ length }} as date) - 1 as period_end
    from days
    union all
    {%- endfor %}
    select distinct
        'rolling_12_months' as period_grain,
        cast(date_trunc('month', date_day) - interval '11' month as date) as period_start,
        cast(date_trunc('month', date_day) + interval '1' month as date) - 1 as period_end
    from days
)

select
    calendar_periods.period_grain,
    calendar_periods.period_start,
    calendar_periods.period_end,
    -- a month or rolling year that began before the first figure is a part of one
    calendar_periods.period_start >= cast(date_trunc('month', bounds.first_day) as date) as is_begun,
    bounds.last_day
from calendar_periods
cross join bounds
