with

-- Customers are people too: a group below the smallest shows nothing.
parts as (
    select *, n >= {{ assumption('hidden_below_n') }} as is_shown
    from {{ ref('int_metrics__loyalty_parts') }}
),

metric as (
    select metric_code, metric_name_en, metric_name_nl
    from {{ ref('dim_metrics') }}
    where metric_code = 'loyalty'
)

select
    parts.month_start,
    parts.scope_kind,
    parts.scope_key,
    parts.part_code,
    coalesce(weights.part_name_en, metric.metric_name_en) as part_name_en,
    coalesce(weights.part_name_nl, metric.metric_name_nl) as part_name_nl,
    weights.weight,
    case when parts.is_shown then parts.n end as n,
    case when parts.is_shown then parts.y_sum end as score_sum,
    case when parts.is_shown then parts.y_sq_sum end as score_sq_sum
from parts
left join {{ ref('loyalty_weights') }} as weights on parts.part_code = weights.part_code
left join metric on parts.part_code = metric.metric_code
