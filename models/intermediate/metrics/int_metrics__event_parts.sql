{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

summed as (
    select
        metric_code,
        observed_on,
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        sum(y) as y_sum,
        sum(y * y) as y_sq_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * y) as wy_sum,
        sum(weight * y * y) as wy_sq_sum
    from {{ ref('int_metrics__events') }}
    group by {{ grouping_by_scope(['metric_code', 'observed_on'], scopes) }}
)

select *
from summed
where scope_key is not null
