with

delivered as (
    select
        reference_id as response_id,
        label as emotion_code,
        cast(floor(score) as integer) as intensity,
        row_number() over (
            partition by reference_id
            order by scored_at desc nulls last, model_version desc nulls last, model desc nulls last
        ) as place
    from {{ ref('stg_crm__text_scores') }}
    where kind = 'emotion' and label is not null and score is not null
),

-- what the organisation delivers goes before what is read here
own as (
    select
        texts.reference_id as response_id,
        tags.label as emotion_code,
        tags.intensity,
        row_number() over (
            partition by texts.reference_id
            order by tags.score desc nulls last, tags.label nulls last, texts.text_part nulls last
        ) as place
    from {{ ref('int_text__texts') }} as texts
    inner join {{ ref('int_text__tags') }} as tags on texts.text_hash = tags.text_hash
    left join delivered on texts.reference_id = delivered.response_id
    where texts.text_kind = 'explanation'
        and texts.text_part in (
            select item_code from {{ ref('dim_survey_items') }} where instrument = 'image_explanation'
        )
        and tags.task = 'emotion'
        and delivered.response_id is null
)

select response_id, emotion_code, intensity
from delivered
where place = 1 and emotion_code <> 'neutral'
union all
select response_id, emotion_code, cast(intensity as integer) as intensity
from own
where place = 1
