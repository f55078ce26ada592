with recursive

teams as (
    select team_id, team_name, parent_team_id
    from {{ ref('stg_hr__teams') }}
),

-- A parent that does not exist makes a team the top of its own tree; a loop ends at the tenth step.
climbed as (
    select team_id, team_id as ancestor_id, 0 as distance
    from teams
    union all
    select climbed.team_id, parents.team_id as ancestor_id, climbed.distance + 1 as distance
    from climbed
    inner join teams as current_teams on climbed.ancestor_id = current_teams.team_id
    inner join teams as parents on current_teams.parent_team_id = parents.team_id
    where climbed.distance < 10
),

tops as (
    select team_id, ancestor_id, row_number() over (partition by team_id order by distance desc nulls last) as top_rank
    from climbed
)

select
    teams.team_id,
    teams.team_name,
    teams.parent_team_id,
    tops.ancestor_id as department_id,
    departments.team_name as department_name
from teams
inner join tops on teams.team_id = tops.team_id and tops.top_rank = 1
inner join teams as departments on tops.ancestor_id = departments.team_id
