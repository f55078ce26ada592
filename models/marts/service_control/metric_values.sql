{%- set is_complete -%}
    periods.is_begun and {{ dbt.dateadd('day', 'metrics.follow_up_days', 'periods.period_end') }} <= periods.last_day
{%- endset -%}

with

metrics as (
    select * from {{ ref('dim_metrics') }}
),

periods as (
    select * from {{ ref('int_calendar__periods') }}
),

estimates as (
    select * from {{ ref('int_metrics__estimates') }}
),

scopes as (
    select * from {{ ref('dim_scopes') }}
),

-- What a figure is compared with: the last time the metric was measured in the same scope, so that a quarterly survey
-- is compared with the quarter before, also by month. A rolling year shares eleven months with its neighbour and is
-- compared with the year before it.
preceding as (
    select
        *,
        case
            when period_grain = 'rolling_12_months' then cast({{ dbt.dateadd('month', -12, 'period_start') }} as date)
            else lag(period_start) over (partition by metric_code, period_grain, scope_kind, scope_key order by period_start)
        end as earlier_period_start
    from estimates
),

compared as (
    select
        preceding.*,
        before.period_start as before_period_start,
        before.value as before_value,
        before.test_error as before_test_error,
        metrics.is_headline,
        metrics.is_higher_better,
        targets.target,
        scopes.scope_name_en,
        scopes.scope_name_nl,
        periods.period_end,
        {{ is_complete }} as is_complete_period,
        preceding.n >= {{ assumption('hidden_below_n') }} as is_shown,
        -- A hidden cell may not be read from a change, and half a period is no lower than a whole one.
        coalesce(
            preceding.n >= {{ assumption('hidden_below_n') }}
            and before.n >= {{ assumption('hidden_below_n') }}
            and before_periods.is_begun
            and {{ is_complete }},
            false
        ) as is_compared
    from preceding
    inner join metrics on preceding.metric_code = metrics.metric_code
    inner join scopes on preceding.scope_kind = scopes.scope_kind and preceding.scope_key = scopes.scope_key
    inner join periods
        on preceding.period_grain = periods.period_grain and preceding.period_start = periods.period_start
    left join {{ ref('int_metrics__targets') }} as targets
        on preceding.metric_code = targets.metric_code
        and preceding.period_grain = targets.period_grain
        and preceding.period_start = targets.period_start
        and preceding.scope_kind = targets.scope_kind
        and preceding.scope_key = targets.scope_key
    left join estimates as before
        on preceding.metric_code = before.metric_code
        and preceding.period_grain = before.period_grain
        and preceding.scope_kind = before.scope_kind
        and preceding.scope_key = before.scope_key
        and preceding.earlier_period_start = before.period_start
    left join periods as before_periods
        on before.period_grain = before_periods.period_grain
        and before.period_start = before_periods.period_start
),

tested as (
    select
        *,
        case when is_compared then value - before_value end as change,
        case
            when is_compared and test_error * test_error + before_test_error * before_test_error > 0
                then 2 * (1 - {{ normal_cdf('abs(value - before_value) / sqrt(test_error * test_error + before_test_error * before_test_error)') }})
        end as p_value
    from compared
),

-- Benjamini-Hochberg over what one page shows together: the headline metrics of a scope in a period.
ranked as (
    select
        *,
        count(p_value) over page as page_tests,
        row_number() over (
            partition by period_grain, period_start, scope_kind, scope_key, is_headline
            order by p_value asc nulls last, metric_code asc
        ) as p_rank
    from tested
    window page as (partition by period_grain, period_start, scope_kind, scope_key, is_headline)
),

adjusted as (
    select
        *,
        min(p_value * page_tests / p_rank) over (
            partition by period_grain, period_start, scope_kind, scope_key, is_headline
            order by p_rank desc
            rows between unbounded preceding and current row
        ) as q_value
    from ranked
)

select
    metric_code,
    period_grain,
    cast(period_start as date) as period_start,
    cast(period_end as date) as period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    case when is_shown then n end as n,
    case when is_shown and n is distinct from population_n then n_effective end as n_effective,
    case when is_shown then population_n end as population_n,
    case when is_shown then value end as value,
    case when is_shown then value_unweighted end as value_unweighted,
    case when is_shown then ci_low end as ci_low,
    case when is_shown then ci_high end as ci_high,
    case when is_shown then standard_error end as standard_error,
    'previous' as comparison,
    cast(before_period_start as date) as comparison_period_start,
    case when is_compared then before_value end as comparison_value,
    change,
    p_value,
    q_value,
    case
        when change is null or p_value is null then 'not_compared'
        when q_value > {{ assumption('significance_level') }} then 'no_demonstrable_change'
        when (change > 0) = is_higher_better then 'better'
        else 'worse'
    end as verdict,
    case
        when not is_shown then 'hidden'
        when n < {{ assumption('normal_from_n') }} then 'indicative'
        else 'normal'
    end as display,
    target,
    is_complete_period
from adjusted
