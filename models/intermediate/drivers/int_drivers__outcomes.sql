with

answers as (
    select response_id, survey_code, metric_code as outcome_metric_code, answer_value, scale_minimum, scale_maximum
    from {{ ref('fct_survey_answers') }}
    where answer_value is not null
        and metric_code <> 'engagement_score'
        and metric_code in (select chosen.outcome_metric_code from {{ ref('analysis_outcomes') }} as chosen)
    union all
    select
        response_id, survey_code, 'engagement_score' as outcome_metric_code, engagement_score as answer_value,
        scale_minimum, scale_maximum
    from {{ ref('employee_engagement') }}
    union all
    select
        response_id, survey_code, 'nev_intensity' as outcome_metric_code, feeling_index as answer_value,
        -100 as scale_minimum, 100 as scale_maximum
    from {{ ref('int_emotions__responses') }}
    where feeling_index is not null
)

-- of two questions about one outcome in one response the mean
select
    answers.response_id,
    answers.survey_code,
    answers.outcome_metric_code,
    left(md5(coalesce(min(responses.respondent_id), answers.response_id)), 2) as respondent_group,
    coalesce(min(responses.respondent_id), answers.response_id) as respondent_key,
    min(responses.contact_id) as contact_id,
    min(responses.segment) as segment,
    min(responses.region) as region,
    min(responses.channel) as channel,
    min(responses.journey) as journey,
    min(responses.weight) as weight,
    min(responses.submitted_on) as submitted_on,
    avg(answers.answer_value) as answer_value,
    -- around the middle of the scale, so that sums keep their digits
    avg(answers.answer_value - (answers.scale_minimum + answers.scale_maximum) / 2) as y
from answers
inner join {{ ref('int_survey__responses_placed') }} as responses on answers.response_id = responses.response_id
where responses.weight > 0
group by answers.response_id, answers.survey_code, answers.outcome_metric_code
