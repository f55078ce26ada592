select
    employees.employee_id,
    memberships.team_id,
    memberships.department_id,
    employees.role,
    employees.fte,
    employees.hired_on,
    employees.left_on,
    coalesce(memberships.valid_from, employees.hired_on) as valid_from,
    coalesce(memberships.valid_to, cast('9999-12-31' as date)) as valid_to
from {{ ref('stg_hr__employees') }} as employees
left join {{ ref('int_hr__employee_teams') }} as memberships on employees.employee_id = memberships.employee_id
