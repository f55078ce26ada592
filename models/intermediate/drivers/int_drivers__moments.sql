{#- The scopes at which drivers are weighed. -#}
{%- set scopes = ['segment', 'channel', 'journey'] -%}
{%- set keys = ['survey_code', 'outcome_metric_code', 'respondent_group'] -%}
{#- Sums by the part that makes them: hardly any survey asks more drivers than `most`, and sums of nothing take time too. -#}
{%- set most = 8 -%}
{%- set parts = {'finest': {'n': '1', 'w_sum': 'w', 'w_sq_sum': 'w * w', 'y_sum': 'w * y'}, 'finest_beyond': {}} -%}
{%- for slot in driver_slots() -%}
    {%- for variable in ['x_' ~ slot, 'low_' ~ slot, 'high_' ~ slot] -%}
        {%- do parts['finest' if slot <= most else 'finest_beyond'].update({variable ~ '_sum': 'w * ' ~ variable}) -%}
    {%- endfor -%}
{%- endfor -%}
{%- for first, second in driver_products() -%}
    {%- set slot = second.split('_')[-1] -%}
    {%- do parts['finest_beyond' if slot != 'y' and slot | int > most else 'finest'].update({first ~ '_' ~ second ~ '_sum': 'w * ' ~ first ~ ' * ' ~ second}) -%}
{%- endfor %}

with

variables as (
    select
        {% for column in keys + scopes %}outcomes.{{ column }}, {% endfor %}
        outcomes.weight as w,
        outcomes.y,
        responses.raw_{{ most + 1 }} is not null as has_more
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
{% for part, sums in parts.items() -%}
{{ part }} as (
    select
        {{ (keys + scopes) | join(', ') }}
        {%- for name, value in sums.items() %},
        sum({{ value }}) as {{ name }}
        {%- endfor %}
    from variables
    {%- if not loop.first %}
    where has_more
    {%- endif %}
    group by {{ (keys + scopes) | join(', ') }}
),

{{ part }}_summed as (
    select
        {{ keys | join(', ') }},
        {{ scope_of_grouping(scopes) }}
        {%- for name in sums %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from {{ part }}
    group by {{ grouping_by_scope(keys, scopes) }}
){{ ',' if not loop.last }}

{% endfor -%}

select
    summed.survey_code,
    summed.outcome_metric_code,
    summed.scope_kind,
    summed.scope_key,
    summed.respondent_group,
    cast(summed.n as bigint) as n
    {%- for name in parts.finest if name != 'n' %},
    cast(summed.{{ name }} as {{ type_double() }}) as {{ name }}
    {%- endfor %}
    {%- for name in parts.finest_beyond %},
    cast(beyond.{{ name }} as {{ type_double() }}) as {{ name }}
    {%- endfor %}
from finest_summed as summed
left join finest_beyond_summed as beyond
    on summed.survey_code = beyond.survey_code
    and summed.outcome_metric_code = beyond.outcome_metric_code
    and summed.respondent_group = beyond.respondent_group
    and summed.scope_kind = beyond.scope_kind
    and summed.scope_key = beyond.scope_key
where summed.scope_key is not null
