-- Followed from a month that leaves out who had given notice already, and only where all of the follow-up is there.
with

followed as (
    select
        scores.metric_code,
        scores.customer_id,
        scores.is_about_contact,
        scores.segment,
        scores.score,
        case when spells.last_day <= last_months.month_end then 1 else 0 end as is_lost
    from {{ ref('int_value__scores') }} as scores
    inner join {{ ref('int_value__months') }} as months
        on scores.submitted_on >= months.month_start
        and scores.submitted_on <= months.month_end
    inner join {{ ref('int_value__months') }} as landmarks
        on landmarks.month_number = months.month_number + {{ assumption('notice_months') }}
    inner join {{ ref('int_value__months') }} as last_months
        on last_months.month_number = landmarks.month_number + {{ assumption('retention_follow_up_months') }}
    inner join {{ ref('int_crm__active_spells') }} as spells
        on scores.customer_id = spells.customer_id
        and spells.started_on <= landmarks.month_end
        and (spells.last_day is null or spells.last_day > landmarks.month_end)
)

select
    metric_code,
    is_about_contact,
    segment,
    score,
    -- customers in groups that are the same on every engine; the errors allow for several answers of one
    left(md5(customer_id), 2) as customer_group,
    cast(count(*) as bigint) as answer_count,
    cast(sum(is_lost) as bigint) as lost_count
from followed
group by metric_code, is_about_contact, segment, score, left(md5(customer_id), 2)
