{%- set cell = ['period_grain', 'period_start', 'period_end', 'scope_kind', 'scope_key', 'scope_name_en', 'scope_name_nl'] -%}

with

highest as (
    select sum(level_number) as level_sum
    from {{ ref('elements_of_value') }}
),

delivered as (
    select
        evidence,
        {{ cell | join(',\n        ') }},
        count(*) as measured_count,
        count(*) filter (where is_delivered) as breadth,
        coalesce(sum(level_number) filter (where is_delivered), 0) as level_sum
    from {{ ref('value_elements') }}
    group by all
),

engagement as (
    select
        period_grain, period_start, scope_kind, scope_key,
        max(value) filter (where metric_code = 'nps_relation') as nps_relation,
        max(value) filter (where metric_code = 'loyalty') as loyalty
    from {{ ref('metric_values') }}
    where metric_code in ('nps_relation', 'loyalty')
    group by all
)

select
    delivered.evidence,
    {%- for column in cell %}
    delivered.{{ column }},
    {%- endfor %}
    cast(delivered.measured_count as bigint) as measured_count,
    cast(delivered.breadth as bigint) as breadth,
    delivered.level_sum / highest.level_sum as height,
    engagement.nps_relation,
    engagement.loyalty
from delivered
cross join highest
left join engagement
    on delivered.period_grain = engagement.period_grain
    and delivered.period_start = engagement.period_start
    and delivered.scope_kind = engagement.scope_kind
    and delivered.scope_key = engagement.scope_key
