select
    assumption_code,
    value,
    unit,
    assumption_name_en,
    assumption_name_nl,
    reason,
    source
from {{ ref('assumptions') }}
