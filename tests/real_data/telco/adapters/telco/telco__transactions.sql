-- what was charged before the month that the contract itself accounts for
select
    "Customer ID" as transaction_id,
    "Customer ID" as customer_id,
    timestamp '2018-09-15 12:00:00' as occurred_at,
    cast("Total Revenue" as double) - cast("Monthly Charge" as double) as revenue_eur
from {{ source('telco', 'services') }}
