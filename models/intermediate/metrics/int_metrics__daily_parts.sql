{%- set sums = ['y_sum', 'y_sq_sum', 'w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum', 'x_sum', 'x_sq_sum', 'xy_sum'] -%}
{%- set nothing = 'cast(null as ' ~ type_double() ~ ')' %}

with

answer_parts as (
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, w_sum, w_sq_sum, wy_sum, wy_sq_sum,
        {{ nothing }} as x_sum, {{ nothing }} as x_sq_sum, {{ nothing }} as xy_sum, scale_minimum, scale_maximum
    from {{ ref('int_metrics__answer_parts') }}
),

-- a contact weighs 1 and its y is 0 or 1, which is its own square
contact_parts as (
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sum as y_sq_sum, n as w_sum, n as w_sq_sum,
        y_sum as wy_sum, y_sum as wy_sq_sum, {{ nothing }} as x_sum, {{ nothing }} as x_sq_sum, {{ nothing }} as xy_sum,
        {{ nothing }} as scale_minimum, {{ nothing }} as scale_maximum
    from {{ ref('int_metrics__contact_parts') }}
),

-- a customer weighs 1
customer_parts as (
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, n as w_sum, n as w_sq_sum,
        y_sum as wy_sum, y_sq_sum as wy_sq_sum, x_sum, x_sq_sum, xy_sum,
        {{ nothing }} as scale_minimum, {{ nothing }} as scale_maximum
    from {{ ref('int_metrics__customer_parts') }}
),

-- a contact weighs 1
matched_parts as (
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, n as w_sum, n as w_sq_sum,
        y_sum as wy_sum, y_sq_sum as wy_sq_sum, {{ nothing }} as x_sum, {{ nothing }} as x_sq_sum, {{ nothing }} as xy_sum,
        scale_minimum, scale_maximum
    from {{ ref('int_metrics__matched_parts') }}
),

parts as (
    select * from answer_parts
    union all
    select * from contact_parts
    union all
    select * from customer_parts
    union all
    select * from matched_parts
)

select
    metric_code,
    observed_on,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    {%- for sum in sums %}
    cast({{ sum }} as {{ type_double() }}) as {{ sum }},
    {%- endfor %}
    cast(scale_minimum as {{ type_double() }}) as scale_minimum,
    cast(scale_maximum as {{ type_double() }}) as scale_maximum
from parts
