with

metric as (
    select metric_code, metric_name_en, metric_name_nl
    from {{ ref('dim_metrics') }}
    where metric_code = 'loyalty'
),

-- shown where the index itself is
shown as (
    select period_start as month_start, scope_kind, scope_key
    from {{ ref('metric_values') }}
    where metric_code = 'loyalty' and period_grain = 'month'
)

select
    parts.month_start,
    parts.scope_kind,
    parts.scope_key,
    parts.part_code,
    coalesce(weights.part_name_en, metric.metric_name_en) as part_name_en,
    coalesce(weights.part_name_nl, metric.metric_name_nl) as part_name_nl,
    weights.weight,
    parts.n,
    parts.y_sum as score_sum,
    parts.y_sq_sum as score_sq_sum
from {{ ref('int_metrics__loyalty_parts') }} as parts
inner join shown
    on parts.month_start = shown.month_start
    and parts.scope_kind = shown.scope_kind
    and parts.scope_key = shown.scope_key
left join {{ ref('loyalty_weights') }} as weights on parts.part_code = weights.part_code
left join metric on parts.part_code = metric.metric_code
