select
    reviewed_through,
    first_metric_code,
    second_metric_code,
    n,
    correlation,
    correlation_ci_low,
    correlation_ci_high,
    q_value,
    is_real,
    is_redundant,
    drift,
    drift_q_value,
    has_drifted,
    reviewed_through = max(reviewed_through) over () as is_latest
from {{ ref('int_reviews__pairs') }}
