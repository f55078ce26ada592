with

parts as (
    select distinct scope_kind, scope_key from {{ ref('int_metrics__daily_parts') }}
    union
    select distinct scope_kind, scope_key from {{ ref('int_metrics__loss_parts') }}
    union
    -- the organisation is there before its first figure
    select 'organisation' as scope_kind, 'all' as scope_key
)

select
    parts.scope_kind,
    parts.scope_key,
    coalesce(teams.team_name, parts.scope_key) as scope_name,
    teams.department_id
from parts
left join {{ ref('dim_teams') }} as teams
    on parts.scope_kind in ('team', 'department') and parts.scope_key = teams.team_id
