-- Without data a metric shows "no data"; a metric that is absent would look as if it did not exist.
select scope_kind, scope_key, period_grain, count(*) as metric_count
from {{ ref('service_control') }}
group by scope_kind, scope_key, period_grain
having count(*) <> (select count(*) from {{ ref('dim_metrics') }} where is_headline)
