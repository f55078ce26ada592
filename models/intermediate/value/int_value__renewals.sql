with

-- Of who left before departures were kept nothing is known: those who stayed would seem to be all there were.
departures as (
    select cast(date_trunc('month', min(last_day)) as date) as first_month
    from {{ ref('int_crm__active_spells') }}
),

months_at_risk as (
    select
        coalesce(customer_months.product, 'unknown') as product,
        cast({{ months_between('spells.started_on', 'customer_months.month_start') }} as integer) as renewal_number,
        case when customer_months.is_lost then 0 else 1 end as is_renewed
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('int_value__months') }} as months on customer_months.month_start = months.month_start
    inner join departures on customer_months.month_start >= departures.first_month
    inner join {{ ref('int_crm__active_spells') }} as spells
        on customer_months.customer_id = spells.customer_id
        and customer_months.month_start > spells.started_on
        and customer_months.month_start <= coalesce(spells.last_day, cast('9999-12-31' as date))
    where customer_months.is_active_at_start
)

select
    product,
    renewal_number,
    cast(count(*) as bigint) as at_risk_count,
    cast(sum(is_renewed) as bigint) as renewed_count
from months_at_risk
group by product, renewal_number
