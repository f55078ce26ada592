with

-- Every emotion has a place in every cell in which nev_share is shown.
cells as (
    select
        figures.period_grain,
        figures.period_start,
        figures.period_end,
        figures.scope_kind,
        figures.scope_key,
        figures.scope_name_en,
        figures.scope_name_nl,
        emotions.emotion_code,
        emotions.intensity,
        figures.n,
        figures.n_effective,
        coalesce(parts.emotion_count, 0) as emotion_count,
        figures.display,
        figures.is_complete_period
    from {{ ref('metric_values') }} as figures
    cross join {{ ref('dim_emotions') }} as emotions
    left join {{ ref('int_emotions__emotion_parts') }} as parts
        on figures.period_grain = parts.period_grain
        and figures.period_start = parts.period_start
        and figures.scope_kind = parts.scope_kind
        and figures.scope_key = parts.scope_key
        and emotions.emotion_code = parts.emotion_code
        and emotions.intensity = parts.intensity
    where figures.metric_code = 'nev_share'
        and figures.value is not null
        and figures.period_grain in ('month', 'quarter', 'rolling_12_months')
        -- what small parts are together has no emotions of its own
        and not starts_with(figures.scope_key, 'other:')
),

shares as (
    select *, emotion_count / n as share
    from cells
)

select
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    emotion_code,
    intensity,
    n,
    n_effective,
    emotion_count,
    100 * share as share_pct,
    {%- for side in ['low', 'high'] %}
    -- of several images in one response an emotion may be told more than once
    100 * {{ wilson_bound('least(share, 1)', 'n_effective', side) }} as ci_{{ side }},
    {%- endfor %}
    display,
    is_complete_period
from shares
