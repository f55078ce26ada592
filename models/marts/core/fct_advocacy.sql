with

answers as (
    select
        *,
        submitted_on + cast(floor({{ assumption('advocacy_follow_up_days') }}) as integer) as followed_until
    from {{ ref('fct_survey_answers') }}
    where metric_code = 'nps_relation' and answer_value is not null
),

-- What was never delivered has not been counted: no referrals is something else than unknown.
delivered as (
    select
        (select count(*) from {{ ref('stg_crm__referrals') }}) > 0 as has_referrals,
        (select count(*) from {{ ref('stg_crm__advocacy_events') }}) > 0 as has_reviews
),

deeds as (
    select referrer_customer_id as customer_id, referred_on as done_on, 1 as referral_count, 0 as review_count
    from {{ ref('fct_referrals') }}
    union all
    select customer_id, {{ local_date('occurred_at') }} as done_on, 0 as referral_count, 1 as review_count
    from {{ ref('stg_crm__advocacy_events') }}
    where kind = 'review'
),

done as (
    select
        answers.response_id,
        answers.item_code,
        sum(deeds.referral_count) as referral_count,
        sum(deeds.review_count) as review_count
    from answers
    inner join deeds
        on answers.customer_id = deeds.customer_id
        and deeds.done_on >= answers.submitted_on
        and deeds.done_on < answers.followed_until
    group by answers.response_id, answers.item_code
)

select
    answers.response_id,
    answers.item_code,
    answers.survey_code,
    answers.customer_id,
    answers.contact_id,
    answers.team_id,
    answers.department_id,
    answers.segment,
    answers.region,
    answers.channel,
    answers.journey,
    answers.product,
    case answers.box_value when 1 then 'promoter' when 0 then 'passive' else 'detractor' end as band,
    answers.answer_value as score,
    answers.weight,
    case when delivered.has_referrals then cast(coalesce(done.referral_count, 0) as bigint) end as referral_count,
    case when delivered.has_reviews then cast(coalesce(done.review_count, 0) as bigint) end as review_count,
    answers.followed_until <= bounds.last_day as is_followed_up,
    answers.submitted_on
from answers
cross join delivered
cross join {{ ref('int_calendar__bounds') }} as bounds
left join done on answers.response_id = done.response_id and answers.item_code = done.item_code
where answers.customer_id is not null
