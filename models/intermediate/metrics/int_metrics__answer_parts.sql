{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

survey_metrics as (
    select
        metric_code,
        item_metric_code,
        estimator,
        -- a share that had better be low counts the unfavourable answers
        case when is_higher_better then 1 else -1 end as counted_box,
        -- a mean from 0 to 100 is an index, whatever the scale that was asked
        estimator = 'mean' and scale_minimum = 0 and scale_maximum = 100 as is_index
    from {{ ref('dim_metrics') }}
    where item_metric_code is not null and metric_code <> 'engagement_score'
),

survey_answers as (
    select
        survey_metrics.metric_code,
        answers.submitted_on as observed_on,
        answers.department_id,
        answers.team_id,
        answers.segment,
        answers.region,
        answers.channel,
        answers.journey,
        answers.product,
        answers.weight,
        case survey_metrics.estimator
            when 'net_share' then answers.box_value
            when 'proportion' then case when answers.box_value = survey_metrics.counted_box then 1 else 0 end
            else case
                when survey_metrics.is_index
                    then 100 * (answers.answer_value - answers.scale_minimum) / nullif(answers.scale_maximum - answers.scale_minimum, 0)
                else answers.answer_value
            end
        end as y,
        case when survey_metrics.is_index then 0 else answers.scale_minimum end as scale_minimum,
        case when survey_metrics.is_index then 100 else answers.scale_maximum end as scale_maximum
    from {{ ref('fct_survey_answers') }} as answers
    inner join survey_metrics on answers.metric_code = survey_metrics.item_metric_code
    where answers.answer_value is not null
),

engagement_scores as (
    select
        'engagement_score' as metric_code,
        submitted_on as observed_on,
        department_id,
        team_id,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as journey,
        cast(null as {{ dbt.type_string() }}) as product,
        weight,
        engagement_score as y,
        scale_minimum,
        scale_maximum
    from {{ ref('employee_engagement') }}
),

observations as (
    select * from survey_answers
    union all
    select * from engagement_scores
),

summed as (
    select
        metric_code,
        observed_on,
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        sum(y) as y_sum,
        sum(y * y) as y_sq_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * y) as wy_sum,
        sum(weight * y * y) as wy_sq_sum,
        min(scale_minimum) as scale_minimum,
        max(scale_maximum) as scale_maximum
    from observations
    group by {{ grouping_by_scope(['metric_code', 'observed_on'], scopes) }}
)

select *
from summed
where scope_key is not null
