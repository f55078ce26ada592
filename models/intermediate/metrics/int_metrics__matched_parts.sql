{#- A metric of matched contacts: its code, the pair it compares, and what a contact scores; null where it does not count. -#}
{%- set followed = 'is_resolved_followed is not null and is_resolved_perceived is not null' -%}
{%- set metrics = [
    ('eces_gap', 'ease', 'employee_ease - customer_ease'),
    ('emo_click_reciprocity', 'click', 'case when employee_click = 1 and customer_click = 1 then 1 else 0 end'),
    ('emo_click_asymmetry', 'click', 'case
        when employee_click = 1 and customer_click = -1 then 1
        when employee_click = -1 and customer_click = 1 then -1
        else 0
    end'),
    ('fcr_gap', 'resolution', 'case
        when is_resolved_followed and not is_resolved_perceived then 1
        when not is_resolved_followed and is_resolved_perceived then -1
        when ' ~ followed ~ ' then 0
    end'),
    ('fcr_overstated', 'resolution', 'case
        when is_resolved_followed and not is_resolved_perceived then 1
        when is_resolved_followed and is_resolved_perceived then 0
    end'),
    ('fcr_understated', 'resolution', 'case
        when not is_resolved_followed and is_resolved_perceived then 1
        when not is_resolved_followed and not is_resolved_perceived then 0
    end'),
] -%}
{%- set scopes = scope_kinds() | map(attribute='column') | list %}

with

observations as (
    {%- for metric_code, pair, score in metrics %}
    select
        '{{ metric_code }}' as metric_code,
        {{ pair }}_matched_on as observed_on,
        {{ scopes | join(', ') }},
        {{ score }} as y
    from {{ ref('int_survey__matched_contacts') }}
    where {{ pair }}_matched_on is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

summed as (
    select
        metric_code,
        observed_on,
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        sum(y) as y_sum,
        sum(y * y) as y_sq_sum
    from observations
    where y is not null
    group by {{ grouping_by_scope(['metric_code', 'observed_on'], scopes) }}
)

select
    summed.metric_code,
    summed.observed_on,
    summed.scope_kind,
    summed.scope_key,
    summed.n,
    summed.y_sum,
    summed.y_sq_sum,
    metrics.scale_minimum,
    metrics.scale_maximum
from summed
inner join {{ ref('dim_metrics') }} as metrics on summed.metric_code = metrics.metric_code
where summed.scope_key is not null
