with

-- Whatever a customer did or said in a month, so that one grouping adds it up. The months of contracts are a table
-- already: they are four times as many, and only of a table is known how many there are before the join.
happenings as (
    select
        customer_id,
        cast(date_trunc('month', {{ local_date('occurred_at') }}) as date) as month_start,
        false as is_contact,
        false as is_feedback,
        false as is_idea,
        0 as handled_seconds,
        coalesce(revenue_eur, 0) as revenue_eur,
        coalesce(direct_cost_eur, 0) as direct_cost_eur,
        0 as cost_to_serve_eur
    from {{ ref('stg_crm__transactions') }}
    union all
    select
        contacts.customer_id,
        cast(date_trunc('month', contacts.started_on) as date) as month_start,
        true as is_contact,
        false as is_feedback,
        false as is_idea,
        coalesce(contacts.handled_seconds, 0) as handled_seconds,
        0 as revenue_eur,
        0 as direct_cost_eur,
        cast(coalesce(contacts.handled_seconds, 0) as {{ type_double() }}) / 3600 * {{ assumption('labour_rate_eur_per_hour') }}
            + coalesce(channel_costs.cost_per_contact_eur, 0) as cost_to_serve_eur
    from {{ ref('fct_contacts') }} as contacts
    left join {{ ref('channel_costs') }} as channel_costs on contacts.channel = channel_costs.channel
    where contacts.customer_id is not null
    union all
    select
        customer_id,
        cast(date_trunc('month', {{ local_date('received_at') }}) as date) as month_start,
        false as is_contact,
        true as is_feedback,
        kind in ('idea', 'suggestion') as is_idea,
        0 as handled_seconds,
        0 as revenue_eur,
        0 as direct_cost_eur,
        0 as cost_to_serve_eur
    from {{ ref('stg_crm__feedback_items') }}
    where customer_id is not null
),

happened as (
    select
        customer_id,
        month_start,
        count(*) filter (where is_contact) as contact_count,
        count(*) filter (where is_feedback) as feedback_count,
        count(*) filter (where is_idea) as idea_count,
        sum(handled_seconds) as handled_seconds,
        sum(revenue_eur) as revenue_eur,
        sum(direct_cost_eur) as direct_cost_eur,
        sum(cost_to_serve_eur) as cost_to_serve_eur
    from happenings
    group by customer_id, month_start
),

customer_months as (
    select
        coalesce(contracts.customer_id, happened.customer_id) as customer_id,
        coalesce(contracts.month_start, happened.month_start) as month_start,
        -- whoever joins within the month is placed by the first day, everybody else by the start of the month
        coalesce(greatest(contracts.first_spell_started_on, contracts.month_start), happened.month_start) as placed_on,
        coalesce(contracts.contract_count, 0) as contract_count,
        coalesce(happened.contact_count, 0) as contact_count,
        coalesce(happened.feedback_count, 0) as feedback_count,
        coalesce(happened.idea_count, 0) as idea_count,
        cast(coalesce(happened.handled_seconds, 0) as {{ type_double() }}) as handled_seconds,
        coalesce(contracts.fee_eur, 0) as recurring_revenue_eur,
        coalesce(contracts.starting_fee_eur, 0) as starting_fee_eur,
        coalesce(contracts.ending_fee_eur, 0) as ending_fee_eur,
        cast(coalesce(contracts.fee_eur, 0) + coalesce(happened.revenue_eur, 0) as {{ type_double() }}) as revenue_eur,
        cast(coalesce(contracts.direct_cost_eur, 0) + coalesce(happened.direct_cost_eur, 0) as {{ type_double() }}) as direct_cost_eur,
        cast(coalesce(happened.cost_to_serve_eur, 0) as {{ type_double() }}) as cost_to_serve_eur,
        cast({{ months_between('contracts.first_spell_started_on', 'contracts.month_start') }} as integer) as tenure_months,
        contracts.customer_id is not null as is_active,
        coalesce(contracts.first_spell_started_on < contracts.month_start, false) as is_active_at_start,
        coalesce(contracts.last_spell_started_on >= contracts.month_start, false) as is_new,
        coalesce(contracts.is_lost, false) as is_lost
    from {{ ref('int_crm__contract_months') }} as contracts
    full join happened
        on contracts.customer_id = happened.customer_id and contracts.month_start = happened.month_start
)

select
    customer_months.customer_id,
    customer_months.month_start,
    versions.segment,
    versions.region,
    products.product,
    customer_months.contract_count,
    customer_months.contact_count,
    customer_months.feedback_count,
    customer_months.idea_count,
    customer_months.handled_seconds,
    customer_months.recurring_revenue_eur,
    customer_months.starting_fee_eur,
    customer_months.ending_fee_eur,
    customer_months.revenue_eur,
    customer_months.direct_cost_eur,
    customer_months.cost_to_serve_eur,
    customer_months.revenue_eur - customer_months.direct_cost_eur - customer_months.cost_to_serve_eur as profit_eur,
    customer_months.tenure_months,
    customer_months.is_active,
    customer_months.is_active_at_start,
    customer_months.is_new,
    customer_months.is_lost
from customer_months
left join {{ ref('int_crm__customer_versions') }} as versions
    on customer_months.customer_id = versions.customer_id
    and customer_months.placed_on >= versions.valid_from
    and customer_months.placed_on < versions.valid_to
left join {{ ref('int_crm__product_spells') }} as products
    on customer_months.customer_id = products.customer_id
    and customer_months.placed_on >= products.valid_from
    and customer_months.placed_on < products.valid_to
