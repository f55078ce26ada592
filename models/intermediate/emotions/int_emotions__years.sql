with

years as (
    select
        period_start,
        period_end,
        is_begun,
        max(period_start) over () as last_start
    from {{ ref('int_calendar__periods') }}
    where period_grain = 'rolling_12_months'
        -- a journey that ended on its last day is known to be over
        and {{ dbt.datediff('period_end', 'last_day', 'day') }} > {{ assumption('journey_gap_days') }}
)

select period_start, period_end, is_begun
from years
where extract(month from period_start) = extract(month from last_start)
