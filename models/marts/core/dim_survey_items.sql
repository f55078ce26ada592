select
    items.survey_code,
    items.item_code,
    items.instrument,
    items.metric_code,
    items.driver_code,
    items.scale_id,
    scales.kind as scale_kind,
    scales.minimum as scale_minimum,
    scales.maximum as scale_maximum,
    scales.top_box_minimum,
    scales.bottom_box_maximum,
    items.missing_codes,
    items.not_applicable_codes,
    coalesce(items.is_reversed, 'false') = 'true' as is_reversed,
    items.label_en,
    items.label_nl
from {{ ref('survey_items') }} as items
left join {{ ref('scales') }} as scales on items.scale_id = scales.scale_id
where items.role = 'item'
