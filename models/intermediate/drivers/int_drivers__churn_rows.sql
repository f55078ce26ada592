with

scored as (
    select
        responses.*,
        respondents.survey_code,
        respondents.customer_id,
        respondents.segment,
        respondents.channel,
        respondents.journey,
        respondents.submitted_on,
        md5(respondents.customer_id) as customer_hash
    from {{ ref('int_drivers__responses') }} as responses
    inner join {{ ref('int_drivers__respondents') }} as respondents on responses.response_id = respondents.response_id
    inner join {{ ref('analysis_outcomes') }} as chosen
        on responses.driver_kind = chosen.analysis and chosen.outcome_metric_code = 'churn'
    inner join {{ ref('int_drivers__spans') }} as spans
        on spans.span_code = 'churn' and respondents.submitted_on between spans.period_start and spans.period_end
    where respondents.customer_id is not null
),

-- who was a customer on the day of the answer, and whether that ended within the follow-up
followed as (
    select
        scored.*,
        coalesce(
            spells.last_day < scored.submitted_on + cast(floor({{ assumption('churn_follow_up_days') }}) as integer), false
        ) as is_lost
    from scored
    inner join {{ ref('int_crm__active_spells') }} as spells
        on scored.customer_id = spells.customer_id
        and scored.submitted_on >= spells.started_on
        and scored.submitted_on <= coalesce(spells.last_day, scored.submitted_on)
),

-- Whole customers in the order of their hash, as many as give an error that no reader notices; from the third digit, as the
-- first two make groups.
numbered as (
    select *, dense_rank() over (partition by survey_code order by substring(customer_hash, 3) nulls last) as customer_number
    from followed
)

select
    response_id,
    survey_code,
    customer_id,
    left(customer_hash, 2) as respondent_group,
    segment,
    channel,
    journey,
    is_lost,
    {%- for slot in driver_slots() %}
    raw_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
from numbered
where customer_number <= {{ assumption('churn_sample_customers') }}
