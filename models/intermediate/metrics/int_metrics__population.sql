{#- Headcount by month for the scopes that employees are asked in. -#}
select month_start, 'organisation' as scope_kind, 'all' as scope_key, count(*) as headcount
from {{ ref('fct_employee_months') }}
group by month_start
union all
select month_start, 'department' as scope_kind, department_id as scope_key, count(*) as headcount
from {{ ref('fct_employee_months') }}
where department_id is not null
group by month_start, department_id
union all
select month_start, 'team' as scope_kind, team_id as scope_key, count(*) as headcount
from {{ ref('fct_employee_months') }}
where team_id is not null
group by month_start, team_id
