select
    "EmployeeNumber" as employee_id,
    "Department" as team_id,
    cast(date '2015-06-30' - cast("YearsAtCompany" as integer) * interval 1 year as date) as valid_from
from {{ source('ibm', 'emp_attrition') }}
