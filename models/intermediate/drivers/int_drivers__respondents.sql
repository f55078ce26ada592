with

-- the months that the analyses look at
spans as (
    select min(period_start) as period_start, max(period_end) as period_end
    from {{ ref('int_drivers__spans') }}
    where span_code in ('latest', 'churn')
),

-- whole people, by the digits that groups are not made of
counted as (
    select responses.survey_code, substring(responses.respondent_hash, 3) as sample_code, count(*) as response_count
    from {{ ref('int_survey__responses_placed') }} as responses
    inner join spans on responses.submitted_on between spans.period_start and spans.period_end
    group by responses.survey_code, substring(responses.respondent_hash, 3)
),

added as (
    select
        survey_code,
        sample_code,
        sum(response_count) over (
            partition by survey_code order by sample_code nulls last rows between unbounded preceding and current row
        ) as responses_so_far
    from counted
),

taken as (
    select survey_code, max(sample_code) as last_sample_code
    from added
    where responses_so_far <= {{ assumption('driver_sample_responses') }}
    group by survey_code
)

select
    responses.response_id,
    responses.survey_code,
    coalesce(responses.respondent_id, responses.response_id) as respondent_key,
    left(responses.respondent_hash, 2) as respondent_group,
    responses.customer_id,
    responses.contact_id,
    responses.segment,
    responses.channel,
    responses.journey,
    responses.weight,
    responses.submitted_on
from {{ ref('int_survey__responses_placed') }} as responses
inner join spans on responses.submitted_on between spans.period_start and spans.period_end
inner join taken
    on responses.survey_code = taken.survey_code
    and substring(responses.respondent_hash, 3) <= taken.last_sample_code
