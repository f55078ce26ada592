-- Employees' words stay restricted.
select
    text_kind,
    reference_id,
    text_part,
    task,
    label,
    model_version,
    language_code,
    score,
    intensity,
    terms
from {{ ref('fct_text_tags') }}
where speaker = 'customer'
