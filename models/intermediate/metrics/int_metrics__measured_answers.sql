select
    response_id,
    item_code,
    metric_code,
    box_value,
    answer_value
from {{ ref('fct_survey_answers') }}
-- an engagement score is made of several answers and counts once
where metric_code is not null and metric_code <> 'engagement_score' and answer_value is not null
union all
select
    answers.response_id,
    answers.item_code,
    drivers.metric_code,
    answers.box_value,
    answers.answer_value
from {{ ref('fct_survey_answers') }} as answers
inner join {{ ref('drivers') }} as drivers on answers.driver_code = drivers.driver_code
where answers.answer_value is not null
union all
select
    response_id,
    'engagement_score' as item_code,
    'engagement_score' as metric_code,
    cast(null as integer) as box_value,
    engagement_score as answer_value
from {{ ref('employee_engagement') }}
