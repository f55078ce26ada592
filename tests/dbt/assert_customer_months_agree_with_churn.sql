-- Two roads to the same number: months per customer, and the running total of arrivals and departures.
with

from_months as (
    select
        month_start,
        count(*) filter (where is_active_at_start) as active_count,
        count(*) filter (where is_lost) as lost_count
    from {{ ref('fct_customer_months') }}
    group by month_start
),

from_spells as (
    select period_start as month_start, n as active_count, lost_count
    from {{ ref('int_metrics__loss_parts') }}
    where metric_code = 'churn' and period_grain = 'month' and scope_kind = 'organisation'
)

select *
from from_months
full outer join from_spells on from_months.month_start = from_spells.month_start
where coalesce(from_months.active_count, 0) is distinct from coalesce(from_spells.active_count, 0)
    or coalesce(from_months.lost_count, 0) is distinct from coalesce(from_spells.lost_count, 0)
