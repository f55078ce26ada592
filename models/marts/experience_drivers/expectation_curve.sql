with

found as (
    select * from {{ ref('int_drivers__curves') }}
),

shown as (
    select * from {{ ref('int_drivers__shown') }} where analysis = 'expectation'
)

select
    found.survey_code,
    found.outcome_metric_code,
    found.scope_kind,
    found.scope_key,
    outcomes.metric_name_en as outcome_name_en,
    outcomes.metric_name_nl as outcome_name_nl,
    shown.scope_name_en,
    shown.scope_name_nl,
    found.is_refused,
    found.refusal_reason,
    found.refusal_needed,
    found.refusal_found,
    found.refusal_about,
    shown.n,
    found.below_n,
    found.as_expected_n,
    found.above_n,
    {%- for name in ['below', 'as_expected', 'above', 'loss', 'gain', 'loss_gain_ratio'] %}
    found.{{ name }},
    found.{{ name }}_ci_low,
    found.{{ name }}_ci_high,
    {%- endfor %}
    found.is_loss_larger,
    shown.period_start,
    shown.period_end
from found
inner join shown
    on found.survey_code = shown.subject_code
    and found.outcome_metric_code = shown.outcome_metric_code
    and found.scope_kind = shown.scope_kind
    and found.scope_key = shown.scope_key
inner join {{ ref('dim_metrics') }} as outcomes on found.outcome_metric_code = outcomes.metric_code
