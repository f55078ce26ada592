{%- set place = ['team_id', 'department_id', 'segment', 'region', 'channel', 'journey', 'product'] -%}

with

answers as (
    select *
    from {{ ref('int_survey__responses_placed') }}
    where respondent_kind = 'customer' and contact_id is not null and employee_id is not null
),

actions as (
    select * from {{ ref('stg_survey__feedback_actions') }} where action = 'seen'
),

-- nobody's looks were delivered: not known is something else than not seen
delivered as (
    select count(*) > 0 as has_actions from actions
),

seen as (
    select answers.response_id, min(actions.acted_at) as seen_at
    from answers
    inner join actions
        on answers.response_id = actions.reference_id
        and answers.employee_id = coalesce(actions.acted_by, answers.employee_id)
        and answers.submitted_at <= actions.acted_at
    group by answers.response_id
),

followed as (
    select
        answers.*,
        seen.seen_at,
        cast({{ dbt.datediff('answers.submitted_at', 'seen.seen_at', 'second') }} as {{ type_double() }}) / 3600 as hours_to_seen,
        answers.submitted_on + cast(floor({{ assumption('feedback_follow_up_days') }}) as integer) <= bounds.last_day as is_followed_up
    from answers
    cross join {{ ref('int_calendar__bounds') }} as bounds
    inner join delivered on delivered.has_actions
    left join seen on answers.response_id = seen.response_id
)

select
    response_id,
    contact_id,
    customer_id,
    employee_id,
    {%- for column in place %}
    {{ column }},
    {%- endfor %}
    -- what is seen later than the follow-up is not seen, so that a period that has passed does not change
    case when hours_to_seen <= 24 * {{ assumption('feedback_follow_up_days') }} then hours_to_seen end as hours_to_seen,
    coalesce(hours_to_seen <= {{ assumption('feedback_in_time_hours') }}, false) as is_seen_in_time,
    is_followed_up,
    submitted_on,
    seen_at
from followed
