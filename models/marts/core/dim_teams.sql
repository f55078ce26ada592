select
    team_id,
    team_name,
    parent_team_id,
    department_id,
    department_name
from {{ ref('int_hr__team_tree') }}
