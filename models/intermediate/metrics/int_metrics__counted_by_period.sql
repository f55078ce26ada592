select distinct metric_code
from {{ ref('int_metrics__loss_parts') }}
union
select distinct metric_code
from {{ ref('int_metrics__revenue_parts') }}
