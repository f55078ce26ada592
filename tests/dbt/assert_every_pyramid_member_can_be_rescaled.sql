-- A member that is not in the catalogue, or has no scale there, would silently not count.
select members.metric_code
from {{ ref('pyramid_members') }} as members
left join {{ ref('dim_metrics') }} as metrics on members.metric_code = metrics.metric_code
where coalesce(metrics.scale_maximum - metrics.scale_minimum, 0) <= 0
