with

ranked as (
    select
        reference_id as response_id,
        label as emotion_code,
        score as intensity,
        row_number() over (
            partition by reference_id
            order by scored_at desc nulls last, model_version desc nulls last, model desc nulls last
        ) as recency
    from {{ ref('stg_crm__text_scores') }}
    where kind = 'emotion' and label is not null and score is not null
)

select
    response_id,
    emotion_code,
    cast(floor(intensity) as integer) as intensity
from ranked
where recency = 1 and emotion_code <> 'neutral'
