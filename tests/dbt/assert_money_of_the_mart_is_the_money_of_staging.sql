-- Fees are spread over days, so the mart is compared on transactions and on handling time, which are not.
with

staged as (
    select
        (select coalesce(sum(revenue_eur), 0) from {{ ref('stg_crm__transactions') }}) as transaction_revenue_eur,
        (
            select coalesce(sum(handled_seconds), 0)
            from {{ ref('stg_crm__contacts') }}
            where customer_id is not null
        ) as handled_seconds
),

marts as (
    select
        coalesce(sum(revenue_eur - recurring_revenue_eur), 0) as transaction_revenue_eur,
        coalesce(sum(handled_seconds), 0) as handled_seconds
    from {{ ref('fct_customer_months') }}
)

select *
from staged
cross join marts
where abs(staged.transaction_revenue_eur - marts.transaction_revenue_eur) > 0.005
    or abs(staged.handled_seconds - marts.handled_seconds) > 0.5
