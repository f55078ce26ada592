with

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
    inner join {{ ref('int_value__followed_responses') }} as followed on answers.response_id = followed.response_id
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
