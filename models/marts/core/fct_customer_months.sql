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
        *,
        ended_on - 1 as last_day
    from {{ ref('stg_crm__contracts') }}
),

-- A fee counts for the days that its contract was in force.
contract_days as (
    select
        contracts.customer_id,
        months.month_start,
        months.days_in_month,
        coalesce(contracts.monthly_fee_eur, 0) as monthly_fee_eur,
        coalesce(contracts.monthly_cost_eur, 0) as monthly_cost_eur,
        {{ dbt.datediff('greatest(contracts.started_on, months.month_start)', 'least(coalesce(contracts.last_day, months.month_end), months.month_end)', 'day') }} + 1 as days_in_force
    from contracts
    inner join months
        on contracts.started_on <= months.month_end
        and coalesce(contracts.last_day, months.month_end) >= months.month_start
    where contracts.last_day is null or contracts.last_day >= contracts.started_on
),

contract_months as (
    select
        customer_id,
        month_start,
        count(*) as contract_count,
        sum(monthly_fee_eur * days_in_force / nullif(days_in_month, 0)) as fee_eur,
        sum(monthly_cost_eur * days_in_force / nullif(days_in_month, 0)) as contract_cost_eur
    from contract_days
    group by customer_id, month_start
),

transaction_months as (
    select
        customer_id,
        cast(date_trunc('month', {{ local_date('occurred_at') }}) as date) as month_start,
        sum(coalesce(revenue_eur, 0)) as transaction_revenue_eur,
        sum(coalesce(direct_cost_eur, 0)) as transaction_cost_eur
    from {{ ref('stg_crm__transactions') }}
    group by customer_id, cast(date_trunc('month', {{ local_date('occurred_at') }}) as date)
),

contact_months as (
    select
        contacts.customer_id,
        cast(date_trunc('month', contacts.started_on) as date) as month_start,
        count(*) as contact_count,
        sum(coalesce(contacts.handled_seconds, 0)) as handled_seconds,
        sum(
            cast(coalesce(contacts.handled_seconds, 0) as {{ type_double() }}) / 3600 * {{ assumption('labour_rate_eur_per_hour') }}
            + coalesce(channel_costs.cost_per_contact_eur, 0)
        ) as cost_to_serve_eur
    from {{ ref('fct_contacts') }} as contacts
    left join {{ ref('channel_costs') }} as channel_costs on contacts.channel = channel_costs.channel
    where contacts.customer_id is not null
    group by contacts.customer_id, cast(date_trunc('month', contacts.started_on) as date)
),

spell_months as (
    select
        spells.customer_id,
        months.month_start,
        -- whoever joins within the month is placed by the first day, everybody else by the start of the month
        greatest(min(spells.started_on), months.month_start) as placed_on,
        max(case when spells.started_on < months.month_start then 1 else 0 end) = 1 as is_active_at_start,
        max(case when spells.started_on >= months.month_start then 1 else 0 end) = 1 as is_new,
        max(case when spells.started_on < months.month_start and spells.last_day <= months.month_end then 1 else 0 end) = 1 as is_lost
    from {{ ref('int_crm__active_spells') }} as spells
    inner join months
        on spells.started_on <= months.month_end
        and coalesce(spells.last_day, months.month_end) >= months.month_start
    group by spells.customer_id, months.month_start
),

customer_months as (
    select customer_id, month_start from contract_months
    union
    select customer_id, month_start from transaction_months
    union
    select customer_id, month_start from contact_months
    union
    select customer_id, month_start from spell_months
),

amounts as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        coalesce(spell_months.placed_on, customer_months.month_start) as placed_on,
        coalesce(contract_months.contract_count, 0) as contract_count,
        coalesce(contact_months.contact_count, 0) as contact_count,
        coalesce(contact_months.handled_seconds, 0) as handled_seconds,
        coalesce(contract_months.fee_eur, 0) as recurring_revenue_eur,
        coalesce(contract_months.fee_eur, 0) + coalesce(transaction_months.transaction_revenue_eur, 0) as revenue_eur,
        coalesce(contract_months.contract_cost_eur, 0) + coalesce(transaction_months.transaction_cost_eur, 0) as direct_cost_eur,
        coalesce(contact_months.cost_to_serve_eur, 0) as cost_to_serve_eur,
        spell_months.customer_id is not null as is_active,
        coalesce(spell_months.is_active_at_start, false) as is_active_at_start,
        coalesce(spell_months.is_new, false) as is_new,
        coalesce(spell_months.is_lost, false) as is_lost
    from customer_months
    left join contract_months
        on customer_months.customer_id = contract_months.customer_id and customer_months.month_start = contract_months.month_start
    left join transaction_months
        on customer_months.customer_id = transaction_months.customer_id and customer_months.month_start = transaction_months.month_start
    left join contact_months
        on customer_months.customer_id = contact_months.customer_id and customer_months.month_start = contact_months.month_start
    left join spell_months
        on customer_months.customer_id = spell_months.customer_id and customer_months.month_start = spell_months.month_start
)

select
    amounts.customer_id,
    amounts.month_start,
    versions.segment,
    versions.region,
    products.product,
    amounts.contract_count,
    amounts.contact_count,
    amounts.handled_seconds,
    amounts.recurring_revenue_eur,
    amounts.revenue_eur,
    amounts.direct_cost_eur,
    amounts.cost_to_serve_eur,
    amounts.revenue_eur - amounts.direct_cost_eur - amounts.cost_to_serve_eur as profit_eur,
    amounts.is_active,
    amounts.is_active_at_start,
    amounts.is_new,
    amounts.is_lost
from amounts
left join {{ ref('int_crm__customer_versions') }} as versions
    on amounts.customer_id = versions.customer_id
    and amounts.placed_on >= versions.valid_from
    and amounts.placed_on < versions.valid_to
left join {{ ref('int_crm__product_spells') }} as products
    on amounts.customer_id = products.customer_id
    and amounts.placed_on >= products.valid_from
    and amounts.placed_on < products.valid_to
