{#- An advocacy that follows a contact too closely is none; another answer of the same response is. -#}
{%- set in_quarantine = "items.metric_code = 'nps_relation' and responses.is_in_quarantine" %}

with

answers as (
    select * from {{ ref('stg_survey__answers') }}
),

items as (
    select * from {{ ref('dim_survey_items') }}
)

select
    answers.response_id,
    answers.item_code,
    responses.survey_code,
    items.instrument,
    items.metric_code,
    items.driver_code,
    items.scale_id,
    responses.respondent_kind,
    case when not responses.is_about_self then responses.respondent_id end as respondent_id,
    responses.customer_id,
    case when not responses.is_about_self then responses.employee_id end as employee_id,
    responses.contact_id,
    responses.team_id,
    responses.department_id,
    responses.segment,
    responses.region,
    responses.channel,
    responses.journey,
    responses.touchpoint,
    responses.product,
    responses.language,
    case when {{ in_quarantine }} then 'in_quarantine' else answers.answer_state end as answer_state,
    case when {{ in_quarantine }} then null else answers.answer_value end as answer_value,
    case
        when {{ in_quarantine }} then null
        when answers.answer_value >= items.top_box_minimum then 1
        when answers.answer_value <= items.bottom_box_maximum then -1
        when answers.answer_value is not null then 0
    end as box_value,
    responses.weight,
    items.scale_minimum,
    items.scale_maximum,
    responses.submitted_on,
    responses.submitted_at
from answers
inner join {{ ref('int_survey__responses_placed') }} as responses on answers.response_id = responses.response_id
inner join items on responses.survey_code = items.survey_code and answers.item_code = items.item_code
