{%- set cell = ['period_grain', 'period_start', 'period_end', 'scope_kind', 'scope_key', 'scope_name_en', 'scope_name_nl', 'n', 'display', 'is_complete_period'] -%}

with

felt as (
    select {{ cell | join(', ') }}, emotion_code, sum(emotion_count) as emotion_count
    from {{ ref('emotion_profile') }}
    group by {{ cell | join(', ') }}, emotion_code
),

-- of several images in one response each counts
compared as (
    select
        felt.*,
        felt.emotion_count / sum(felt.emotion_count) over (
            partition by felt.period_grain, felt.period_start, felt.scope_kind, felt.scope_key
        ) - coalesce(signature.wanted_share, 0) as excess
    from felt
    left join {{ ref('emotional_signature') }} as signature on felt.emotion_code = signature.emotion_code
)

select
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    n,
    100 * sum(abs(excess)) / 2 as distance_pct,
    first(emotion_code order by excess, emotion_code) as most_missed_emotion,
    -100 * min(excess) as most_missed_points,
    first(emotion_code order by excess desc, emotion_code) as most_unwanted_emotion,
    100 * max(excess) as most_unwanted_points,
    display,
    is_complete_period
from compared
group by {{ cell | join(', ') }}
