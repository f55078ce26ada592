-- Two roads to the same money: revenue that is lost between two months would be in nobody's revenue churn.
with

ends as (
    select cast(month_start + interval '1' month as date) as month_start, sum(ending_fee_eur) as fee_eur
    from {{ ref('fct_customer_months') }}
    group by month_start
),

starts as (
    select month_start, sum(starting_fee_eur) as fee_eur
    from {{ ref('fct_customer_months') }}
    group by month_start
)

select starts.month_start, starts.fee_eur, ends.fee_eur as ended_with_eur
from starts
inner join ends on starts.month_start = ends.month_start
where abs(starts.fee_eur - ends.fee_eur) > 0.005
