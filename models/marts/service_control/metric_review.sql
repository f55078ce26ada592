with

hints as (
    select *, reviewed_through = max(reviewed_through) over () as is_latest
    from {{ ref('int_reviews__hints') }}
)

-- a metric that is no longer in the catalogue has no place in a review either
select
    hints.reviewed_through,
    hints.metric_code,
    metrics.metric_name_en,
    metrics.metric_name_nl,
    metrics.audience,
    hints.hint,
    hints.reason,
    hints.other_metric_code,
    hints.correlation,
    hints.reviewed_at,
    hints.is_latest
from hints
inner join {{ ref('dim_metrics') }} as metrics on hints.metric_code = metrics.metric_code
