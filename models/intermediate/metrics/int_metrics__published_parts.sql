{%- set sums = [
    'n', 'y_sum', 'y_sq_sum', 'w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum', 'x_sum', 'x_sq_sum', 'xy_sum', 'population_n',
] -%}

with

cells as (
    select parts.*, visibility.block_kind, visibility.parent_key, visibility.is_published
    from {{ ref('int_metrics__period_parts') }} as parts
    inner join {{ ref('int_metrics__visibility') }} as visibility
        on parts.metric_code = visibility.metric_code
        and parts.period_grain = visibility.period_grain
        and parts.period_start = visibility.period_start
        and parts.scope_kind = visibility.scope_kind
        and parts.scope_key = visibility.scope_key
),

-- What the hidden parts leave of the whole is shown as one part: it can be calculated anyway, and is large enough.
blocks as (
    select
        metric_code, period_grain, period_start, block_kind, parent_key,
        case when block_kind = 'team' then 'department' else 'organisation' end as parent_kind,
        sum(n) as all_n,
        sum(case when is_published then 0 else 1 end) as hidden_count
        {%- for sum in sums %},
        sum(case when is_published then {{ sum }} end) as {{ sum }}
        {%- endfor %}
    from cells
    where block_kind <> 'organisation'
    group by metric_code, period_grain, period_start, block_kind, parent_key
),

others as (
    select
        blocks.period_grain,
        blocks.period_start,
        blocks.metric_code,
        blocks.block_kind as scope_kind,
        'other:' || blocks.parent_key as scope_key
        {%- for sum in sums %},
        {{ left_of('parents.' ~ sum, 'blocks.' ~ sum) }} as {{ sum }}
        {%- endfor %},
        parents.scale_minimum,
        parents.scale_maximum
    from blocks
    inner join cells as parents
        on blocks.metric_code = parents.metric_code
        and blocks.period_grain = parents.period_grain
        and blocks.period_start = parents.period_start
        and blocks.parent_kind = parents.scope_kind
        and blocks.parent_key = parents.scope_key
        and parents.is_published
    -- one hidden part and nothing beside it would be that part
    where blocks.hidden_count >= 2 or (blocks.hidden_count = 1 and parents.n > blocks.all_n)
),

published as (
    select
        period_grain, period_start, metric_code, scope_kind, scope_key, {{ sums | join(', ') }}, scale_minimum, scale_maximum
    from cells
    where is_published
    union all
    select
        period_grain, period_start, metric_code, scope_kind, scope_key, {{ sums | join(', ') }}, scale_minimum, scale_maximum
    from others
)

select
    period_grain,
    period_start,
    metric_code,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    {%- for sum in sums[1:] %}
    cast({{ sum }} as {{ type_double() }}) as {{ sum }},
    {%- endfor %}
    scale_minimum,
    scale_maximum
from published
