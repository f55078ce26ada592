select
    metric_code,
    period_grain,
    cast(period_start as date) as period_start,
    scope_kind,
    scope_key,
    comparison,
    cast(comparison_period_start as date) as comparison_period_start,
    value,
    comparison_value,
    change,
    change_ci_low,
    change_ci_high,
    p_value,
    q_value,
    verdict
from {{ ref('int_metrics__comparisons') }}
where is_compared
