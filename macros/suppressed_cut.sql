{#-
    Complementary suppression in one block: a parent (organisation, department), its children as rows, and the parts of
    one period at which the parent is shown as columns. A child is *open* when it is shown in every column, else it is
    known at most by its total. What the other children leave of a column (column minus open children, rows without a
    child included) can be calculated, so it must be empty or hold enough people.

    Reads `<name>_parents` (block, column_start, n, people), `<name>_cells` (block, column_start, scope_kind, scope_key,
    n, people, members, total_people, can_open) and `<name>_leaves` (the same rows split as far as they can be shown:
    block, column_start, scope_kind, scope_key, leaf_key, n, people, members). Makes `<name>_rows` (block, scope_kind,
    scope_key, is_open) and `<name>_untied`, the blocks in which totals of rows and of columns together may show a part
    of a row. `block` lists the columns that identify a block.

    Why it is enough: what can be calculated of the rows that are not open is a choice of values a(row) + b(column), each
    0 or 1. If b is the same in all columns it is a union of whole rows. Otherwise b takes two values, and a row that has
    somebody in every column is taken in exactly the columns where b is the higher one. So one such row with enough people
    in every column, or several together, keep every result large enough.

    People in several rows at once may be the same, so a sum of rows is no count. Of a group of rows there are at least as
    many people as in its largest row, and at least those of the parent less all the people outside the group.
-#}
{% macro suppressed_cut(name, block) %}
{%- set enough = assumption('hidden_below_n') -%}
{%- set keys = block | join(', ') -%}
{{ name }}_by_column as (
    select
        {{ keys }}, column_start,
        sum(case when can_open then n else 0 end) as open_n,
        sum(case when can_open then people else 0 end) as open_people,
        sum(n) as child_n,
        max(case when can_open then 0 else people end) as largest_people,
        sum(case when can_open then 0 else members end) as closed_members
    from {{ name }}_cells
    group by {{ keys }}, column_start
),

{{ name }}_columns as (
    select
        {% for key in block %}parents.{{ key }}, {% endfor %}parents.column_start,
        parents.n - coalesce(openable.open_n, 0) as pooled_n,
        least(
            coalesce(openable.closed_members, 0) + parents.n - coalesce(openable.child_n, 0),
            greatest(coalesce(openable.largest_people, 0), parents.people - coalesce(openable.open_people, 0))
        ) as pooled_people
    from {{ name }}_parents as parents
    left join {{ name }}_by_column as openable
        on {% for key in block %}parents.{{ key }} = openable.{{ key }} and {% endfor %}parents.column_start = openable.column_start
),

-- Too few are left of a column: the smallest open child joins them, and then they are enough.
{{ name }}_ranked as (
    select
        cells.*,
        row_number() over (
            partition by {% for key in block %}cells.{{ key }}, {% endfor %}cells.column_start
            order by cells.total_people nulls last, cells.scope_key nulls last
        ) as place
    from {{ name }}_cells as cells
    inner join {{ name }}_columns as columns
        on {% for key in block %}cells.{{ key }} = columns.{{ key }} and {% endfor %}cells.column_start = columns.column_start
    where cells.can_open and columns.pooled_n > 0 and columns.pooled_people < {{ enough }}
),

{{ name }}_joined as (
    select distinct {{ keys }}, scope_kind, scope_key
    from {{ name }}_ranked
    where place = 1
),

{{ name }}_rows as (
    select
        {% for key in block %}cells.{{ key }}, {% endfor %}cells.scope_kind, cells.scope_key,
        bool_and(cells.can_open and joined.scope_key is null) as is_open
    from {{ name }}_cells as cells
    left join {{ name }}_joined as joined
        on {% for key in block %}cells.{{ key }} = joined.{{ key }} and {% endfor %}cells.scope_kind = joined.scope_kind
        and cells.scope_key = joined.scope_key
    group by {% for key in block %}cells.{{ key }}, {% endfor %}cells.scope_kind, cells.scope_key
),

{{ name }}_marked as (
    select leaves.*, rows_of_block.is_open
    from {{ name }}_leaves as leaves
    inner join {{ name }}_rows as rows_of_block
        on {% for key in block %}leaves.{{ key }} = rows_of_block.{{ key }} and {% endfor %}leaves.scope_kind = rows_of_block.scope_kind
        and leaves.scope_key = rows_of_block.scope_key
),

{{ name }}_left as (
    select
        {{ keys }}, column_start,
        sum(case when is_open then n else 0 end) as open_n,
        sum(case when is_open then people else 0 end) as open_people,
        sum(n) as child_n
    from {{ name }}_marked
    group by {{ keys }}, column_start
),

-- the columns in which something is left, and how much of that belongs to no child
{{ name }}_pooled as (
    select
        {% for key in block %}parents.{{ key }}, {% endfor %}parents.column_start,
        parents.people - coalesce(remaining.open_people, 0) as people,
        parents.n - coalesce(remaining.child_n, 0) as rest_n,
        count(*) over (partition by {% for key in block %}parents.{{ key }}{{ ', ' if not loop.last }}{% endfor %}) as column_count
    from {{ name }}_parents as parents
    left join {{ name }}_left as remaining
        on {% for key in block %}parents.{{ key }} = remaining.{{ key }} and {% endfor %}parents.column_start = remaining.column_start
    where parents.n > coalesce(remaining.open_n, 0)
),

{{ name }}_closed_leaves as (
    select
        {% for key in block %}marked.{{ key }}, {% endfor %}marked.column_start, marked.people, marked.members,
        count(*) over (
            partition by {% for key in block %}marked.{{ key }}, {% endfor %}marked.scope_kind, marked.scope_key, marked.leaf_key
        ) = pooled.column_count as is_complete
    from {{ name }}_marked as marked
    inner join {{ name }}_pooled as pooled
        on {% for key in block %}marked.{{ key }} = pooled.{{ key }} and {% endfor %}marked.column_start = pooled.column_start
    where not marked.is_open
),

{{ name }}_leaves_by_column as (
    select
        {{ keys }}, column_start,
        sum(case when is_complete then members else 0 end) as complete_members,
        max(case when is_complete then people else 0 end) as largest_people,
        sum(case when is_complete then 0 else people end) as incomplete_people
    from {{ name }}_closed_leaves
    group by {{ keys }}, column_start
),

{{ name }}_rests as (
    select *, min(rest_n) over (partition by {{ keys }}) > 0 as is_rest_complete
    from {{ name }}_pooled
),

{{ name }}_untied as (
    select distinct {% for key in block %}rests.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ name }}_rests as rests
    left join {{ name }}_leaves_by_column as leaves
        on {% for key in block %}rests.{{ key }} = leaves.{{ key }} and {% endfor %}rests.column_start = leaves.column_start
    where least(
        coalesce(leaves.complete_members, 0) + case when rests.is_rest_complete then rests.rest_n else 0 end,
        greatest(
            coalesce(leaves.largest_people, 0),
            rests.people - coalesce(leaves.incomplete_people, 0) - case when rests.is_rest_complete then 0 else rests.rest_n end
        )
    ) < {{ enough }}
)
{%- endmacro %}
