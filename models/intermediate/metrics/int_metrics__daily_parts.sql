{%- set scopes = scope_kinds() -%}

with

grouped as (
    select
        metric_code,
        observed_on,
        {%- for scope in scopes %}
        {{ scope.column }},
        grouping({{ scope.column }}) as is_total_{{ scope.column }},
        {%- endfor %}
        count(*) as n,
        sum(y) as y_sum,
        sum(y * y) as y_sq_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * y) as wy_sum,
        sum(weight * y * y) as wy_sq_sum,
        sum(x) as x_sum,
        sum(x * x) as x_sq_sum,
        sum(x * y) as xy_sum,
        min(scale_minimum) as scale_minimum,
        max(scale_maximum) as scale_maximum
    from {{ ref('int_metrics__observations') }}
    group by grouping sets (
        (metric_code, observed_on)
        {%- for scope in scopes %},
        (metric_code, observed_on, {{ scope.column }})
        {%- endfor %}
    )
),

keyed as (
    select
        *,
        case
            {%- for scope in scopes %}
            when is_total_{{ scope.column }} = 0 then '{{ scope.scope_kind }}'
            {%- endfor %}
            else 'organisation'
        end as scope_kind,
        case
            {%- for scope in scopes %}
            when is_total_{{ scope.column }} = 0 then {{ scope.column }}
            {%- endfor %}
            else 'all'
        end as scope_key
    from grouped
)

select
    metric_code,
    observed_on,
    scope_kind,
    scope_key,
    n,
    y_sum,
    y_sq_sum,
    w_sum,
    w_sq_sum,
    wy_sum,
    wy_sq_sum,
    x_sum,
    x_sq_sum,
    xy_sum,
    scale_minimum,
    scale_maximum
from keyed
-- rows that belong to no team (or segment, …) count in the organisation only
where scope_key is not null
