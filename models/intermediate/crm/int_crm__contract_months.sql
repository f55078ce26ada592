with

months as (
    select
        period_start as month_start,
        period_end as month_end,
        {{ dbt.datediff('period_start', 'period_end', 'day') }} + 1 as days_in_month
    from {{ ref('int_calendar__periods') }}
    where period_grain = 'month'
),

contracts as (
    select
        customer_id,
        coalesce(monthly_fee_eur, 0) as monthly_fee_eur,
        coalesce(monthly_cost_eur, 0) as monthly_cost_eur,
        started_on,
        ended_on - 1 as last_day,
        max(coalesce(ended_on, cast('9999-12-31' as date))) over (
            partition by customer_id order by started_on nulls last, contract_id nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_before
    from {{ ref('stg_crm__contracts') }}
    where ended_on is null or ended_on > started_on
),

contracts_in_spells as (
    select
        contracts.*,
        spells.started_on as spell_started_on,
        spells.last_day as spell_last_day
    from contracts
    inner join {{ ref('int_crm__active_spells') }} as spells
        on contracts.customer_id = spells.customer_id
        and contracts.started_on >= spells.started_on
        and contracts.started_on <= coalesce(spells.last_day, cast('9999-12-31' as date))
),

-- The days of a customer's spell: those of its contracts and, with no contract to count, those of grace in between.
stretches as (
    select
        customer_id,
        true as is_contract,
        monthly_fee_eur,
        monthly_cost_eur,
        monthly_fee_eur as running_fee_eur,
        started_on,
        last_day,
        spell_started_on,
        spell_last_day
    from contracts_in_spells
    union all
    select
        customer_id,
        false as is_contract,
        0 as monthly_fee_eur,
        0 as monthly_cost_eur,
        -- a month that begins or ends within the grace is not a loss of revenue and its return
        monthly_fee_eur as running_fee_eur,
        covered_before as started_on,
        started_on - 1 as last_day,
        spell_started_on,
        spell_last_day
    from contracts_in_spells
    where covered_before > spell_started_on and covered_before < started_on
),

-- A fee counts for the days that its contract was in force. A contract that begins the day after the month is there for
-- what runs at the end of the month, with no days in force: whoever renews on the first has lost nothing.
stretch_months as (
    select
        stretches.*,
        months.month_start,
        months.month_end,
        months.days_in_month,
        {{ dbt.datediff('greatest(stretches.started_on, months.month_start)', 'least(coalesce(stretches.last_day, months.month_end), months.month_end)', 'day') }} + 1 as days_in_force
    from stretches
    inner join months
        on stretches.started_on <= months.month_end + 1
        and stretches.spell_started_on <= months.month_end
        and coalesce(stretches.last_day, months.month_end) >= months.month_start
)

select
    customer_id,
    month_start,
    min(spell_started_on) as first_spell_started_on,
    max(spell_started_on) as last_spell_started_on,
    count(*) filter (where is_contract and started_on <= month_end) as contract_count,
    sum(monthly_fee_eur * days_in_force / nullif(days_in_month, 0)) as fee_eur,
    sum(case when spell_started_on < month_start and started_on <= month_start then running_fee_eur else 0 end) as starting_fee_eur,
    sum(case when coalesce(last_day > month_end, true) then running_fee_eur else 0 end) as ending_fee_eur,
    sum(monthly_cost_eur * days_in_force / nullif(days_in_month, 0)) as direct_cost_eur,
    max(case when spell_started_on < month_start and spell_last_day <= month_end then 1 else 0 end) = 1 as is_lost
from stretch_months
group by customer_id, month_start
-- What reads this looks customers up and adds up over their months, which takes less where these lie together.
order by customer_id nulls last
