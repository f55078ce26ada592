{#-
    Which parts may be told beside the organisation when a figure is made of fewer people than its metric: complete answers,
    pairs. Reads `<cells>` (the columns of `block`, scope_kind, scope_key, people, is_visible), in which scope_key '' holds
    what belongs to no part. What the hidden parts leave is at least as many people as the largest of them; where that is
    too few, the smallest visible part is hidden too. Makes `<cells>_shown` with the columns of <cells>.
-#}
{% macro scopes_that_hide_nobody(cells, block) -%}
{%- set keys = block | join(', ') -%}
{{ cells }}_open as (
    select *, is_visible and scope_key <> '' and people >= {{ assumption('hidden_below_n') }} as is_open
    from {{ cells }}
),

{{ cells }}_ranked as (
    select
        *,
        coalesce(max(case when not is_open then people end) over (partition by {{ keys }}, scope_kind), 0) as largest_hidden,
        row_number() over (
            partition by {{ keys }}, scope_kind, is_open order by people nulls last, scope_key nulls last
        ) as size_rank
    from {{ cells }}_open
),

{{ cells }}_shown as (
    select *
    from {{ cells }}_ranked
    where is_open
        and not (size_rank = 1 and largest_hidden between 1 and {{ assumption('hidden_below_n') }} - 1)
)
{%- endmacro %}
