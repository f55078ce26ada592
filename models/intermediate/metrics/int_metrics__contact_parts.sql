{%- set metrics = contact_metrics() -%}
{%- set scopes = scope_kinds() | map(attribute='column') | list %}

with

outcomes as (
    select
        started_on as observed_on,
        {%- for _, condition in metrics %}
        case when {{ condition }} then 1 when not ({{ condition }}) then 0 end as y_{{ loop.index }},
        {%- endfor %}
        {{ scopes | join(', ') }}
    from {{ ref('fct_contacts') }}
),

-- All metrics side by side: a row per metric and contact would be grouped ten times as long.
summed as (
    select
        observed_on,
        {%- for _ in metrics %}
        count(y_{{ loop.index }}) as n_{{ loop.index }},
        sum(y_{{ loop.index }}) as y_sum_{{ loop.index }},
        {%- endfor %}
        {{ scope_of_grouping(scopes) }}
    from outcomes
    group by {{ grouping_by_scope(['observed_on'], scopes) }}
)

{% for metric_code, _ in metrics %}
select
    '{{ metric_code }}' as metric_code,
    observed_on,
    scope_kind,
    scope_key,
    n_{{ loop.index }} as n,
    cast(y_sum_{{ loop.index }} as bigint) as y_sum
from summed
where scope_key is not null and n_{{ loop.index }} > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
