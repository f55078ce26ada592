select *
from {{ ref('fct_customer_months') }}
where abs(profit_eur - (revenue_eur - direct_cost_eur - cost_to_serve_eur)) > 1e-6
