{#- The scopes at which drivers are weighed. -#}
{%- set scopes = ['segment', 'channel', 'journey'] -%}
{%- set keys = ['survey_code', 'outcome_metric_code', 'respondent_group'] -%}
{%- set sums = ['n', 'w_sum', 'w_sq_sum', 'y_sum'] -%}
{%- for slot in driver_slots() -%}{%- do sums.extend(['x_' ~ slot ~ '_sum', 'low_' ~ slot ~ '_sum', 'high_' ~ slot ~ '_sum']) -%}{%- endfor -%}
{%- for first, second in driver_products() -%}{%- do sums.append(first ~ '_' ~ second ~ '_sum') -%}{%- endfor %}

with

variables as (
    select
        {% for column in keys + scopes %}outcomes.{{ column }}, {% endfor %}
        outcomes.weight as w,
        outcomes.y
        {%- for slot in driver_slots() %},
        responses.x_{{ slot }},
        cast(case responses.box_{{ slot }} when -1 then 1 when 0 then 0 when 1 then 0 end as {{ type_double() }}) as low_{{ slot }},
        cast(case responses.box_{{ slot }} when 1 then 1 when 0 then 0 when -1 then 0 end as {{ type_double() }}) as high_{{ slot }}
        {%- endfor %}
    from {{ ref('int_drivers__responses') }} as responses
    inner join {{ ref('int_drivers__outcomes') }} as outcomes on responses.response_id = outcomes.response_id
    inner join {{ ref('analysis_outcomes') }} as chosen
        on responses.driver_kind = chosen.analysis and outcomes.outcome_metric_code = chosen.outcome_metric_code
),

-- the rows are looked at once; scopes are added up from what they share
finest as (
    select
        {{ (keys + scopes) | join(', ') }},
        count(*) as n,
        sum(w) as w_sum,
        sum(w * w) as w_sq_sum,
        sum(w * y) as y_sum
        {%- for slot in driver_slots() %},
        sum(w * x_{{ slot }}) as x_{{ slot }}_sum,
        sum(w * low_{{ slot }}) as low_{{ slot }}_sum,
        sum(w * high_{{ slot }}) as high_{{ slot }}_sum
        {%- endfor %}
        {%- for first, second in driver_products() %},
        sum(w * {{ first }} * {{ second }}) as {{ first }}_{{ second }}_sum
        {%- endfor %}
    from variables
    group by {{ (keys + scopes) | join(', ') }}
),

summed as (
    select
        {{ keys | join(', ') }},
        {{ scope_of_grouping(scopes) }}
        {%- for name in sums %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from finest
    group by {{ grouping_by_scope(keys, scopes) }}
)

select
    survey_code,
    outcome_metric_code,
    scope_kind,
    scope_key,
    respondent_group,
    cast(n as bigint) as n
    {%- for name in sums[1:] %},
    cast({{ name }} as {{ type_double() }}) as {{ name }}
    {%- endfor %}
from summed
where scope_key is not null
