with

complete as (
    select
        periods.period_start as month_start,
        periods.period_end as month_end
    from {{ ref('int_calendar__periods') }} as periods
    inner join {{ ref('int_calendar__bounds') }} as bounds
        on periods.period_start >= cast(date_trunc('month', bounds.first_day) as date)
        and periods.period_end <= bounds.last_day
    where periods.period_grain = 'month'
)

select
    month_start,
    month_end,
    cast(row_number() over (order by month_start nulls last) as integer) as month_number,
    cast(row_number() over (order by month_start desc nulls last) - 1 as integer) as months_ago
from complete
