{%- set weight = assumption('emotion_explanation_weight') -%}

with

chosen as (
    select
        answers.response_id,
        answers.item_code,
        responses.survey_code,
        images.image_code,
        images.emotion_code,
        images.intensity,
        count(*) over (partition by answers.response_id) as image_count
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('int_survey__responses_placed') }} as responses on answers.response_id = responses.response_id
    inner join {{ ref('dim_survey_items') }} as items
        on responses.survey_code = items.survey_code and answers.item_code = items.item_code
    inner join {{ ref('emotion_images') }} as images on trim(answers.raw_value) = images.image_code
    -- what employees feel about themselves is theirs
    where items.scale_kind = 'image' and answers.answer_state = 'answered' and responses.respondent_kind <> 'employee'
),

reviews as (
    select
        reference_id as response_id,
        label as emotion_code,
        cast(floor(coalesce(score, 0)) as integer) as intensity,
        row_number() over (
            partition by reference_id
            order by scored_at desc nulls last, model_version desc nulls last, model desc nulls last
        ) as recency
    from {{ ref('stg_crm__text_scores') }}
    where kind = 'emotion_review' and label is not null
),

-- One explanation cannot be divided over several images: then each image speaks for itself.
weighed as (
    select
        chosen.*,
        explained.emotion_code as explained_emotion,
        explained.intensity as explained_intensity,
        reviews.emotion_code as reviewed_emotion,
        reviews.intensity as reviewed_intensity,
        coalesce(
            {{ weight }} > 0 and {{ weight }} * explained.intensity >= (1 - {{ weight }}) * chosen.intensity, false
        ) as is_explanation_stronger
    from chosen
    left join {{ ref('int_emotions__explained') }} as explained
        on chosen.response_id = explained.response_id and chosen.image_count = 1
    left join reviews
        on chosen.response_id = reviews.response_id and chosen.image_count = 1 and reviews.recency = 1
),

refined as (
    select
        *,
        case
            when is_explanation_stronger then explained_emotion
            else emotion_code
        end as refined_emotion,
        case
            when explained_emotion = emotion_code
                then cast(floor({{ weight }} * explained_intensity + (1 - {{ weight }}) * intensity + 0.5) as integer)
            when is_explanation_stronger then explained_intensity
            else intensity
        end as refined_intensity
    from weighed
)

select
    response_id,
    item_code,
    survey_code,
    image_code,
    coalesce(reviewed_emotion, refined_emotion) as emotion_code,
    case when reviewed_emotion is not null then reviewed_intensity else refined_intensity end as intensity,
    case
        when reviewed_emotion is not null then 'reviewer'
        when refined_emotion <> emotion_code or refined_intensity <> intensity then 'explanation'
        else 'image'
    end as emotion_source
from refined
