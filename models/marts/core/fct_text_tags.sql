select
    texts.text_kind,
    texts.reference_id,
    texts.text_part,
    texts.speaker,
    tags.task,
    tags.label,
    tags.model_version,
    texts.language_code,
    tags.score,
    tags.intensity,
    tags.terms
from {{ ref('int_text__texts') }} as texts
inner join {{ ref('int_text__tags') }} as tags on texts.text_hash = tags.text_hash
