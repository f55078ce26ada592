with

repeats as (
    select * from {{ ref('int_metrics__answer_repeats') }}
    union all
    select * from {{ ref('int_metrics__contact_repeats') }}
    union all
    select * from {{ ref('int_metrics__event_repeats') }}
)

select
    repeats.metric_code,
    numbers.scope_kind,
    numbers.scope_key,
    repeats.period_grain,
    repeats.period_start,
    repeats.previous_month_start,
    repeats.repeat_count
from repeats
inner join {{ ref('int_metrics__scope_numbers') }} as numbers on repeats.scope_number = numbers.scope_number
-- only the organisation has days, as in int_metrics__period_parts
where repeats.period_grain <> 'day' or numbers.scope_kind = 'organisation'
