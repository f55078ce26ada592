select items.survey_code, items.item_code, items.driver_code
from {{ ref('dim_survey_items') }} as items
left join {{ ref('dim_drivers') }} as drivers on items.driver_code = drivers.driver_code
where items.driver_code is not null and drivers.driver_code is null
