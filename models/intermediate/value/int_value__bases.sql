-- For whom a point is worth something: every customer with a contract, or those of them who had contact.
with

customers as (
    select 'active' as base_kind, * from {{ ref('int_value__clv') }} where value_kind = 'contract' and clv_eur is not null
    union all
    select 'contacted' as base_kind, * from {{ ref('int_value__clv') }} where value_kind = 'contract' and clv_eur is not null and has_contacts
)

select
    base_kind,
    fit_key,
    count(*) as customer_count,
    sum(monthly_margin_eur) as margin_eur,
    sum(monthly_margin_eur * monthly_margin_eur) as margin_sq,
    sum(clv_eur) as clv_eur,
    {%- for error in lifetime_errors() %}
    sum({{ error }}) as {{ error }}{{ ',' if not loop.last }}
    {%- endfor %}
from customers
group by base_kind, fit_key
