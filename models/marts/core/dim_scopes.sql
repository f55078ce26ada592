with

parts as (
    select distinct scope_kind, scope_key from {{ ref('int_metrics__published_parts') }}
    union
    -- the organisation is there before its first figure
    select 'organisation' as scope_kind, 'all' as scope_key
),

-- what is left of a parent when its small parts are not shown by themselves
others as (
    select names.scope_kind, 'other:' || parents.parent_key as scope_key, names.scope_name_en, names.scope_name_nl, parents.team_id
    from {{ ref('scope_names') }} as names
    inner join (
        select 'all' as parent_key, cast(null as {{ dbt.type_string() }}) as team_id, false as is_department
        union all
        select department_id as parent_key, department_id as team_id, true as is_department
        from {{ ref('dim_teams') }}
        where team_id = department_id
    ) as parents on (names.scope_kind = 'team') = parents.is_department
    where names.scope_key = 'other'
)

select
    parts.scope_kind,
    parts.scope_key,
    coalesce(teams.team_name, others.scope_name_en, names.scope_name_en, parts.scope_key) as scope_name_en,
    coalesce(teams.team_name, others.scope_name_nl, names.scope_name_nl, parts.scope_key) as scope_name_nl,
    coalesce(teams.department_id, others.team_id) as department_id
from parts
left join {{ ref('dim_teams') }} as teams
    on parts.scope_kind in ('team', 'department') and parts.scope_key = teams.team_id
left join others on parts.scope_kind = others.scope_kind and parts.scope_key = others.scope_key
left join {{ ref('scope_names') }} as names
    on parts.scope_kind = names.scope_kind and parts.scope_key = names.scope_key
