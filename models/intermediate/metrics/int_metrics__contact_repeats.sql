{%- set metrics = contact_metrics() -%}
{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{%- set cell = ['scope_number', 'period_grain', 'period_start', 'previous_month_start'] %}

with

several as (
    select customer_id, cast(row_number() over (order by customer_id nulls last) as integer) as sequence_number
    from {{ ref('fct_contacts') }}
    where customer_id is not null
    group by customer_id
    having count(*) > 1
),

contacts as (
    select
        several.sequence_number,
        contacts.started_on as observed_on,
        -- the metrics that the contact counts for, as the bits of a number
        {% for _, condition in metrics -%}
        case when ({{ condition }}) is null then 0 else {{ 2 ** loop.index0 }} end{{ ' + ' if not loop.last }}
        {%- endfor %} as counts_for,
        {%- for scope in scopes %}
        contacts.{{ scope }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_contacts') }} as contacts
    inner join several on contacts.customer_id = several.customer_id
),

repeats as (
    {{ repeats_by_scope('contacts', scopes, kept='counts_for') }}
),

counted as (
    select counts_for, {{ cell | join(', ') }}, count(*) as repeat_count
    from repeats
    group by counts_for, {{ cell | join(', ') }}
)

{% for metric_code, _ in metrics %}
select
    '{{ metric_code }}' as metric_code,
    {{ cell | join(', ') }},
    cast(sum(repeat_count) as bigint) as repeat_count
from counted
where cast(floor(cast(counts_for as {{ type_double() }}) / {{ 2 ** loop.index0 }}) as bigint) % 2 = 1
group by {{ cell | join(', ') }}
{{ 'union all' if not loop.last }}
{%- endfor %}
