with

-- Of who left before departures were kept nothing is known: those who stayed would seem to be all there were.
departures as (
    select cast(date_trunc('month', min(last_day)) as date) as first_month
    from {{ ref('int_crm__active_spells') }}
),

first_month as (
    select min(month_start) as month_start
    from {{ ref('int_value__months') }}
),

-- months are counted from the first one, once per month and per spell and not per customer and month
months as (
    select
        months.month_start,
        {{ months_between('first_month.month_start', 'months.month_start') }} as month_number
    from {{ ref('int_value__months') }} as months
    cross join first_month
    where months.month_start >= (select departures.first_month from departures)
),

spells as (
    select
        spells.customer_id,
        spells.started_on,
        coalesce(spells.last_day, cast('9999-12-31' as date)) as last_day,
        {{ months_between('first_month.month_start', 'spells.started_on') }} as month_number
    from {{ ref('int_crm__active_spells') }} as spells
    cross join first_month
),

months_at_risk as (
    select
        customer_months.product,
        months.month_number - spells.month_number as renewal_number,
        customer_months.is_lost,
        count(*) as at_risk_count
    from {{ ref('fct_customer_months') }} as customer_months
    inner join months on customer_months.month_start = months.month_start
    inner join spells
        on customer_months.customer_id = spells.customer_id
        and customer_months.month_start > spells.started_on
        and customer_months.month_start <= spells.last_day
    where customer_months.is_active_at_start
    group by customer_months.product, months.month_number - spells.month_number, customer_months.is_lost
)

select
    coalesce(product, 'unknown') as product,
    cast(renewal_number as integer) as renewal_number,
    cast(sum(at_risk_count) as bigint) as at_risk_count,
    cast(sum(case when is_lost then 0 else at_risk_count end) as bigint) as renewed_count
from months_at_risk
group by coalesce(product, 'unknown'), cast(renewal_number as integer)
