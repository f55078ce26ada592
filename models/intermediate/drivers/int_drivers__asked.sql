with

drivers as (
    select * from {{ ref('dim_drivers') }} where driver_kind in ('customer_driver', 'employee_driver')
),

asked as (
    select
        items.survey_code,
        drivers.driver_kind,
        drivers.driver_code,
        drivers.metric_code,
        drivers.is_affective,
        min(drivers.display_position) as display_position,
        max(items.scale_minimum) as scale_minimum,
        max(items.scale_maximum) as scale_maximum
    from {{ ref('dim_survey_items') }} as items
    inner join drivers on items.driver_code = drivers.driver_code
    group by items.survey_code, drivers.driver_kind, drivers.driver_code, drivers.metric_code, drivers.is_affective
)

select
    survey_code,
    driver_kind,
    driver_code,
    metric_code,
    is_affective,
    scale_minimum,
    scale_maximum,
    cast(row_number() over (
        partition by survey_code, driver_kind order by display_position nulls last, driver_code nulls last
    ) as integer) as slot,
    cast(count(*) over (partition by survey_code, driver_kind) as integer) as driver_count
from asked
