select
    services."Customer ID" as contract_id,
    services."Customer ID" as customer_id,
    services."Contract" as product,
    cast(date '2018-09-30' - cast(services."Tenure in Months" as integer) * interval 1 month as date) as started_on,
    case when status."Customer Status" = 'Churned' then date '2018-10-01' end as ended_on,
    status."Churn Reason" as end_reason,
    services."Monthly Charge" as monthly_fee_eur
from {{ source('telco', 'services') }} as services
inner join {{ source('telco', 'status') }} as status on services."Customer ID" = status."Customer ID"
