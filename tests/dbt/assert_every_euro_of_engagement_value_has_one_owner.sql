-- Margin of a referred customer stands in his own lifetime value and in what his referrer is worth: a sum over customers
-- would count it twice. What is allocated must be the margin of the company, what referrals saved, and feedback.
with

company as (
    select sum(amount_eur) as total_eur
    from (
        select sum(clv_eur) as amount_eur from {{ ref('int_value__clv') }}
        union all
        select sum(saving_eur) from {{ ref('int_value__referrals') }}
        union all
        select sum(ideas_eur + contacts_prevented_eur + research_eur + recovered_margin_eur) from {{ ref('int_value__feedback') }}
    )
),

allocated as (
    select sum(allocated_eur) as total_eur
    from {{ ref('customer_engagement_value') }}
)

select company.total_eur as company_eur, allocated.total_eur as allocated_eur
from company
cross join allocated
where abs(coalesce(company.total_eur, 0) - coalesce(allocated.total_eur, 0)) > 1e-9 * (1 + abs(coalesce(company.total_eur, 0)))
