{%- set of_last = ['department_id', 'team_id', 'segment', 'region', 'channel', 'product'] -%}

with

journeys as (
    select
        customer_id,
        journey,
        journey_number,
        min(moment_at) as started_at,
        max(moment_at) as ended_at,
        max(moment_on) as ended_on,
        count(*) as moment_count,
        avg(cast(feeling as {{ type_double() }})) as mean_feeling,
        max(case when is_end then response_id end) as journey_id,
        {%- for column in of_last %}
        max(case when is_end then {{ column }} end) as {{ column }},
        {%- endfor %}
        {%- for kind in ['peak', 'end', 'highest', 'lowest'] %}
        max(case when is_{{ kind }} then feeling end) as {{ kind }}_feeling,
        max(case when is_{{ kind }} then touchpoint end) as {{ kind }}_touchpoint{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_emotions__moments') }}
    group by customer_id, journey, journey_number
),

-- Whoever looks back does so on the last journey that began before; of two looks back the later counts.
looks_back as (
    select
        answers.customer_id,
        answers.journey,
        answers.response_id,
        answers.answer_value,
        answers.submitted_at,
        coalesce(contacts.started_at, answers.submitted_at) as asked_about_at
    from {{ ref('fct_survey_answers') }} as answers
    left join {{ ref('fct_contacts') }} as contacts on answers.contact_id = contacts.contact_id
    where answers.instrument = 'journey_memory' and answers.answer_value is not null
),

matched as (
    select
        looks_back.response_id,
        looks_back.answer_value,
        looks_back.submitted_at,
        journeys.journey_id,
        row_number() over (
            partition by looks_back.response_id order by journeys.started_at desc nulls last
        ) as journey_recency
    from looks_back
    inner join journeys
        on looks_back.customer_id = journeys.customer_id
        and looks_back.journey = journeys.journey
        and looks_back.asked_about_at >= journeys.started_at
),

remembered as (
    select
        journey_id,
        answer_value,
        row_number() over (partition by journey_id order by submitted_at desc nulls last, response_id desc nulls last) as recency
    from matched
    where journey_recency = 1
)

select
    journeys.journey_id,
    journeys.customer_id,
    journeys.journey,
    {%- for column in of_last %}
    journeys.{{ column }},
    {%- endfor %}
    journeys.started_at,
    journeys.ended_at,
    journeys.ended_on,
    cast(journeys.moment_count as bigint) as moment_count,
    cast(journeys.peak_feeling as {{ type_double() }}) as peak_feeling,
    cast(journeys.end_feeling as {{ type_double() }}) as end_feeling,
    cast(journeys.peak_feeling + journeys.end_feeling as {{ type_double() }}) / 2 as peak_end_feeling,
    journeys.mean_feeling,
    cast(journeys.peak_feeling + journeys.end_feeling as {{ type_double() }}) / 2 - journeys.mean_feeling as remembering_gap,
    cast(journeys.highest_feeling as {{ type_double() }}) as highest_feeling,
    cast(journeys.lowest_feeling as {{ type_double() }}) as lowest_feeling,
    journeys.peak_touchpoint,
    journeys.end_touchpoint,
    journeys.highest_touchpoint,
    journeys.lowest_touchpoint,
    remembered.answer_value as remembered
from journeys
cross join {{ ref('int_calendar__bounds') }} as bounds
left join remembered on journeys.journey_id = remembered.journey_id and remembered.recency = 1
where journeys.moment_count >= {{ assumption('journey_minimum_moments') }}
    and {{ dbt.datediff('journeys.ended_on', 'bounds.last_day', 'day') }} > {{ assumption('journey_gap_days') }}
