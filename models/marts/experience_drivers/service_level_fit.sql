with

found as (
    select * from {{ ref('int_drivers__service_levels') }}
),

shown as (
    select * from {{ ref('int_drivers__shown') }} where analysis = 'service_level'
)

select
    found.service_level_code,
    found.outcome_metric_code,
    found.scope_kind,
    found.scope_key,
    levels.service_level_name_en,
    levels.service_level_name_nl,
    outcomes.metric_name_en as outcome_name_en,
    outcomes.metric_name_nl as outcome_name_nl,
    shown.scope_name_en,
    shown.scope_name_nl,
    found.verdict,
    found.verdict in ('hardly_moves', 'without_value', 'moves_against') as is_without_experience_value,
    found.refusal_reason,
    found.refusal_needed,
    found.refusal_found,
    found.refusal_about,
    shown.n,
    shown.respondent_count,
    {%- for name in ['effect', 'correlation'] %}
    found.{{ name }},
    found.{{ name }}_ci_low,
    found.{{ name }}_ci_high,
    {%- endfor %}
    found.q_value,
    {{ assumption('smallest_correlation') }} as smallest_correlation,
    shown.period_start,
    shown.period_end
from found
inner join shown
    on found.service_level_code = shown.subject_code
    and found.outcome_metric_code = shown.outcome_metric_code
    and found.scope_kind = shown.scope_kind
    and found.scope_key = shown.scope_key
inner join {{ ref('dim_metrics') }} as outcomes on found.outcome_metric_code = outcomes.metric_code
inner join {{ ref('service_levels') }} as levels on found.service_level_code = levels.service_level_code
