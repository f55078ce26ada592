with

images as (
    select response_id, item_code, image_code, emotion_code, intensity, emotion_source
    from {{ ref('int_emotions__images') }}
),

-- a word on the relation without an image has a row as well
facts as (
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
    response_id,
    item_code,
    survey_code,
    contact_id,
    customer_id,
    team_id,
    department_id,
    segment,
    region,
    channel,
    journey,
    touchpoint,
    product,
    image_code,
    emotion_code,
    intensity,
    emotion_source,
    valence,
    valence * intensity as feeling,
    case when is_first then facts.feeling end as response_feeling,
    case when is_first then feeling_sign end as response_sign,
    case when is_first then relation end as relation,
    case when is_first then relation_source end as relation_source,
    case when is_first then mark end as mark,
    submitted_on
from facts
