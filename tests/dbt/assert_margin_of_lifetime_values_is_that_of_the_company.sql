-- Lifetime values start from the profit of the last months. A join that doubles or drops months moves every euro of them
-- and shows nowhere else.
with

valued as (
    select sum(profit_eur) as profit_eur
    from {{ ref('int_value__customer_margins') }}
),

company as (
    select sum(customer_months.profit_eur) as profit_eur
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('int_value__months') }} as months on customer_months.month_start = months.month_start
    where customer_months.is_active
        and months.months_ago < {{ assumption('margin_months') }}
        and customer_months.customer_id in (
            select spells.customer_id
            from {{ ref('int_crm__active_spells') }} as spells
            inner join {{ ref('int_value__months') }} as newest
                on spells.started_on <= newest.month_end
                and coalesce(spells.last_day, cast('9999-12-31' as date)) > newest.month_end
            where newest.months_ago = 0
        )
)

select valued.profit_eur as valued_eur, company.profit_eur as company_eur
from valued
cross join company
where abs(valued.profit_eur - company.profit_eur) > 1e-9 * (1 + abs(company.profit_eur))
