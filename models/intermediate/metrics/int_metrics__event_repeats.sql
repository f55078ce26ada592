{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{%- set cell = ['scope_number', 'period_grain', 'period_start', 'previous_month_start'] %}

with

several as (
    select
        metric_code,
        customer_id,
        row_number() over (order by metric_code nulls last, customer_id nulls last) as sequence_number
    from {{ ref('int_metrics__events') }}
    where customer_id is not null
    group by metric_code, customer_id
    having count(*) > 1
),

events as (
    select
        several.sequence_number,
        events.observed_on,
        {%- for scope in scopes %}
        events.{{ scope }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_metrics__events') }} as events
    inner join several on events.metric_code = several.metric_code and events.customer_id = several.customer_id
),

repeats as (
    {{ repeats_by_scope('events', scopes) }}
)

select
    several.metric_code,
    {%- for column in cell %}
    repeats.{{ column }},
    {%- endfor %}
    count(*) as repeat_count
from repeats
inner join several on repeats.sequence_number = several.sequence_number
group by several.metric_code, {% for column in cell %}repeats.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
