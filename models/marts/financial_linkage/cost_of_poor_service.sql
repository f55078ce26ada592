with

months as (
    select min(first_month) as first_month, max(last_month) as last_month
    from {{ ref('int_value__poor_service') }}
)

select
    costs.scope_kind,
    costs.scope_key,
    costs.experience,
    'association' as wording,
    months.first_month,
    months.last_month,
    costs.customer_count,
    costs.lost_count,
    costs.compared_count,
    costs.compared_lost_count,
    costs.excess_rate_pct,
    costs.excess_rate_pct_ci_low,
    costs.excess_rate_pct_ci_high,
    costs.customers_lost,
    costs.customers_lost_ci_low,
    costs.customers_lost_ci_high,
    costs.value_per_customer_eur,
    costs.margin_lost_eur,
    costs.margin_lost_eur_ci_low,
    costs.margin_lost_eur_ci_high,
    costs.refusal_reason,
    costs.refusal_needed,
    costs.refusal_found,
    costs.refusal_about
from {{ ref('int_value__poor_service_costs') }} as costs
cross join months
