with

of_items as (
    select
        survey_code,
        item_code,
        cast(date_trunc('quarter', submitted_on) as date) as quarter_start,
        coalesce(team_id, 'unknown') as team_id,
        answer_value,
        box_value,
        count(*) as answer_count
    from {{ ref('fct_survey_answers') }}
    where respondent_kind = 'customer' and answer_value is not null
    group by
        survey_code, item_code, cast(date_trunc('quarter', submitted_on) as date), coalesce(team_id, 'unknown'),
        answer_value, box_value
),

scored as (
    select
        metric_items.metric_code,
        of_items.quarter_start,
        of_items.team_id,
        of_items.answer_count,
        of_items.answer_count
            * {{ metric_score('metric_items.estimator', 'of_items.answer_value', 'of_items.box_value') }} as score_sum
    from of_items
    inner join {{ ref('int_survey__metric_items') }} as metric_items
        on of_items.survey_code = metric_items.survey_code
        and of_items.item_code = metric_items.item_code
    where metric_items.is_higher_better and not metric_items.is_index
)

select
    metric_code,
    quarter_start,
    case when grouping(team_id) = 1 then 'all' else team_id end as unit_key,
    cast(sum(answer_count) as bigint) as answer_count,
    cast(sum(score_sum) as {{ type_double() }}) as score_sum
from scored
group by grouping sets ((metric_code, quarter_start), (metric_code, quarter_start, team_id))
