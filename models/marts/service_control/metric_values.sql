with

metrics as (
    select * from {{ ref('dim_metrics') }}
),

periods as (
    select * from {{ ref('int_calendar__periods') }}
),

scopes as (
    select * from {{ ref('dim_scopes') }}
),

comparisons as (
    select * from {{ ref('int_metrics__comparisons') }} where comparison = 'previous'
),

figures as (
    select
        estimates.*,
        comparisons.comparison_period_start,
        comparisons.comparison_value,
        comparisons.change,
        comparisons.p_value,
        comparisons.q_value,
        coalesce(comparisons.verdict, 'not_compared') as verdict,
        targets.target,
        scopes.scope_name_en,
        scopes.scope_name_nl,
        periods.period_end,
        periods.is_begun
            and {{ dbt.dateadd('day', 'metrics.follow_up_days', 'periods.period_end') }} <= periods.last_day as is_complete_period
    from {{ ref('int_metrics__estimates') }} as estimates
    inner join metrics on estimates.metric_code = metrics.metric_code
    inner join scopes on estimates.scope_kind = scopes.scope_kind and estimates.scope_key = scopes.scope_key
    inner join periods
        on estimates.period_grain = periods.period_grain and estimates.period_start = periods.period_start
    left join {{ ref('int_metrics__targets') }} as targets
        on estimates.metric_code = targets.metric_code
        and estimates.period_grain = targets.period_grain
        and estimates.period_start = targets.period_start
        and estimates.scope_kind = targets.scope_kind
        and estimates.scope_key = targets.scope_key
    left join comparisons
        on estimates.metric_code = comparisons.metric_code
        and estimates.period_grain = comparisons.period_grain
        and estimates.period_start = comparisons.period_start
        and estimates.scope_kind = comparisons.scope_kind
        and estimates.scope_key = comparisons.scope_key
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
    n,
    case when n is distinct from population_n then n_effective end as n_effective,
    population_n,
    value,
    value_unweighted,
    ci_low,
    ci_high,
    standard_error,
    'previous' as comparison,
    cast(comparison_period_start as date) as comparison_period_start,
    comparison_value,
    change,
    p_value,
    q_value,
    verdict,
    case
        when n < {{ assumption('normal_from_n') }} then 'indicative'
        else 'normal'
    end as display,
    target,
    is_complete_period
from figures
