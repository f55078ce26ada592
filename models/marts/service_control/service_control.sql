with

headline as (
    select * from {{ ref('dim_metrics') }} where is_headline
),

scopes as (
    select * from {{ ref('dim_scopes') }}
),

grains as (
    select 'day' as period_grain
    union all
    select 'week' as period_grain
    union all
    select 'month' as period_grain
    union all
    select 'quarter' as period_grain
    union all
    select 'rolling_12_months' as period_grain
),

-- A quarterly survey is shown in the months after it too, with its own period beside it.
latest as (
    select
        *,
        row_number() over (
            partition by metric_code, period_grain, scope_kind, scope_key
            order by period_start desc
        ) as recency
    from {{ ref('metric_values') }}
    where is_complete_period
)

select
    headline.metric_code,
    grains.period_grain,
    scopes.scope_kind,
    scopes.scope_key,
    scopes.scope_name_en,
    scopes.scope_name_nl,
    headline.metric_name_en,
    headline.metric_name_nl,
    headline.definition_en,
    headline.definition_nl,
    headline.audience,
    headline.side,
    headline.display_position,
    headline.unit,
    headline.decimals,
    headline.is_higher_better,
    latest.period_start,
    latest.period_end,
    latest.n,
    latest.n_effective,
    latest.population_n,
    latest.value,
    latest.value_unweighted,
    latest.ci_low,
    latest.ci_high,
    latest.standard_error,
    latest.comparison,
    latest.comparison_period_start,
    latest.comparison_value,
    latest.change,
    latest.p_value,
    latest.q_value,
    coalesce(latest.verdict, 'not_compared') as verdict,
    coalesce(latest.display, 'no_data') as display,
    latest.target
from headline
cross join grains
-- only the organisation has days
inner join scopes on grains.period_grain <> 'day' or scopes.scope_kind = 'organisation'
left join latest
    on headline.metric_code = latest.metric_code
    and grains.period_grain = latest.period_grain
    and scopes.scope_kind = latest.scope_kind
    and scopes.scope_key = latest.scope_key
    and latest.recency = 1
