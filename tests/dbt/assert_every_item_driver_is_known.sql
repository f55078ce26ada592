-- A misspelled driver in the survey catalogue, or a driver without a metric, would silently measure nothing.
select items.survey_code, items.item_code, items.driver_code
from {{ ref('dim_survey_items') }} as items
left join {{ ref('dim_drivers') }} as drivers on items.driver_code = drivers.driver_code
left join {{ ref('dim_metrics') }} as metrics on drivers.metric_code = metrics.metric_code
where items.driver_code is not null and metrics.metric_code is null
