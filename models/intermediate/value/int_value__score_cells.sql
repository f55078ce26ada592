-- Followed from a month that leaves out who had given notice already, and only where all of the follow-up is there.
with

followed as (
    select
        responses.response_id,
        responses.contact_id is not null as is_about_contact,
        coalesce(responses.segment, 'unknown') as segment,
        -- customers in groups that are the same on every engine; the errors allow for several answers of one
        left(md5(responses.customer_id), 2) as customer_group,
        case when spells.last_day <= last_months.month_end then 1 else 0 end as is_lost
    from {{ ref('int_survey__responses_placed') }} as responses
    inner join {{ ref('int_value__months') }} as months
        on cast(date_trunc('month', responses.submitted_on) as date) = months.month_start
    inner join {{ ref('int_value__months') }} as landmarks
        on landmarks.month_number = months.month_number + {{ assumption('notice_months') }}
    inner join {{ ref('int_value__months') }} as last_months
        on last_months.month_number = landmarks.month_number + {{ assumption('retention_follow_up_months') }}
    inner join {{ ref('int_crm__active_spells') }} as spells
        on responses.customer_id = spells.customer_id
        and spells.started_on <= landmarks.month_end
        and (spells.last_day is null or spells.last_day > landmarks.month_end)
    where responses.respondent_kind = 'customer'
),

-- An answer may count for several metrics: summed once per item.
of_items as (
    select
        answers.survey_code,
        answers.item_code,
        answers.answer_value,
        answers.box_value,
        followed.is_about_contact,
        followed.segment,
        followed.customer_group,
        count(*) as answer_count,
        sum(followed.is_lost) as lost_count
    from {{ ref('fct_survey_answers') }} as answers
    inner join followed on answers.response_id = followed.response_id
    where answers.answer_value is not null
    group by
        answers.survey_code, answers.item_code, answers.answer_value, answers.box_value, followed.is_about_contact,
        followed.segment, followed.customer_group
),

scored as (
    select
        metric_items.metric_code,
        of_items.is_about_contact,
        of_items.segment,
        {{ metric_score('metric_items.estimator', 'of_items.answer_value', 'of_items.box_value') }} as score,
        of_items.customer_group,
        of_items.answer_count,
        of_items.lost_count
    from of_items
    inner join {{ ref('int_survey__metric_items') }} as metric_items
        on of_items.survey_code = metric_items.survey_code
        and of_items.item_code = metric_items.item_code
    where metric_items.is_higher_better and not metric_items.is_index
)

select
    metric_code,
    is_about_contact,
    segment,
    score,
    customer_group,
    cast(sum(answer_count) as bigint) as answer_count,
    cast(sum(lost_count) as bigint) as lost_count
from scored
group by metric_code, is_about_contact, segment, score, customer_group
