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
    coalesce(teams.team_name, names.scope_name_en, parts.scope_key) as scope_name_en,
    coalesce(teams.team_name, names.scope_name_nl, parts.scope_key) as scope_name_nl,
    teams.department_id
from parts
left join {{ ref('dim_teams') }} as teams
    on parts.scope_kind in ('team', 'department') and parts.scope_key = teams.team_id
left join {{ ref('scope_names') }} as names
    on parts.scope_kind = names.scope_kind and parts.scope_key = names.scope_key
