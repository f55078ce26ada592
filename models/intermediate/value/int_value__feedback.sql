with

months as (
    select month_start, months_ago
    from {{ ref('int_value__months') }}
    where months_ago < {{ assumption('value_window_months') }}
),

contact_costs as (
    select sum(customer_months.cost_to_serve_eur) / nullif(sum(customer_months.contact_count), 0) as cost_per_contact_eur
    from {{ ref('fct_customer_months') }} as customer_months
    inner join months on customer_months.month_start = months.month_start
),

complaints as (
    select customer_id, min(cast(date_trunc('month', {{ local_date('received_at') }}) as date)) as month_start
    from {{ ref('stg_crm__feedback_items') }}
    where kind = 'complaint'
        and cast(date_trunc('month', {{ local_date('received_at') }}) as date) in (select months.month_start from months)
    group by customer_id
),

items as (
    select
        ideas.customer_id,
        coalesce(ideas.value_eur, 0) * {{ assumption('idea_value_share') }} as ideas_eur,
        {{ assumption('contacts_prevented_per_idea') }} as contacts_prevented,
        0 as response_count,
        0 as margin_after_complaint_eur
    from {{ ref('stg_crm__feedback_items') }} as ideas
    inner join months on cast(date_trunc('month', {{ local_date('ideas.implemented_at') }}) as date) = months.month_start
    where ideas.kind in ('idea', 'suggestion')
    union all
    select
        responses.customer_id,
        0 as ideas_eur,
        0 as contacts_prevented,
        1 as response_count,
        0 as margin_after_complaint_eur
    from {{ ref('int_survey__responses_placed') }} as responses
    inner join months on cast(date_trunc('month', responses.submitted_on) as date) = months.month_start
    where responses.respondent_kind = 'customer'
    union all
    select
        complaints.customer_id,
        0 as ideas_eur,
        0 as contacts_prevented,
        0 as response_count,
        customer_months.profit_eur as margin_after_complaint_eur
    from complaints
    inner join {{ ref('fct_customer_months') }} as customer_months
        on complaints.customer_id = customer_months.customer_id
        and customer_months.month_start > complaints.month_start
        and customer_months.is_active
    inner join months on customer_months.month_start = months.month_start
),

summed as (
    select
        customer_id,
        sum(ideas_eur) as ideas_eur,
        sum(contacts_prevented) as contacts_prevented,
        sum(response_count) as response_count,
        sum(margin_after_complaint_eur) as margin_after_complaint_eur
    from items
    where customer_id is not null
    group by customer_id
)

select
    summed.customer_id,
    cast(summed.contacts_prevented as {{ type_double() }}) as contacts_prevented,
    cast(summed.margin_after_complaint_eur as {{ type_double() }}) as margin_after_complaint_eur,
    cast(summed.ideas_eur as {{ type_double() }}) as ideas_eur,
    cast(summed.contacts_prevented * {{ assumption('prevented_contact_attribution') }}
        * coalesce(contact_costs.cost_per_contact_eur, 0) as {{ type_double() }}) as contacts_prevented_eur,
    cast(summed.response_count * {{ assumption('panel_cost_eur_per_complete') }} as {{ type_double() }}) as research_eur,
    cast(summed.margin_after_complaint_eur * {{ assumption('recovered_margin_share') }} as {{ type_double() }}) as recovered_margin_eur
from summed
cross join contact_costs
