{#-
    One step of suppression within months: which scopes are shown in every piece of what is already shown of them as a
    whole. From the teams upwards: where the totals of teams and the pieces of their department would show a part of a team,
    the department is not shown by piece, and so for the organisation, which is the parent in every kind of block.

    grains: the pieces, period grains of int_metrics__group_sizes · column_start: SQL of what tells them apart within a
    month · wholes: relation of what is shown as a whole (family_code, scope_kind, scope_key and a start) · wholes_start:
    name of that start in both. Gives a row per family_code, month_start and scope.
-#}
{% macro shown_pieces(grains, column_start, wholes, wholes_start) %}
{%- set block = ['family_code', 'month_start', 'block_kind', 'parent_key'] -%}
{%- set quoted_grains = "'" ~ grains | join("', '") ~ "'" -%}
with

sizes as (
    select *
    from {{ ref('int_metrics__group_sizes') }}
    where is_additive and period_grain in ('month', {{ quoted_grains }})
),

pieces as (
    select *, {{ column_start }} as column_start
    from sizes
    where period_grain <> 'month'
),

-- shown as a whole, and every piece large enough
openable as (
    select
        pieces.family_code, pieces.month_start, pieces.scope_kind, pieces.scope_key, pieces.block_kind, pieces.parent_key
    from pieces
    inner join {{ wholes }} as wholes
        on pieces.family_code = wholes.family_code
        and pieces.{{ wholes_start }} = wholes.{{ wholes_start }}
        and pieces.scope_kind = wholes.scope_kind
        and pieces.scope_key = wholes.scope_key
    group by
        pieces.family_code, pieces.month_start, pieces.scope_kind, pieces.scope_key, pieces.block_kind, pieces.parent_key
    having min(least(pieces.people, pieces.members)) >= {{ assumption('hidden_below_n') }}
),

kinds as (
    select distinct family_code, block_kind
    from pieces
    where block_kind not in ('organisation', 'team')
),

team_parents as (
    select
        pieces.family_code, pieces.month_start, 'team' as block_kind, pieces.scope_key as parent_key, pieces.column_start,
        pieces.n, pieces.people
    from pieces
    inner join openable
        on pieces.family_code = openable.family_code
        and pieces.month_start = openable.month_start
        and pieces.scope_kind = openable.scope_kind
        and pieces.scope_key = openable.scope_key
    where pieces.scope_kind = 'department'
),

{%- for name, comparison in [('team', '='), ('top', '<>')] %}
{%- if name == 'top' %}

top_openable as (
    select openable.*
    from openable
    left join team_untied as untied
        on openable.family_code = untied.family_code
        and openable.month_start = untied.month_start
        and openable.scope_kind = 'department'
        and openable.scope_key = untied.parent_key
    where untied.parent_key is null
),

top_parents as (
    select
        pieces.family_code, pieces.month_start, kinds.block_kind, 'all' as parent_key, pieces.column_start,
        pieces.n, pieces.people
    from pieces
    inner join openable
        on pieces.family_code = openable.family_code
        and pieces.month_start = openable.month_start
        and openable.scope_kind = 'organisation'
    inner join kinds on pieces.family_code = kinds.family_code
    where pieces.scope_kind = 'organisation'
),
{%- endif %}

{{ name }}_cells as (
    select
        parents.family_code, parents.month_start, parents.block_kind, parents.parent_key, parents.column_start,
        pieces.scope_kind, pieces.scope_key, pieces.n, pieces.people, pieces.members,
        months.people as total_people,
        openable.scope_key is not null as can_open
    from {{ name }}_parents as parents
    inner join pieces
        on parents.family_code = pieces.family_code
        and parents.column_start = pieces.column_start
        and parents.block_kind = pieces.block_kind
        and parents.parent_key = pieces.parent_key
    inner join sizes as months
        on pieces.family_code = months.family_code
        and months.period_grain = 'month'
        and pieces.month_start = months.period_start
        and pieces.scope_kind = months.scope_kind
        and pieces.scope_key = months.scope_key
    left join {{ 'top_openable' if name == 'top' else 'openable' }} as openable
        on pieces.family_code = openable.family_code
        and pieces.month_start = openable.month_start
        and pieces.scope_kind = openable.scope_kind
        and pieces.scope_key = openable.scope_key
),

{{ name }}_leaves as (
    select *, scope_key as leaf_key
    from {{ name }}_cells
    {%- if name == 'top' %}
    where scope_kind <> 'department'
    union all
    select
        cells.family_code, cells.month_start, cells.block_kind, cells.parent_key, cells.column_start,
        cells.scope_kind, cells.scope_key, pieces.n, pieces.people, pieces.members,
        cells.total_people, cells.can_open, pieces.scope_key as leaf_key
    from top_cells as cells
    inner join pieces
        on cells.family_code = pieces.family_code
        and cells.column_start = pieces.column_start
        and pieces.block_kind = 'team'
        and cells.scope_key = pieces.parent_key
    where cells.scope_kind = 'department'
    {%- endif %}
),

{{ suppressed_cut(name, block) }},
{%- endfor %}

-- the organisation is the parent in every kind of block
organisation as (
    select openable.family_code, openable.month_start
    from openable
    left join (select distinct family_code, month_start from top_untied) as untied
        on openable.family_code = untied.family_code
        and openable.month_start = untied.month_start
    where openable.scope_kind = 'organisation' and untied.family_code is null
),

top as (
    select top_rows.family_code, top_rows.month_start, top_rows.scope_kind, top_rows.scope_key
    from top_rows
    inner join organisation
        on top_rows.family_code = organisation.family_code
        and top_rows.month_start = organisation.month_start
    where top_rows.is_open
),

shown as (
    select family_code, month_start, 'organisation' as scope_kind, 'all' as scope_key
    from organisation
    union all
    select family_code, month_start, scope_kind, scope_key
    from top
    union all
    select team_rows.family_code, team_rows.month_start, team_rows.scope_kind, team_rows.scope_key
    from team_rows
    inner join top
        on team_rows.family_code = top.family_code
        and team_rows.month_start = top.month_start
        and top.scope_kind = 'department'
        and team_rows.parent_key = top.scope_key
    where team_rows.is_open
)

select *
from shown
{%- endmacro %}
