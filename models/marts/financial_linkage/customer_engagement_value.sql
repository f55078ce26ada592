{%- set parts = [
    'crv_eur', 'civ_eur', 'cfv_ideas_eur', 'cfv_contacts_prevented_eur', 'cfv_research_eur', 'cfv_recovered_margin_eur',
    'allocated_eur',
] -%}

with

last_month as (
    select month_end, month_end + 1 as valued_on
    from {{ ref('int_value__months') }}
    where months_ago = 0
),

contributed as (
    select
        customer_id,
        {%- for part in parts %}
        sum({{ part }}) as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_value__contributions') }}
    group by customer_id
),

valued as (
    select
        coalesce(clv.customer_id, contributed.customer_id) as customer_id,
        coalesce(clv.value_kind, 'none') as value_kind,
        clv.product,
        clv.renewal_number,
        clv.monthly_margin_eur,
        clv.residual_months,
        clv.probability_alive,
        clv.expected_purchases,
        clv.expected_margin_per_purchase_eur,
        -- who is no longer there brings nothing more
        case when clv.customer_id is null then 0 else clv.clv_eur end as clv_eur,
        clv.clv_refusal_reason,
        {%- for part in parts %}
        coalesce(contributed.{{ part }}, 0) as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_value__clv') }} as clv
    full join contributed on clv.customer_id = contributed.customer_id
)

select
    valued.customer_id,
    last_month.valued_on,
    valued.value_kind,
    versions.segment,
    versions.region,
    valued.product,
    versions.acquisition_kind,
    cast(valued.renewal_number as bigint) as renewal_number,
    cast(valued.monthly_margin_eur as double) as monthly_margin_eur,
    cast(valued.residual_months as double) as residual_months,
    cast(valued.probability_alive as double) as probability_alive,
    cast(valued.expected_purchases as double) as expected_purchases,
    cast(valued.expected_margin_per_purchase_eur as double) as expected_margin_per_purchase_eur,
    cast(valued.clv_eur as double) as clv_eur,
    valued.clv_refusal_reason,
    cast(valued.crv_eur as double) as crv_eur,
    cast(valued.civ_eur as double) as civ_eur,
    cast(valued.cfv_ideas_eur as double) as cfv_ideas_eur,
    cast(valued.cfv_contacts_prevented_eur as double) as cfv_contacts_prevented_eur,
    cast(valued.cfv_research_eur as double) as cfv_research_eur,
    cast(valued.cfv_recovered_margin_eur as double) as cfv_recovered_margin_eur,
    cast(
        valued.cfv_ideas_eur + valued.cfv_contacts_prevented_eur + valued.cfv_research_eur + valued.cfv_recovered_margin_eur
        as double
    ) as cfv_eur,
    cast(
        valued.clv_eur + valued.crv_eur + valued.civ_eur
        + valued.cfv_ideas_eur + valued.cfv_contacts_prevented_eur + valued.cfv_research_eur + valued.cfv_recovered_margin_eur
        as double
    ) as cev_eur,
    cast(valued.allocated_eur as double) as allocated_eur
from valued
cross join last_month
left join {{ ref('int_crm__customer_versions') }} as versions
    on valued.customer_id = versions.customer_id
    and last_month.month_end >= versions.valid_from
    and last_month.month_end < versions.valid_to
