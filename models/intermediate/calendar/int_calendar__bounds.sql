with

events as (
    select min(started_on) as first_day, max(started_on) as last_day from {{ ref('fct_contacts') }}
    union all
    select min(submitted_on) as first_day, max(submitted_on) as last_day from {{ ref('int_survey__responses_placed') }}
    union all
    select
        cast({{ local_date('min(occurred_at)') }} as date) as first_day,
        cast({{ local_date('max(occurred_at)') }} as date) as last_day
    from {{ ref('stg_crm__transactions') }}
    union all
    select min(month) as first_day, max(month) as last_day from {{ ref('stg_hr__labour_costs') }}
)

-- Contracts and employment reach back years before anything was measured, so they do not open the window.
select
    min(first_day) as first_day,
    max(last_day) as last_day
from events
