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

event_parts as (
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, w_sum, w_sq_sum, wy_sum, wy_sq_sum,
        {{ nothing }} as x_sum, {{ nothing }} as x_sq_sum, {{ nothing }} as xy_sum,
        {{ nothing }} as scale_minimum, {{ nothing }} as scale_maximum
    from {{ ref('int_metrics__event_parts') }}
),

loyalty_parts as (
    select
        part_code as metric_code, month_start as observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, n as w_sum,
        n as w_sq_sum, y_sum as wy_sum, y_sq_sum as wy_sq_sum, {{ nothing }} as x_sum, {{ nothing }} as x_sq_sum,
        {{ nothing }} as xy_sum, {{ nothing }} as scale_minimum, {{ nothing }} as scale_maximum
    from {{ ref('int_metrics__loyalty_parts') }}
    where part_code = 'loyalty'
),

parts as (
    select * from answer_parts
    union all
    select * from contact_parts
    union all
    select * from customer_parts
    union all
    select * from event_parts
    union all
    select * from loyalty_parts
)

select
    parts.metric_code,
    parts.observed_on,
    parts.scope_kind,
    parts.scope_key,
    cast(parts.n as bigint) as n,
    {%- for sum in sums %}
    cast(parts.{{ sum }} as {{ type_double() }}) as {{ sum }},
    {%- endfor %}
    -- the scale that was asked, else that of the catalogue
    cast(coalesce(parts.scale_minimum, metrics.scale_minimum) as {{ type_double() }}) as scale_minimum,
    cast(coalesce(parts.scale_maximum, metrics.scale_maximum) as {{ type_double() }}) as scale_maximum
from parts
left join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
