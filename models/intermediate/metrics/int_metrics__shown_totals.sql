{#-
    The coarse half of suppression: quarters and, within them, months. `is_open`: the months of the quarter are shown too.
    Where periods do not add up (the start of each is counted for itself) every period is a block of one column.
-#}
{%- set block = ['family_code', 'period_grain', 'period_start', 'block_kind', 'parent_key'] -%}

with

sizes as (
    select *
    from {{ ref('int_metrics__group_sizes') }}
),

totals as (
    select *
    from sizes
    where period_grain = 'quarter' or not is_additive
),

-- a period as it can be a column: by its months, or as one
columns as (
    select
        family_code, 'quarter' as period_grain, quarter_start as period_start, period_start as column_start, true as is_by_month,
        scope_kind, scope_key, block_kind, parent_key, n, people, members
    from sizes
    where is_additive and period_grain = 'month'
    union all
    select
        family_code, period_grain, period_start, period_start as column_start, false as is_by_month,
        scope_kind, scope_key, block_kind, parent_key, n, people, members
    from totals
),

openable as (
    select
        family_code, period_grain, period_start, scope_kind, scope_key,
        min(least(people, members)) >= {{ assumption('hidden_below_n') }} as can_open
    from columns
    where is_by_month
    group by family_code, period_grain, period_start, scope_kind, scope_key
),

organisation as (
    select totals.*, coalesce(openable.can_open, false) as is_open
    from totals
    left join openable
        on totals.family_code = openable.family_code
        and totals.period_grain = openable.period_grain
        and totals.period_start = openable.period_start
        and totals.scope_kind = openable.scope_kind
    where totals.scope_kind = 'organisation' and totals.people >= {{ assumption('hidden_below_n') }}
),

kinds as (
    select distinct family_code, block_kind
    from totals
    where block_kind not in ('organisation', 'team')
),

top_totals as (
    select totals.*
    from totals
    inner join organisation
        on totals.family_code = organisation.family_code
        and totals.period_grain = organisation.period_grain
        and totals.period_start = organisation.period_start
    where totals.block_kind not in ('organisation', 'team')
),

top_totals_of_parents as (
    select
        organisation.family_code, organisation.period_grain, organisation.period_start, kinds.block_kind, 'all' as parent_key,
        organisation.n, organisation.people, organisation.is_open
    from organisation
    inner join kinds on organisation.family_code = kinds.family_code
),

top_parents as (
    select
        parents.family_code, parents.period_grain, parents.period_start, parents.block_kind, parents.parent_key,
        columns.column_start, columns.n, columns.people
    from top_totals_of_parents as parents
    inner join columns
        on parents.family_code = columns.family_code
        and parents.period_grain = columns.period_grain
        and parents.period_start = columns.period_start
        and parents.is_open = columns.is_by_month
        and columns.scope_kind = 'organisation'
),

{%- for name, kinds_of_block in [('top', "not in ('organisation', 'team')"), ('team', "= 'team'")] %}
{%- if name == 'team' %}

-- Children of a hidden department are hidden; children of one without months have none.
team_totals as (
    select totals.*
    from totals
    where totals.block_kind = 'team'
),

team_totals_of_parents as (
    select
        shown.family_code, shown.period_grain, shown.period_start, 'team' as block_kind, shown.scope_key as parent_key,
        totals.n, totals.people, shown.is_open
    from top_shown as shown
    inner join totals
        on shown.family_code = totals.family_code
        and shown.period_grain = totals.period_grain
        and shown.period_start = totals.period_start
        and shown.scope_kind = totals.scope_kind
        and shown.scope_key = totals.scope_key
    where shown.scope_kind = 'department'
),

team_parents as (
    select
        parents.family_code, parents.period_grain, parents.period_start, parents.block_kind, parents.parent_key,
        columns.column_start, columns.n, columns.people
    from team_totals_of_parents as parents
    inner join columns
        on parents.family_code = columns.family_code
        and parents.period_grain = columns.period_grain
        and parents.period_start = columns.period_start
        and parents.is_open = columns.is_by_month
        and columns.scope_kind = 'department'
        and parents.parent_key = columns.scope_key
),
{%- endif %}

{{ name }}_cells as (
    select
        parents.family_code, parents.period_grain, parents.period_start, parents.block_kind, parents.parent_key,
        columns.column_start, columns.scope_kind, columns.scope_key, columns.n, columns.people, columns.members,
        totals.people as total_people,
        parents.is_open and coalesce(openable.can_open, false) as can_open
    from {{ name }}_totals_of_parents as parents
    inner join columns
        on parents.family_code = columns.family_code
        and parents.period_grain = columns.period_grain
        and parents.period_start = columns.period_start
        and parents.is_open = columns.is_by_month
        and parents.block_kind = columns.block_kind
        and parents.parent_key = columns.parent_key
    inner join totals
        on columns.family_code = totals.family_code
        and columns.period_grain = totals.period_grain
        and columns.period_start = totals.period_start
        and columns.scope_kind = totals.scope_kind
        and columns.scope_key = totals.scope_key
    left join openable
        on columns.family_code = openable.family_code
        and columns.period_grain = openable.period_grain
        and columns.period_start = openable.period_start
        and columns.scope_kind = openable.scope_kind
        and columns.scope_key = openable.scope_key
),

{{ name }}_leaves as (
    select *, scope_key as leaf_key
    from {{ name }}_cells
    {%- if name == 'top' %}
    where scope_kind <> 'department'
    union all
    -- a department is shown by its teams as well: what is constant over its months are they, not the department
    select
        cells.family_code, cells.period_grain, cells.period_start, cells.block_kind, cells.parent_key,
        cells.column_start, cells.scope_kind, cells.scope_key, columns.n, columns.people, columns.members,
        cells.total_people, cells.can_open, columns.scope_key as leaf_key
    from top_cells as cells
    inner join organisation
        on cells.family_code = organisation.family_code
        and cells.period_grain = organisation.period_grain
        and cells.period_start = organisation.period_start
    inner join columns
        on cells.family_code = columns.family_code
        and cells.period_grain = columns.period_grain
        and cells.period_start = columns.period_start
        and cells.column_start = columns.column_start
        and organisation.is_open = columns.is_by_month
        and columns.block_kind = 'team'
        and cells.scope_key = columns.parent_key
    where cells.scope_kind = 'department'
    {%- endif %}
),

{{ suppressed_cut(name, block) }},

{{ suppressed_pool(name, block) }},
{%- endfor %}

shown as (
    select family_code, period_grain, period_start, scope_kind, scope_key, is_open
    from organisation
    union all
    select family_code, period_grain, period_start, scope_kind, scope_key, is_open
    from top_shown
    union all
    select family_code, period_grain, period_start, scope_kind, scope_key, is_open
    from team_shown
)

select *
from shown
