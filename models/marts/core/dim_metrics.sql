{#- Follow-up that is a choice of the organisation is an assumption; the catalogue leaves it empty. -#}
{%- set windows = {
    'responsiveness': assumption('response_follow_up_days'),
    'repeat_responder_rate': assumption('response_follow_up_days'),
    'referrals_per_100_promoters': assumption('advocacy_follow_up_days'),
    'reviews_per_100_promoters': assumption('advocacy_follow_up_days'),
    'feedback_in_time': assumption('feedback_follow_up_days'),
    'feedback_hours': assumption('feedback_follow_up_days'),
} %}

with

metrics as (
    select * from {{ ref('metrics') }}
),

-- Only the newest for the whole: which one holds for a period and a part is told by metric_values.
targets as (
    select
        *,
        row_number() over (
            partition by metric_code order by valid_from desc nulls last, period_grain asc nulls first
        ) as recency
    from {{ ref('targets') }}
    where scope_kind is null
)

select
    metrics.metric_code,
    metrics.metric_name_en,
    metrics.metric_name_nl,
    metrics.definition_en,
    metrics.definition_nl,
    metrics.audience,
    metrics.side,
    metrics.display_position,
    metrics.is_headline,
    metrics.estimator,
    metrics.item_metric_code,
    metrics.unit,
    metrics.decimals,
    metrics.scale_minimum,
    metrics.scale_maximum,
    metrics.is_higher_better,
    metrics.nature,
    metrics.basis,
    metrics.thinking_system,
    metrics.experience_level,
    metrics.excellence_element,
    metrics.owner_model,
    metrics.finest_grain,
    coalesce(metrics.follow_up_days, case metrics.metric_code
        {%- for metric_code, days in windows.items() %}
        when '{{ metric_code }}' then cast(floor({{ days }}) as integer)
        {%- endfor %}
    end) as follow_up_days,
    metrics.has_finite_population,
    targets.target,
    targets.period_grain as target_period_grain,
    targets.valid_from as target_on,
    targets.source as target_source,
    metrics.owner
from metrics
left join targets on metrics.metric_code = targets.metric_code and targets.recency = 1
