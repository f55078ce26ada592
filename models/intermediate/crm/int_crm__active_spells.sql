with

contracts as (
    select
        contract_id,
        customer_id,
        started_on,
        ended_on - 1 as last_day
    from {{ ref('stg_crm__contracts') }}
    -- a contract that ended on the day it started was never in force
    where ended_on is null or ended_on > started_on
),

ordered as (
    select
        *,
        max(coalesce(last_day, cast('9999-12-31' as date))) over (
            partition by customer_id order by started_on nulls last, contract_id nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from contracts
),

marked as (
    select
        *,
        case
            when covered_until is null then 1
            when covered_until >= cast('9999-12-31' as date) then 0
            when started_on > covered_until + (cast(floor({{ assumption('switch_grace_days') }}) as integer) + 1) then 1
            else 0
        end as starts_spell
    from ordered
),

numbered as (
    select
        *,
        sum(starts_spell) over (
            partition by customer_id order by started_on nulls last, contract_id nulls last
            rows between unbounded preceding and current row
        ) as spell_number
    from marked
),

spells as (
    select
        customer_id,
        spell_number,
        min(started_on) as started_on,
        case when count(*) = count(last_day) then max(last_day) end as last_day
    from numbered
    group by customer_id, spell_number
)

select
    customer_id,
    cast(spell_number as integer) as spell_number,
    started_on,
    last_day
from spells
