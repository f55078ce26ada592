with

sizes as (
    select
        sizes.*,
        spans.period_start,
        spans.period_end
    from {{ ref('int_drivers__sizes') }} as sizes
    inner join {{ ref('int_drivers__spans') }} as spans
        on spans.span_code = case when sizes.outcome_metric_code = 'churn' then 'churn' else 'latest' end
),

published as (
    select metric_code, period_start, scope_kind, scope_key
    from {{ ref('int_metrics__visibility') }}
    where period_grain = 'rolling_12_months' and is_published
),

-- an analysis leans on the cells of the metrics it is made of: outcome and drivers
needed as (
    select analysis, subject_code, outcome_metric_code, outcome_metric_code as metric_code
    from sizes
    where scope_kind = 'organisation' and outcome_metric_code <> 'churn'
    union
    select sizes.analysis, sizes.subject_code, sizes.outcome_metric_code, asked.metric_code
    from sizes
    inner join {{ ref('int_drivers__asked') }} as asked on sizes.subject_code = asked.survey_code
    where sizes.analysis = 'driver' and sizes.scope_kind = 'organisation'
),

cells as (
    select
        sizes.analysis,
        sizes.subject_code,
        sizes.outcome_metric_code,
        sizes.scope_kind,
        sizes.scope_key,
        sizes.n,
        sizes.respondent_count as people,
        sizes.period_start,
        sizes.period_end,
        count(published.metric_code) = count(*) as is_visible
    from sizes
    inner join needed
        on sizes.analysis = needed.analysis
        and sizes.subject_code = needed.subject_code
        and sizes.outcome_metric_code = needed.outcome_metric_code
    left join published
        on needed.metric_code = published.metric_code
        and sizes.period_start = published.period_start
        and sizes.scope_kind = published.scope_kind
        and sizes.scope_key = published.scope_key
    group by all
),

{{ scopes_that_hide_nobody('cells', ['analysis', 'subject_code', 'outcome_metric_code']) }}

select
    cells_shown.analysis,
    cells_shown.subject_code,
    cells_shown.outcome_metric_code,
    cells_shown.scope_kind,
    cells_shown.scope_key,
    scopes.scope_name_en,
    scopes.scope_name_nl,
    cells_shown.n,
    cells_shown.people as respondent_count,
    cells_shown.period_start,
    cells_shown.period_end
from cells_shown
inner join {{ ref('dim_scopes') }} as scopes
    on cells_shown.scope_kind = scopes.scope_kind and cells_shown.scope_key = scopes.scope_key
