select
    "EmployeeNumber" as employee_id,
    cast(date '2015-06-30' - cast("YearsAtCompany" as integer) * interval 1 year as date) as hired_on,
    case when "Attrition" = 'Yes' then date '2015-12-31' end as left_on,
    "JobRole" as role
from {{ source('ibm', 'emp_attrition') }}
