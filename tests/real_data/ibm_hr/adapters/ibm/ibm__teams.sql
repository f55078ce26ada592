select distinct
    "Department" as team_id,
    "Department" as team_name
from {{ source('ibm', 'emp_attrition') }}
