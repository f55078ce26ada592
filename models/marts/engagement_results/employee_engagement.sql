{%- set dimensions = ['vigour', 'dedication'] -%}

with

facets as (
    select
        answers.response_id,
        answers.answer_value,
        drivers.engagement_dimension
    from {{ ref('fct_survey_answers') }} as answers
    left join {{ ref('drivers') }} as drivers on answers.driver_code = drivers.driver_code
    where answers.metric_code = 'engagement_score' and answers.answer_value is not null
),

asked as (
    select
        {%- for dimension in dimensions %}
        count(*) filter (where engagement_dimension = '{{ dimension }}') as {{ dimension }}_count{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('drivers') }}
),

scored as (
    select
        response_id,
        avg(answer_value) as engagement_score,
        {%- for dimension in dimensions %}
        avg(answer_value) filter (where engagement_dimension = '{{ dimension }}') as {{ dimension }}_score,
        count(*) filter (where engagement_dimension = '{{ dimension }}') as {{ dimension }}_count,
        {%- endfor %}
        count(*) as facet_count
    from facets
    group by response_id
),

-- every answer of a response carries the same scope, so any one of them will do
placed as (
    select
        response_id,
        survey_code,
        department_id,
        team_id,
        weight,
        scale_minimum,
        scale_maximum,
        submitted_on,
        row_number() over (partition by response_id order by item_code nulls last) as item_rank
    from {{ ref('fct_survey_answers') }}
    where metric_code = 'engagement_score'
)

select
    scored.response_id,
    placed.survey_code,
    placed.department_id,
    placed.team_id,
    scored.engagement_score,
    {%- for dimension in dimensions %}
    case
        when asked.{{ dimension }}_count - scored.{{ dimension }}_count <= {{ assumption('engagement_dimension_missing_facets') }}
            then scored.{{ dimension }}_score
    end as {{ dimension }}_score,
    {%- endfor %}
    cast(scored.facet_count as integer) as facet_count,
    placed.weight,
    placed.scale_minimum,
    placed.scale_maximum,
    placed.submitted_on
from scored
inner join placed on scored.response_id = placed.response_id and placed.item_rank = 1
cross join asked
where scored.facet_count >= {{ assumption('engagement_minimum_facets') }}
