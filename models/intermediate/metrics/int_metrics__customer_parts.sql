{%- set scopes = ['segment', 'region', 'product'] -%}

with

-- The few combinations first: the scopes then group thousands of rows instead of every customer and month.
cells as (
    select
        month_start,
        segment,
        region,
        product,
        count(*) as n,
        sum(profit_eur) as profit_sum,
        sum(profit_eur * profit_eur) as profit_sq_sum,
        sum(revenue_eur) as revenue_sum,
        sum(revenue_eur * revenue_eur) as revenue_sq_sum,
        sum(revenue_eur * profit_eur) as revenue_profit_sum
    from {{ ref('fct_customer_months') }}
    where is_active
    group by month_start, segment, region, product
),

summed as (
    select
        month_start as observed_on,
        {{ scope_of_grouping(scopes) }},
        sum(n) as n,
        sum(profit_sum) as profit_sum,
        sum(profit_sq_sum) as profit_sq_sum,
        sum(revenue_sum) as revenue_sum,
        sum(revenue_sq_sum) as revenue_sq_sum,
        sum(revenue_profit_sum) as revenue_profit_sum
    from cells
    group by {{ grouping_by_scope(['month_start'], scopes) }}
)

select
    'customer_profitability' as metric_code,
    observed_on,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    profit_sum as y_sum,
    profit_sq_sum as y_sq_sum,
    cast(null as {{ type_double() }}) as x_sum,
    cast(null as {{ type_double() }}) as x_sq_sum,
    cast(null as {{ type_double() }}) as xy_sum
from summed
where scope_key is not null
union all
select
    'margin_share' as metric_code,
    observed_on,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    profit_sum as y_sum,
    profit_sq_sum as y_sq_sum,
    revenue_sum as x_sum,
    revenue_sq_sum as x_sq_sum,
    revenue_profit_sum as xy_sum
from summed
where scope_key is not null
