with

last_month as (
    select month_end, month_end + 1 as valued_on
    from {{ ref('int_value__months') }}
    where months_ago = 0
),

current_spells as (
    select
        spells.customer_id,
        spells.started_on,
        last_month.month_end,
        last_month.valued_on
    from {{ ref('int_crm__active_spells') }} as spells
    inner join last_month
        on spells.started_on < last_month.valued_on
        and (spells.last_day is null or spells.last_day >= last_month.valued_on)
),

margins as (
    select
        customer_months.customer_id,
        sum(customer_months.profit_eur) as profit_eur,
        max(customer_months.contact_count) > 0 as has_contacts,
        count(*) as month_count
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('int_value__months') }} as months on customer_months.month_start = months.month_start
    where customer_months.is_active and months.months_ago < {{ assumption('margin_months') }}
    group by customer_months.customer_id
)

select
    current_spells.customer_id,
    current_spells.valued_on,
    coalesce(products.product, 'unknown') as product,
    cast({{ months_between('current_spells.started_on', 'current_spells.valued_on') }} as integer) as renewal_number,
    cast(margins.profit_eur as {{ type_double() }}) as profit_eur,
    cast(margins.month_count as bigint) as month_count,
    margins.has_contacts
from current_spells
inner join margins on current_spells.customer_id = margins.customer_id
left join {{ ref('int_crm__product_spells') }} as products
    on current_spells.customer_id = products.customer_id
    and current_spells.month_end >= products.valid_from
    and current_spells.month_end < products.valid_to
