{%- set answers_of = {'recommendation': 'nps_transaction', 'ease': 'ces', 'satisfaction': 'csat'} -%}

with

recent as (
    select responses.*
    from {{ ref('int_survey__responses_placed') }} as responses
    cross join {{ ref('int_calendar__bounds') }} as bounds
    where responses.respondent_kind = 'customer'
        and responses.contact_id is not null
        and responses.employee_id is not null
        and responses.submitted_on > bounds.last_day - cast(floor({{ assumption('feedback_shown_days') }}) as integer)
),

answered as (
    select
        answers.response_id,
        {%- for column, metric_code in answers_of.items() %}
        max(case when answers.metric_code = '{{ metric_code }}' then answers.answer_value end) as {{ column }},
        {%- endfor %}
        max(case when answers.metric_code = 'emo_click_customer' then answers.box_value end) as click,
        max(case when answers.metric_code = 'fcr_perceived' then answers.box_value end) as resolved_box
    from {{ ref('fct_survey_answers') }} as answers
    inner join recent on answers.response_id = recent.response_id
    where answers.answer_value is not null
    group by answers.response_id
),

-- what stood out: the highest answer above the middle of its scale and the lowest one below it
scored as (
    select
        answers.response_id,
        answers.driver_code,
        (answers.answer_value - answers.scale_minimum) / nullif(answers.scale_maximum - answers.scale_minimum, 0) - 0.5 as score
    from {{ ref('fct_survey_answers') }} as answers
    inner join recent on answers.response_id = recent.response_id
    where answers.driver_code is not null and answers.answer_value is not null
),

ranked as (
    select
        *,
        row_number() over (partition by response_id order by score desc nulls last, driver_code nulls last) as place_from_top,
        row_number() over (partition by response_id order by score nulls last, driver_code nulls last) as place_from_bottom
    from scored
),

standing_out as (
    select
        response_id,
        max(case when place_from_top = 1 and score > 0 then driver_code end) as strongest_driver_code,
        max(case when place_from_bottom = 1 and score < 0 then driver_code end) as weakest_driver_code
    from ranked
    group by response_id
)

select
    recent.response_id,
    recent.employee_id,
    recent.team_id,
    recent.contact_id,
    contacts.channel,
    contacts.journey,
    contacts.issue_code,
    answered.recommendation,
    answered.ease,
    answered.satisfaction,
    answered.click,
    case answered.resolved_box when 1 then true when -1 then false end as is_resolved_perceived,
    standing_out.strongest_driver_code,
    standing_out.weakest_driver_code,
    verbatims.sentiment,
    case when not coalesce(verbatims.is_in_quarantine, true) then verbatims.scrubbed_text end as words,
    contacts.started_at as contacted_at,
    recent.submitted_at,
    looked.seen_at,
    looked.hours_to_seen
from recent
inner join {{ ref('fct_contacts') }} as contacts on recent.contact_id = contacts.contact_id
inner join answered on recent.response_id = answered.response_id
left join standing_out on recent.response_id = standing_out.response_id
left join {{ ref('fct_verbatims') }} as verbatims
    on recent.response_id = verbatims.reference_id and verbatims.text_kind = 'explanation'
left join {{ ref('int_feedback__loop') }} as looked on recent.response_id = looked.response_id
