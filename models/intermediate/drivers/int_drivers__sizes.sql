{%- set scopes = ['segment', 'channel', 'journey'] -%}

with

driver_rows as (
    select
        'driver' as analysis,
        outcomes.survey_code as subject_code,
        outcomes.outcome_metric_code,
        outcomes.respondent_key,
        outcomes.segment,
        outcomes.channel,
        outcomes.journey
    from {{ ref('int_drivers__responses') }} as responses
    inner join {{ ref('int_drivers__outcomes') }} as outcomes on responses.response_id = outcomes.response_id
    inner join {{ ref('analysis_outcomes') }} as chosen
        on responses.driver_kind = chosen.analysis and outcomes.outcome_metric_code = chosen.outcome_metric_code
    union all
    select
        'driver' as analysis,
        survey_code as subject_code,
        'churn' as outcome_metric_code,
        customer_id as respondent_key,
        segment,
        channel,
        journey
    from {{ ref('int_drivers__churn_rows') }}
),

counted as (
    select
        analysis,
        subject_code,
        outcome_metric_code,
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        count(distinct respondent_key) as respondent_count
    from driver_rows
    group by {{ grouping_by_scope(['analysis', 'subject_code', 'outcome_metric_code'], scopes) }}
),

-- somebody is in one group only, so people of groups add up
added as (
    select analysis, subject_code, outcome_metric_code, scope_kind, coalesce(scope_key, '') as scope_key, n, respondent_count
    from counted
    union all
    select
        'expectation' as analysis, survey_code as subject_code, outcome_metric_code, scope_kind, scope_key,
        sum(n) as n, sum(respondent_count) as respondent_count
    from {{ ref('int_drivers__expectation_moments') }}
    group by survey_code, outcome_metric_code, scope_kind, scope_key
    union all
    select
        'service_level' as analysis, service_level_code as subject_code, outcome_metric_code, scope_kind, scope_key,
        sum(n) as n, sum(respondent_count) as respondent_count
    from {{ ref('int_drivers__service_level_moments') }}
    group by service_level_code, outcome_metric_code, scope_kind, scope_key
)

select
    analysis,
    subject_code,
    outcome_metric_code,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    cast(respondent_count as bigint) as respondent_count
from added
