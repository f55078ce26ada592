{%- set scopes = ['segment', 'region', 'product'] -%}
{%- set metrics = customer_metrics() -%}
{#- Without a single feedback item the table was not delivered, which is something else than no feedback. -#}
{%- set of_feedback = ['feedback_per_100', 'ideas_per_100'] %}

with

-- The few combinations first: the scopes then group thousands of rows instead of every customer and month.
cells as (
    select
        month_start,
        segment,
        region,
        product,
        {%- for _, y, x in metrics %}
        cast(sum({{ y }}) as {{ type_double() }}) as y_sum_{{ loop.index }},
        cast(sum(cast({{ y }} as {{ type_double() }}) * {{ y }}) as {{ type_double() }}) as y_sq_sum_{{ loop.index }},
        {%- if x %}
        sum({{ x }}) as x_sum_{{ loop.index }},
        sum({{ x }} * {{ x }}) as x_sq_sum_{{ loop.index }},
        sum({{ x }} * {{ y }}) as xy_sum_{{ loop.index }},
        {%- endif %}
        {%- endfor %}
        count(*) as n
    from {{ ref('fct_customer_months') }}
    where is_active
    group by month_start, segment, region, product
),

summed as (
    select
        month_start as observed_on,
        {{ scope_of_grouping(scopes) }},
        {%- for _, y, x in metrics %}
        sum(y_sum_{{ loop.index }}) as y_sum_{{ loop.index }},
        sum(y_sq_sum_{{ loop.index }}) as y_sq_sum_{{ loop.index }},
        {%- if x %}
        sum(x_sum_{{ loop.index }}) as x_sum_{{ loop.index }},
        sum(x_sq_sum_{{ loop.index }}) as x_sq_sum_{{ loop.index }},
        sum(xy_sum_{{ loop.index }}) as xy_sum_{{ loop.index }},
        {%- endif %}
        {%- endfor %}
        sum(n) as n
    from cells
    group by {{ grouping_by_scope(['month_start'], scopes) }}
)

{% for metric_code, _, x in metrics %}
select
    '{{ metric_code }}' as metric_code,
    observed_on,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    y_sum_{{ loop.index }} as y_sum,
    y_sq_sum_{{ loop.index }} as y_sq_sum,
    {%- if x %}
    x_sum_{{ loop.index }} as x_sum,
    x_sq_sum_{{ loop.index }} as x_sq_sum,
    xy_sum_{{ loop.index }} as xy_sum
    {%- else %}
    cast(null as {{ type_double() }}) as x_sum,
    cast(null as {{ type_double() }}) as x_sq_sum,
    cast(null as {{ type_double() }}) as xy_sum
    {%- endif %}
from summed
where scope_key is not null
    {%- if metric_code in of_feedback %} and (select count(*) from {{ ref('stg_crm__feedback_items') }}) > 0{% endif %}
{{ 'union all' if not loop.last }}
{%- endfor %}
