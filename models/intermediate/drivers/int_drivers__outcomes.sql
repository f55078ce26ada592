with

-- everything that reads this looks at the same twelve months
span as (
    select period_start, period_end
    from {{ ref('int_drivers__spans') }}
    where span_code = 'latest'
),

respondents as (
    select respondents.*
    from {{ ref('int_drivers__respondents') }} as respondents
    inner join span on respondents.submitted_on between span.period_start and span.period_end
    where respondents.weight > 0
),

answers as (
    select response_id, survey_code, metric_code as outcome_metric_code, answer_value, scale_minimum, scale_maximum
    from {{ ref('fct_survey_answers') }}
    where answer_value is not null
        and metric_code <> 'engagement_score'
        and metric_code in (select chosen.outcome_metric_code from {{ ref('analysis_outcomes') }} as chosen)
        and submitted_on >= (select span.period_start from span)
        and submitted_on <= (select span.period_end from span)
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
),

-- of two questions about one outcome in one response the mean
scored as (
    select
        response_id,
        survey_code,
        outcome_metric_code,
        avg(answer_value) as answer_value,
        -- around the middle of the scale, so that sums keep their digits
        avg(answer_value - (scale_minimum + scale_maximum) / 2) as y
    from answers
    where response_id in (select respondents.response_id from respondents)
    group by response_id, survey_code, outcome_metric_code
)

select
    scored.response_id,
    scored.survey_code,
    scored.outcome_metric_code,
    respondents.respondent_group,
    respondents.respondent_key,
    respondents.contact_id,
    respondents.segment,
    respondents.channel,
    respondents.journey,
    respondents.weight,
    scored.answer_value,
    scored.y
from scored
inner join respondents on scored.response_id = respondents.response_id
