with

found as (
    select * from {{ ref('int_drivers__asymmetry') }}
),

shown as (
    select * from {{ ref('int_drivers__shown') }} where analysis = 'driver'
)

select
    found.survey_code,
    found.outcome_metric_code,
    found.scope_kind,
    found.scope_key,
    found.driver_code,
    outcomes.audience,
    outcomes.metric_name_en as outcome_name_en,
    outcomes.metric_name_nl as outcome_name_nl,
    shown.scope_name_en,
    shown.scope_name_nl,
    drivers.driver_name_en,
    drivers.driver_name_nl,
    found.pattern,
    found.refusal_reason,
    found.refusal_needed,
    found.refusal_found,
    found.refusal_about,
    shown.n,
    found.n_effective,
    shown.respondent_count,
    {%- for name in ['penalty', 'reward'] %}
    found.{{ name }},
    found.{{ name }}_ci_low,
    found.{{ name }}_ci_high,
    {%- endfor %}
    found.impact_range,
    found.impact_asymmetry,
    found.impact_asymmetry_ci_low,
    found.impact_asymmetry_ci_high,
    found.p_value,
    found.q_value,
    shown.period_start,
    shown.period_end
from found
inner join shown
    on found.survey_code = shown.subject_code
    and found.outcome_metric_code = shown.outcome_metric_code
    and found.scope_kind = shown.scope_kind
    and found.scope_key = shown.scope_key
inner join {{ ref('dim_metrics') }} as outcomes on found.outcome_metric_code = outcomes.metric_code
inner join {{ ref('dim_drivers') }} as drivers on found.driver_code = drivers.driver_code
