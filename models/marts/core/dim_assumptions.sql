with

assumptions as (
    select * from {{ ref('assumptions') }}
),

texts as (
    select * from {{ ref('assumption_texts') }}
)

select
    assumptions.assumption_code,
    assumptions.value,
    assumptions.unit,
    assumptions.assumption_name_en,
    assumptions.assumption_name_nl,
    assumptions.reason,
    assumptions.source,
    coalesce(texts.unit_nl, assumptions.unit) as unit_nl,
    coalesce(texts.reason_nl, assumptions.reason) as reason_nl
from assumptions
left join texts on assumptions.assumption_code = texts.assumption_code
