with

-- Followed from a month that leaves out who had given notice already, and only where all of the follow-up is there.
follow_ups as (
    select
        months.month_start,
        max(landmarks.month_end) as landmark_day,
        max(last_months.month_end) as followed_until
    from {{ ref('int_value__months') }} as months
    inner join {{ ref('int_value__months') }} as landmarks
        on landmarks.month_number = months.month_number + {{ assumption('notice_months') }}
    inner join {{ ref('int_value__months') }} as last_months
        on last_months.month_number = landmarks.month_number + {{ assumption('retention_follow_up_months') }}
    group by months.month_start
),

answered as (
    select
        responses.response_id,
        responses.customer_id,
        left(responses.respondent_hash, 2) as customer_group,
        responses.contact_id is not null as is_about_contact,
        coalesce(responses.segment, 'unknown') as segment,
        follow_ups.landmark_day + 1 as followed_from,
        follow_ups.followed_until
    from {{ ref('int_survey__responses_placed') }} as responses
    inner join follow_ups on cast(date_trunc('month', responses.submitted_on) as date) = follow_ups.month_start
    where responses.respondent_kind = 'customer'
)

-- A table of its own: within the query that sums the answers DuckDB 2.0.0 ended every other time with "global dictionary
-- column changed identity" at 7.7 M answers; try without it with the next release.
select
    answered.response_id,
    answered.is_about_contact,
    answered.segment,
    -- the same on every engine; the errors allow for several answers of one customer
    answered.customer_group,
    case when spells.last_day <= answered.followed_until then 1 else 0 end as is_lost
from answered
inner join {{ ref('int_crm__active_spells') }} as spells
    on answered.customer_id = spells.customer_id
    and spells.started_on < answered.followed_from
    and (spells.last_day is null or spells.last_day >= answered.followed_from)
