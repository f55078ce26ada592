with

-- what is latent is an outcome of the contacts of the metric, so it is shown where that is
cells as (
    select
        period_grain,
        period_start,
        period_end,
        scope_kind,
        scope_key,
        scope_name_en,
        scope_name_nl,
        n,
        n * coalesce(n_effective / n, 1) as n_effective,
        value,
        ci_low,
        ci_high,
        display,
        is_complete_period
    from {{ ref('metric_values') }}
    where metric_code = 'latent_share' and period_grain in ('month', 'quarter', 'rolling_12_months') and value is not null
),

counted as (
    select
        cells.*,
        labels.task,
        labels.label,
        labels.label_name_en,
        labels.label_name_nl,
        coalesce(parts.latent_count, 0) as latent_count,
        coalesce(parts.latent_count, 0) / cells.n as share
    from cells
    cross join {{ ref('int_text__labels') }} as labels
    left join {{ ref('int_text__latent_parts') }} as parts
        on cells.period_grain = parts.period_grain
        and cells.period_start = parts.period_start
        and cells.scope_kind = parts.scope_kind
        and cells.scope_key = parts.scope_key
        and labels.task = parts.task
        and labels.label = parts.label
    -- small parts together have no parts of their own
    where cells.scope_key not like 'other:%' and labels.task <> 'sentiment'
),

told as (
    select
        period_grain, period_start, period_end, scope_kind, scope_key, scope_name_en, scope_name_nl,
        task, label, label_name_en, label_name_nl, n, latent_count, 100 * share as latent_pct,
        100 * {{ wilson_bound('share', 'n_effective', 'low') }} as ci_low,
        100 * {{ wilson_bound('share', 'n_effective', 'high') }} as ci_high,
        display, is_complete_period
    from counted
    union all by name
    select
        cells.* exclude (n_effective, value), 'all' as task, 'all' as label, metrics.metric_name_en as label_name_en,
        metrics.metric_name_nl as label_name_nl, round(cells.n * cells.value / 100) as latent_count,
        cells.value as latent_pct
    from cells
    inner join {{ ref('dim_metrics') }} as metrics on metrics.metric_code = 'latent_share'
)

select
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    task,
    label,
    label_name_en,
    label_name_nl,
    cast(n as bigint) as n,
    cast(latent_count as bigint) as latent_count,
    latent_pct,
    ci_low,
    ci_high,
    display,
    is_complete_period
from told
