-- A metric made of other rows than answers, contacts, customer months or presences would have each row taken for a
-- person: the same customer ten times would look like a group that may be shown.
select distinct parts.metric_code
from {{ ref('int_metrics__period_parts') }} as parts
inner join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
where metrics.item_metric_code is null
    and parts.metric_code not in (select contacts.metric_code from {{ ref('int_metrics__contact_parts') }} as contacts)
    and parts.metric_code not in (select customers.metric_code from {{ ref('int_metrics__customer_parts') }} as customers)
    and parts.metric_code not in (select losses.metric_code from {{ ref('int_metrics__loss_parts') }} as losses)
union all
-- answers whose people are not in int_metrics__measured_answers
select distinct metrics.metric_code
from {{ ref('int_metrics__period_parts') }} as parts
inner join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
where metrics.item_metric_code is not null
    and metrics.item_metric_code not in (select answers.metric_code from {{ ref('int_metrics__measured_answers') }} as answers)
