{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

items_by_day as (
    select distinct survey_code, item_code
    from {{ ref('int_survey__metric_items') }}
    where finest_grain = 'day'
),

answers as (
    select
        answers.*,
        -- sums by day are made only where a metric is shown by day or week
        case
            when items_by_day.item_code is not null then answers.submitted_on
            else cast(date_trunc('month', answers.submitted_on) as date)
        end as observed_on,
        case when answers.box_value = 1 then answers.weight else 0 end as top_weight,
        case when answers.box_value = -1 then answers.weight else 0 end as bottom_weight
    from {{ ref('fct_survey_answers') }} as answers
    left join items_by_day
        on answers.survey_code = items_by_day.survey_code and answers.item_code = items_by_day.item_code
    where answers.answer_value is not null
),

summed as (
    select
        survey_code,
        item_code,
        scale_id,
        observed_on,
        {{ scope_of_grouping(scopes) }},
        min(scale_minimum) as scale_minimum,
        max(scale_maximum) as scale_maximum,
        count(*) as n,
        count(*) filter (where box_value = 1) as top_box_count,
        count(*) filter (where box_value = -1) as bottom_box_count,
        sum(answer_value) as y_sum,
        sum(answer_value * answer_value) as y_sq_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * answer_value) as wy_sum,
        sum(weight * answer_value * answer_value) as wy_sq_sum,
        sum(top_weight) as top_w_sum,
        sum(bottom_weight) as bottom_w_sum,
        min(submitted_on) as first_submitted_on
    from answers
    group by {{ grouping_by_scope(['survey_code', 'item_code', 'scale_id', 'observed_on'], scopes) }}
)

select
    survey_code,
    item_code,
    scale_id,
    observed_on,
    scope_kind,
    scope_key,
    scale_minimum,
    scale_maximum,
    n,
    top_box_count,
    bottom_box_count,
    {%- for sum in ['y_sum', 'y_sq_sum', 'w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum', 'top_w_sum', 'bottom_w_sum'] %}
    cast({{ sum }} as {{ type_double() }}) as {{ sum }},
    {%- endfor %}
    first_submitted_on
from summed
where scope_key is not null
