{%- set scopes = ['segment', 'channel', 'journey'] -%}
{%- set keys = ['survey_code', 'outcome_metric_code', 'respondent_group', 'expectation_box'] -%}

with

expectations as (
    select response_id, min(box_value) as expectation_box
    from {{ ref('fct_survey_answers') }}
    where instrument = 'expectation' and box_value is not null
    group by response_id
),

variables as (
    select outcomes.*, expectations.expectation_box
    from expectations
    inner join {{ ref('int_drivers__outcomes') }} as outcomes on expectations.response_id = outcomes.response_id
    inner join {{ ref('analysis_outcomes') }} as chosen
        on chosen.analysis = 'expectation' and outcomes.outcome_metric_code = chosen.outcome_metric_code
),

summed as (
    select
        {{ keys | join(', ') }},
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        count(distinct respondent_key) as respondent_count,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * y) as wy_sum,
        sum(weight * y * y) as wy_sq_sum,
        avg(answer_value - y) as middle
    from variables
    group by {{ grouping_by_scope(keys, scopes) }}
)

select
    survey_code,
    outcome_metric_code,
    scope_kind,
    coalesce(scope_key, '') as scope_key,
    respondent_group,
    cast(expectation_box as integer) as expectation_box,
    cast(n as bigint) as n,
    cast(respondent_count as bigint) as respondent_count,
    {%- for name in ['w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum', 'middle'] %}
    cast({{ name }} as {{ type_double() }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
