{#-
    After `suppressed_cut`: which totals of a block are shown. What all hidden children leave of the parent (rows without
    a child included) can be calculated, so it must be empty or hold enough people; if not, the smallest child that is not
    open joins them. In a block that is untied only the open children are shown.

    Reads `<name>_rows`, `<name>_untied`, `<name>_totals_of_parents` (block, n, people) and `<name>_totals` (block,
    scope_kind, scope_key, n, people, members). Makes `<name>_shown` (block, scope_kind, scope_key, is_open).
-#}
{% macro suppressed_pool(name, block) %}
{%- set enough = assumption('hidden_below_n') -%}
{%- set keys = block | join(', ') -%}
{{ name }}_candidates as (
    select
        {% for key in block %}totals.{{ key }}, {% endfor %}totals.scope_kind, totals.scope_key, totals.n, totals.people, totals.members,
        rows_of_block.is_open,
        rows_of_block.is_open or (untied.family_code is null and least(totals.people, totals.members) >= {{ enough }}) as is_candidate
    from {{ name }}_totals as totals
    inner join {{ name }}_rows as rows_of_block
        on {% for key in block %}totals.{{ key }} = rows_of_block.{{ key }} and {% endfor %}totals.scope_kind = rows_of_block.scope_kind
        and totals.scope_key = rows_of_block.scope_key
    left join {{ name }}_untied as untied
        on {% for key in block %}totals.{{ key }} = untied.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
),

{{ name }}_pools as (
    select
        {% for key in block %}parents.{{ key }}, {% endfor %}
        parents.n - sum(case when candidates.is_candidate then candidates.n else 0 end) as pool_n,
        least(
            sum(case when candidates.is_candidate then 0 else candidates.members end) + parents.n - sum(candidates.n),
            greatest(
                max(case when candidates.is_candidate then 0 else candidates.people end),
                parents.people - sum(case when candidates.is_candidate then candidates.people else 0 end)
            )
        ) as pool_people
    from {{ name }}_totals_of_parents as parents
    inner join {{ name }}_candidates as candidates
        on {% for key in block %}parents.{{ key }} = candidates.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    group by {% for key in block %}parents.{{ key }}, {% endfor %}parents.n, parents.people
),

{{ name }}_smallest as (
    select
        candidates.*,
        row_number() over (
            partition by {% for key in block %}candidates.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
            order by candidates.people nulls last, candidates.scope_key nulls last
        ) as place
    from {{ name }}_candidates as candidates
    inner join {{ name }}_pools as pools
        on {% for key in block %}candidates.{{ key }} = pools.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    where candidates.is_candidate and not candidates.is_open and pools.pool_n > 0 and pools.pool_people < {{ enough }}
),

{{ name }}_shown as (
    select {% for key in block %}candidates.{{ key }}, {% endfor %}candidates.scope_kind, candidates.scope_key, candidates.is_open
    from {{ name }}_candidates as candidates
    left join {{ name }}_smallest as smallest
        on {% for key in block %}candidates.{{ key }} = smallest.{{ key }} and {% endfor %}candidates.scope_kind = smallest.scope_kind
        and candidates.scope_key = smallest.scope_key
        and smallest.place = 1
    where candidates.is_candidate and smallest.scope_key is null
)
{%- endmacro %}
