with

memberships as (
    select
        employee_id,
        team_id,
        valid_from,
        valid_to,
        row_number() over (partition by employee_id order by valid_from nulls last) as membership_number,
        lead(valid_from) over (partition by employee_id order by valid_from nulls last) as next_from
    from {{ ref('stg_hr__team_memberships') }}
)

select
    memberships.employee_id,
    memberships.team_id,
    teams.department_id,
    memberships.valid_from,
    -- an open or overlapping membership ends where the next begins: an employee is in one team at a time
    least(
        coalesce(memberships.valid_to, cast('9999-12-31' as date)),
        coalesce(memberships.next_from, cast('9999-12-31' as date))
    ) as valid_to
from memberships
left join {{ ref('int_hr__team_tree') }} as teams on memberships.team_id = teams.team_id
