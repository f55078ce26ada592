select
    driver_code,
    driver_kind,
    display_position,
    driver_name_en,
    driver_name_nl,
    is_affective,
    metric_code,
    engagement_dimension
from {{ ref('drivers') }}
