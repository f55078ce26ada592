{%- set page = 'comparison, period_grain, period_start, scope_kind, scope_key, is_headline' %}

with

cells as (
    select
        estimates.metric_code,
        estimates.period_grain,
        estimates.period_start,
        estimates.scope_kind,
        estimates.scope_key,
        estimates.value,
        estimates.test_error,
        metrics.is_headline,
        metrics.is_higher_better,
        periods.is_begun,
        {{ dbt.dateadd('day', 'metrics.follow_up_days', 'periods.period_end') }} <= periods.last_day as is_ended
    from {{ ref('int_metrics__estimates') }} as estimates
    inner join {{ ref('dim_metrics') }} as metrics on estimates.metric_code = metrics.metric_code
    inner join {{ ref('int_calendar__periods') }} as periods
        on estimates.period_grain = periods.period_grain and estimates.period_start = periods.period_start
    -- what small parts leave together is not the same parts each time
    where estimates.scope_key not like 'other:%'
),

earlier as (
    -- The last time the metric was measured in the same scope, so that a quarterly survey is compared with the quarter
    -- before, also by month. A rolling year shares eleven months with its neighbour and is compared with the year before it.
    select
        *,
        'previous' as comparison,
        period_grain as comparison_period_grain,
        case
            when period_grain = 'rolling_12_months' then cast({{ dbt.dateadd('month', -12, 'period_start') }} as date)
            else lag(period_start) over (partition by metric_code, period_grain, scope_kind, scope_key order by period_start)
        end as comparison_period_start
    from cells
    union all
    -- 52 weeks, so that a Monday is compared with a Monday
    select
        *,
        'same_period_last_year' as comparison,
        period_grain as comparison_period_grain,
        case
            when period_grain in ('day', 'week') then cast({{ dbt.dateadd('day', -364, 'period_start') }} as date)
            else cast({{ dbt.dateadd('month', -12, 'period_start') }} as date)
        end as comparison_period_start
    from cells
    union all
    -- The rolling year that ends before the period begins, or before the month in which a day or week begins. What counts
    -- its period as a whole is left out: a month's losses cannot be held against a year's.
    select
        *,
        'rolling_12_months' as comparison,
        'rolling_12_months' as comparison_period_grain,
        cast({{ dbt.dateadd('month', -12, "date_trunc('month', period_start)") }} as date) as comparison_period_start
    from cells
    where period_grain <> 'rolling_12_months' and metric_code not in (select counted.metric_code from {{ ref('int_metrics__counted_by_period') }} as counted)
),

paired as (
    select
        earlier.*,
        before.value as comparison_value,
        sqrt(earlier.test_error * earlier.test_error + before.test_error * before.test_error) as change_error,
        -- half a period is no lower than a whole one
        coalesce(earlier.is_begun and before.is_begun and earlier.is_ended, false) as is_compared
    from earlier
    inner join cells as before
        on earlier.metric_code = before.metric_code
        and earlier.comparison_period_grain = before.period_grain
        and earlier.comparison_period_start = before.period_start
        and earlier.scope_kind = before.scope_kind
        and earlier.scope_key = before.scope_key
),

tested as (
    select
        *,
        value - comparison_value as change,
        case
            when is_compared and change_error > 0
                then 2 * (1 - {{ normal_cdf('abs(value - comparison_value) / change_error') }})
        end as p_value
    from paired
),

-- Benjamini-Hochberg over what one page shows together: the headline metrics of a scope in a period, or the others.
ranked as (
    select
        *,
        count(p_value) over (partition by {{ page }}) as page_tests,
        row_number() over (partition by {{ page }} order by p_value asc nulls last, metric_code asc) as p_rank
    from tested
),

adjusted as (
    select
        *,
        min(p_value * page_tests / p_rank) over (
            partition by {{ page }} order by p_rank desc rows between unbounded preceding and current row
        ) as q_value
    from ranked
)

select
    metric_code,
    period_grain,
    period_start,
    scope_kind,
    scope_key,
    comparison,
    comparison_period_grain,
    comparison_period_start,
    is_compared,
    case when is_compared then value end as value,
    case when is_compared then comparison_value end as comparison_value,
    case when is_compared then change end as change,
    case when is_compared then change - {{ z_975() }} * change_error end as change_ci_low,
    case when is_compared then change + {{ z_975() }} * change_error end as change_ci_high,
    p_value,
    q_value,
    case
        when p_value is null then 'not_compared'
        when q_value > {{ assumption('significance_level') }} then 'no_demonstrable_change'
        when (change > 0) = is_higher_better then 'better'
        else 'worse'
    end as verdict
from adjusted
