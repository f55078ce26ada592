with

answers as (
    select *, cast(date_trunc('month', submitted_on) as date) as month_start
    from {{ ref('fct_survey_answers') }}
    where answer_value is not null
),

grouped as (
    select
        survey_code,
        item_code,
        scale_id,
        month_start,
        grouping(month_start) as is_all_time,
        count(*) as n,
        sum(answer_value) as y_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * answer_value) as wy_sum,
        sum(weight * answer_value * answer_value) as wy_sq_sum,
        sum(case when box_value = 1 then 1 else 0 end) as top_box_count,
        sum(case when box_value = -1 then 1 else 0 end) as bottom_box_count,
        min(submitted_on) as first_submitted_on
    from answers
    group by grouping sets (
        (survey_code, item_code, scale_id),
        (survey_code, item_code, scale_id, month_start)
    )
)

select
    survey_code,
    item_code,
    scale_id,
    case when is_all_time = 1 then 'all_time' else 'month' end as period_grain,
    case when is_all_time = 1 then first_submitted_on else month_start end as period_start,
    cast(n as bigint) as n,
    y_sum,
    w_sum,
    w_sq_sum,
    wy_sum,
    wy_sq_sum,
    cast(top_box_count as bigint) as top_box_count,
    cast(bottom_box_count as bigint) as bottom_box_count
from grouped
