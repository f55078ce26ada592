-- A metric made of rows whose people nobody counts would have each row taken for a person: the same customer ten times
-- would look like a group that may be shown.
with

counted as (
    select metric_code from {{ ref('int_metrics__measured_answers') }}
    union
    select metric_code from {{ ref('int_metrics__contact_parts') }}
    union
    select metric_code from {{ ref('int_metrics__customer_parts') }}
    union
    select metric_code from {{ ref('int_metrics__events') }}
    union
    select metric_code from {{ ref('int_metrics__counted_by_period') }}
    union
    select part_code as metric_code from {{ ref('int_metrics__loyalty_parts') }}
)

select distinct parts.metric_code
from {{ ref('int_metrics__period_parts') }} as parts
inner join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
where coalesce(metrics.item_metric_code, parts.metric_code) not in (select counted.metric_code from counted)
