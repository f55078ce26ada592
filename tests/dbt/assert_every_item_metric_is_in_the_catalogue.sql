-- A misspelled metric in the survey catalogue would silently measure nothing.
select items.survey_code, items.item_code, items.metric_code
from {{ ref('dim_survey_items') }} as items
left join {{ ref('dim_metrics') }} as metrics on items.metric_code = metrics.item_metric_code
where items.metric_code is not null and metrics.metric_code is null
