select
    metric_code,
    period_grain,
    period_start,
    scope_kind,
    scope_key,
    n as people_count
from {{ ref('int_metrics__period_parts') }}
