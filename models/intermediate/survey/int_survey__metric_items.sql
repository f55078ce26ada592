with

metrics as (
    select
        metric_code,
        item_metric_code,
        estimator,
        is_higher_better,
        finest_grain,
        -- a mean from 0 to 100 is an index, whatever the scale that was asked
        estimator = 'mean' and scale_minimum = 0 and scale_maximum = 100 as is_index
    from {{ ref('dim_metrics') }}
),

items as (
    select survey_code, item_code, metric_code, driver_code
    from {{ ref('dim_survey_items') }}
)

-- the scores of engagement are made per response first: employee_engagement
select
    metrics.metric_code,
    items.survey_code,
    items.item_code,
    metrics.estimator,
    metrics.is_higher_better,
    metrics.is_index,
    metrics.finest_grain
from items
inner join metrics on items.metric_code = metrics.item_metric_code
where metrics.item_metric_code <> 'engagement_score'
union all
select
    metrics.metric_code,
    items.survey_code,
    items.item_code,
    metrics.estimator,
    metrics.is_higher_better,
    metrics.is_index,
    metrics.finest_grain
from items
inner join {{ ref('drivers') }} as drivers on items.driver_code = drivers.driver_code
inner join metrics on drivers.metric_code = metrics.metric_code
