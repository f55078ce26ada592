with

-- Of who left before departures were kept nothing is known: those who stayed would seem to be all there were.
departures as (
    select cast(date_trunc('month', min(last_day)) as date) as first_month
    from {{ ref('int_crm__active_spells') }}
)

select
    coalesce(customer_months.product, 'unknown') as product,
    customer_months.tenure_months as renewal_number,
    cast(count(*) as bigint) as at_risk_count,
    cast(sum(case when customer_months.is_lost then 0 else 1 end) as bigint) as renewed_count
from {{ ref('fct_customer_months') }} as customer_months
inner join {{ ref('int_value__months') }} as months on customer_months.month_start = months.month_start
where customer_months.is_active_at_start
    and customer_months.month_start >= (select departures.first_month from departures)
group by coalesce(customer_months.product, 'unknown'), customer_months.tenure_months
