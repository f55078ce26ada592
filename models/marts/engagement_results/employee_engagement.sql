with

scored as (
    select
        response_id,
        avg(answer_value) as engagement_score,
        count(*) as facet_count
    from {{ ref('fct_survey_answers') }}
    where metric_code = 'engagement_score' and answer_value is not null
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
    cast(scored.facet_count as integer) as facet_count,
    placed.weight,
    placed.scale_minimum,
    placed.scale_maximum,
    placed.submitted_on
from scored
inner join placed on scored.response_id = placed.response_id and placed.item_rank = 1
where scored.facet_count >= {{ assumption('engagement_minimum_facets') }}
