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
        1 as contract_count,
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
        0 as contract_count,
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
),

-- Whatever happened to a customer in a month, so that one grouping adds it up: a grouping for each, a list of all their
-- months and the joins back to it took 1.7 times as long.
happenings as (
    select
        customer_id,
        month_start,
        case when started_on <= month_end then contract_count else 0 end as contract_count,
        0 as contact_count,
        0 as feedback_count,
        0 as idea_count,
        0 as handled_seconds,
        monthly_fee_eur * days_in_force / nullif(days_in_month, 0) as fee_eur,
        case when spell_started_on < month_start and started_on <= month_start then running_fee_eur else 0 end as starting_fee_eur,
        case when coalesce(last_day > month_end, true) then running_fee_eur else 0 end as ending_fee_eur,
        0 as transaction_revenue_eur,
        monthly_cost_eur * days_in_force / nullif(days_in_month, 0) as direct_cost_eur,
        0 as cost_to_serve_eur,
        spell_started_on,
        case when spell_started_on < month_start and spell_last_day <= month_end then 1 else 0 end as is_lost
    from stretch_months
    union all
    select
        customer_id,
        cast(date_trunc('month', {{ local_date('occurred_at') }}) as date) as month_start,
        0 as contract_count,
        0 as contact_count,
        0 as feedback_count,
        0 as idea_count,
        0 as handled_seconds,
        0 as fee_eur,
        0 as starting_fee_eur,
        0 as ending_fee_eur,
        coalesce(revenue_eur, 0) as transaction_revenue_eur,
        coalesce(direct_cost_eur, 0) as direct_cost_eur,
        0 as cost_to_serve_eur,
        cast(null as date) as spell_started_on,
        0 as is_lost
    from {{ ref('stg_crm__transactions') }}
    union all
    select
        contacts.customer_id,
        cast(date_trunc('month', contacts.started_on) as date) as month_start,
        0 as contract_count,
        1 as contact_count,
        0 as feedback_count,
        0 as idea_count,
        coalesce(contacts.handled_seconds, 0) as handled_seconds,
        0 as fee_eur,
        0 as starting_fee_eur,
        0 as ending_fee_eur,
        0 as transaction_revenue_eur,
        0 as direct_cost_eur,
        cast(coalesce(contacts.handled_seconds, 0) as {{ type_double() }}) / 3600 * {{ assumption('labour_rate_eur_per_hour') }}
            + coalesce(channel_costs.cost_per_contact_eur, 0) as cost_to_serve_eur,
        cast(null as date) as spell_started_on,
        0 as is_lost
    from {{ ref('fct_contacts') }} as contacts
    left join {{ ref('channel_costs') }} as channel_costs on contacts.channel = channel_costs.channel
    where contacts.customer_id is not null
    union all
    select
        customer_id,
        cast(date_trunc('month', {{ local_date('received_at') }}) as date) as month_start,
        0 as contract_count,
        0 as contact_count,
        1 as feedback_count,
        case when kind in ('idea', 'suggestion') then 1 else 0 end as idea_count,
        0 as handled_seconds,
        0 as fee_eur,
        0 as starting_fee_eur,
        0 as ending_fee_eur,
        0 as transaction_revenue_eur,
        0 as direct_cost_eur,
        0 as cost_to_serve_eur,
        cast(null as date) as spell_started_on,
        0 as is_lost
    from {{ ref('stg_crm__feedback_items') }}
    where customer_id is not null
),

amounts as (
    select
        customer_id,
        month_start,
        -- whoever joins within the month is placed by the first day, everybody else by the start of the month
        greatest(coalesce(min(spell_started_on), month_start), month_start) as placed_on,
        cast(sum(contract_count) as bigint) as contract_count,
        cast(sum(contact_count) as bigint) as contact_count,
        cast(sum(feedback_count) as bigint) as feedback_count,
        cast(sum(idea_count) as bigint) as idea_count,
        cast(sum(handled_seconds) as {{ type_double() }}) as handled_seconds,
        cast(sum(fee_eur) as {{ type_double() }}) as recurring_revenue_eur,
        cast(sum(starting_fee_eur) as {{ type_double() }}) as starting_fee_eur,
        cast(sum(ending_fee_eur) as {{ type_double() }}) as ending_fee_eur,
        cast(sum(fee_eur) + sum(transaction_revenue_eur) as {{ type_double() }}) as revenue_eur,
        cast(sum(direct_cost_eur) as {{ type_double() }}) as direct_cost_eur,
        cast(sum(cost_to_serve_eur) as {{ type_double() }}) as cost_to_serve_eur,
        cast({{ months_between('min(spell_started_on)', 'month_start') }} as integer) as tenure_months,
        min(spell_started_on) is not null as is_active,
        coalesce(min(spell_started_on) < month_start, false) as is_active_at_start,
        coalesce(max(spell_started_on) >= month_start, false) as is_new,
        max(is_lost) = 1 as is_lost
    from happenings
    group by customer_id, month_start
)

select
    amounts.customer_id,
    amounts.month_start,
    versions.segment,
    versions.region,
    products.product,
    amounts.contract_count,
    amounts.contact_count,
    amounts.feedback_count,
    amounts.idea_count,
    amounts.handled_seconds,
    amounts.recurring_revenue_eur,
    amounts.starting_fee_eur,
    amounts.ending_fee_eur,
    amounts.revenue_eur,
    amounts.direct_cost_eur,
    amounts.cost_to_serve_eur,
    amounts.revenue_eur - amounts.direct_cost_eur - amounts.cost_to_serve_eur as profit_eur,
    amounts.tenure_months,
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
