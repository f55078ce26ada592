{%- set questions = {
    'ces': 'answer_value', 'eces_estimate': 'answer_value', 'emo_click_customer': 'box_value', 'emo_click_employee': 'box_value',
    'fcr_perceived': 'box_value',
} -%}

with

-- of two answers to one question about one contact the later one counts
answers as (
    select
        contact_id,
        metric_code,
        answer_value,
        box_value,
        scale_id,
        submitted_on,
        row_number() over (
            partition by contact_id, metric_code
            order by submitted_at desc nulls last, response_id desc nulls last, item_code desc nulls last
        ) as recency
    from {{ ref('fct_survey_answers') }}
    where contact_id is not null and answer_value is not null and metric_code in ('{{ questions | join("', '") }}')
),

answered as (
    select
        contact_id,
        {%- for question, value in questions.items() %}
        max(case when metric_code = '{{ question }}' then {{ value }} end) as {{ question }},
        max(case when metric_code = '{{ question }}' then submitted_on end) as {{ question }}_on,
        {%- endfor %}
        max(case when metric_code = 'ces' then box_value end) as ces_box,
        max(case when metric_code = 'eces_estimate' then box_value end) as eces_estimate_box,
        max(case when metric_code = 'ces' then scale_id end) as ces_scale_id,
        max(case when metric_code = 'eces_estimate' then scale_id end) as eces_estimate_scale_id
    from answers
    where recency = 1
    group by contact_id
),

-- A pair is there from the day of its second half, so that a period that has passed does not change.
matched as (
    select
        contacts.contact_id,
        contacts.customer_id,
        contacts.department_id,
        contacts.team_id,
        contacts.segment,
        contacts.region,
        contacts.channel,
        contacts.journey,
        contacts.product,
        answered.ces as customer_ease,
        answered.eces_estimate as employee_ease,
        answered.ces_box as customer_ease_box,
        answered.eces_estimate_box as employee_ease_box,
        case
            -- a difference has a meaning on one scale only
            when answered.ces_scale_id = answered.eces_estimate_scale_id
                then greatest(answered.ces_on, answered.eces_estimate_on)
        end as ease_matched_on,
        contacts.is_sla_met,
        case when contacts.is_sla_met is not null then answered.ces_on end as service_level_matched_on,
        answered.emo_click_customer as customer_click,
        answered.emo_click_employee as employee_click,
        case
            when answered.emo_click_customer is not null and answered.emo_click_employee is not null
                then greatest(answered.emo_click_customer_on, answered.emo_click_employee_on)
        end as click_matched_on,
        answered.fcr_perceived = 1 as is_resolved_perceived,
        contacts.is_resolved_first_14d as is_resolved_followed,
        contacts.is_resolved_registered as is_resolved_logged,
        case
            when contacts.is_resolved_first_14d is not null or contacts.is_resolved_registered is not null
                then answered.fcr_perceived_on
        end as resolution_matched_on
    from answered
    inner join {{ ref('fct_contacts') }} as contacts on answered.contact_id = contacts.contact_id
)

select *
from matched
where coalesce(ease_matched_on, service_level_matched_on, click_matched_on, resolution_matched_on) is not null
