-- What a client can group is what a client can isolate: no name of a group of a few.
with

images as (
    select response_id, item_code, image_code, emotion_code, intensity, emotion_source
    from {{ ref('int_emotions__images') }}
),

-- a word on the relation without an image has a row as well
rows_of_responses as (
    select
        responses.*,
        coalesce(images.item_code, responses.first_item_code) as item_code,
        coalesce(images.item_code, responses.first_item_code) = responses.first_item_code as is_first,
        images.image_code,
        images.emotion_code,
        images.intensity,
        images.emotion_source,
        case
            when images.emotion_code = 'surprise' then coalesce(verbatims.net_value, 0)
            else emotions.valence
        end as valence
    from {{ ref('int_emotions__responses') }} as responses
    left join images on responses.response_id = images.response_id
    left join {{ ref('emotions') }} as emotions
        on images.emotion_code = emotions.emotion_code and images.intensity = emotions.intensity
    left join {{ ref('fct_verbatims') }} as verbatims
        on responses.response_id = verbatims.reference_id and verbatims.text_kind = 'explanation'
)

select
    facts.response_id,
    facts.item_code,
    facts.survey_code,
    facts.contact_id,
    facts.customer_id,
    case when coalesce(teams.is_named, staffed.row_count = 0) then facts.team_id end as team_id,
    case when coalesce(departments.is_named, staffed.row_count = 0) then facts.department_id end as department_id,
    facts.segment,
    facts.region,
    facts.channel,
    facts.journey,
    facts.touchpoint,
    facts.product,
    facts.image_code,
    facts.emotion_code,
    facts.intensity,
    facts.emotion_source,
    facts.valence,
    facts.valence * facts.intensity as feeling,
    case when facts.is_first then facts.feeling end as response_feeling,
    case when facts.is_first then facts.feeling_sign end as response_sign,
    case when facts.is_first then facts.relation end as relation,
    case when facts.is_first then facts.relation_source end as relation_source,
    case when facts.is_first then facts.mark end as mark,
    facts.submitted_on
from rows_of_responses as facts
left join {{ ref('int_metrics__members') }} as teams
    on teams.scope_kind = 'team'
    and facts.team_id = teams.scope_key
    and cast(date_trunc('month', facts.submitted_on) as date) = teams.month_start
left join {{ ref('int_metrics__members') }} as departments
    on departments.scope_kind = 'department'
    and facts.department_id = departments.scope_key
    and cast(date_trunc('month', facts.submitted_on) as date) = departments.month_start
cross join (select count(*) as row_count from {{ ref('int_metrics__members') }}) as staffed
