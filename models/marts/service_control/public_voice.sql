with

-- the last word of the editors
ranked as (
    select
        reference_id,
        action,
        row_number() over (partition by reference_id order by acted_at desc nulls last, action desc nulls last) as recency
    from {{ ref('stg_survey__feedback_actions') }}
    where action in ('released', 'withdrawn')
),

released as (
    select reference_id from ranked where recency = 1 and action = 'released'
),

-- who ever took the consent back is left out
consenting as (
    select customer_id
    from {{ ref('stg_crm__customers') }}
    group by customer_id
    having bool_and(coalesce(consents_to_publication, false))
),

ratings as (
    select response_id, max(answer_value) as rating
    from {{ ref('fct_survey_answers') }}
    where metric_code = 'csat' and answer_value is not null
    group by response_id
),

said as (
    select
        verbatims.reference_id,
        verbatims.scrubbed_text as words,
        verbatims.language,
        verbatims.sentiment,
        verbatims.journey,
        ratings.rating,
        cast(date_trunc('month', verbatims.said_on) as date) as said_month
    from {{ ref('fct_verbatims') }} as verbatims
    inner join released on verbatims.reference_id = released.reference_id
    inner join consenting on verbatims.customer_id = consenting.customer_id
    left join ratings on verbatims.reference_id = ratings.response_id
    where verbatims.text_kind in ('explanation', 'feedback')
        and verbatims.scrubbed_text is not null
        and not verbatims.is_in_quarantine
),

-- few reviews tell who wrote them: none of them is shown, and no journey that few share
counted as (
    select
        *,
        count(*) over () as review_count,
        count(*) over (partition by journey) as journey_count,
        row_number() over (partition by words, said_month order by md5(reference_id) nulls last) as copy_number
    from said
)

select
    md5(words || '|' || cast(said_month as {{ dbt.type_string() }}) || '|' || cast(copy_number as {{ dbt.type_string() }})) as voice_id,
    said_month,
    language,
    words,
    sentiment,
    rating,
    case when journey_count >= {{ assumption('comments_minimum_n') }} then journey end as journey
from counted
where review_count >= {{ assumption('comments_minimum_n') }}
