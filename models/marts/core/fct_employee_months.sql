with

months as (
    select
        period_start as month_start,
        period_end as month_end,
        period_end + 1 as next_month_start
    from {{ ref('int_calendar__periods') }}
    where period_grain = 'month'
),

employed as (
    select
        employees.employee_id,
        months.month_start,
        employees.fte,
        employees.hired_on < months.month_start as is_employed_at_start,
        employees.hired_on < months.month_start and coalesce(employees.left_on <= months.next_month_start, false) as has_left,
        -- a newcomer is counted in the team of the first day, everybody else in the team at the start of the month
        greatest(employees.hired_on, months.month_start) as placed_on
    from {{ ref('stg_hr__employees') }} as employees
    inner join months
        on employees.hired_on <= months.month_end
        and (employees.left_on is null or employees.left_on > months.month_start)
)

select
    employed.employee_id,
    employed.month_start,
    employee_teams.team_id,
    employee_teams.department_id,
    employed.fte,
    employed.is_employed_at_start,
    employed.has_left
from employed
left join {{ ref('int_hr__employee_teams') }} as employee_teams
    on employed.employee_id = employee_teams.employee_id
    and employed.placed_on >= employee_teams.valid_from
    and employed.placed_on < employee_teams.valid_to
