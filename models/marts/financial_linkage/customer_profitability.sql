with

grouped as (
    select
        month_start,
        segment,
        region,
        product,
        count(*) filter (where is_active) as active_customer_count,
        count(*) filter (where is_active_at_start) as active_at_start_count,
        count(*) filter (where is_lost) as lost_customer_count,
        sum(contact_count) as contact_count,
        sum(recurring_revenue_eur) as recurring_revenue_eur,
        sum(revenue_eur) as revenue_eur,
        sum(direct_cost_eur) as direct_cost_eur,
        sum(cost_to_serve_eur) as cost_to_serve_eur,
        sum(profit_eur) as profit_eur,
        sum(case when is_lost then revenue_eur else 0 end) as revenue_of_lost_customers_eur,
        sum(case when is_lost then recurring_revenue_eur else 0 end) as recurring_revenue_of_lost_customers_eur
    from {{ ref('fct_customer_months') }}
    group by month_start, segment, region, product
)

select
    month_start,
    coalesce(segment, 'unknown') as segment,
    coalesce(region, 'unknown') as region,
    coalesce(product, 'none') as product,
    cast(active_customer_count as bigint) as active_customer_count,
    cast(active_at_start_count as bigint) as active_at_start_count,
    cast(lost_customer_count as bigint) as lost_customer_count,
    cast(contact_count as bigint) as contact_count,
    cast(recurring_revenue_eur as {{ type_double() }}) as recurring_revenue_eur,
    cast(revenue_eur as {{ type_double() }}) as revenue_eur,
    cast(direct_cost_eur as {{ type_double() }}) as direct_cost_eur,
    cast(cost_to_serve_eur as {{ type_double() }}) as cost_to_serve_eur,
    cast(profit_eur as {{ type_double() }}) as profit_eur,
    cast(revenue_of_lost_customers_eur as {{ type_double() }}) as revenue_of_lost_customers_eur,
    cast(recurring_revenue_of_lost_customers_eur as {{ type_double() }}) as recurring_revenue_of_lost_customers_eur
from grouped
