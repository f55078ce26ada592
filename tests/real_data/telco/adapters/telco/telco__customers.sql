select
    "Customer ID" as customer_id,
    cast(date '2018-09-30' - cast("Tenure in Months" as integer) * interval 1 month as date) as acquired_on
from {{ source('telco', 'services') }}
