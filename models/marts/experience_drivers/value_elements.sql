{%- set cell = ['period_grain', 'period_start', 'period_end', 'scope_kind', 'scope_key', 'scope_name_en', 'scope_name_nl'] -%}

with

-- shown where all answers about elements are
asked as (
    select
        'survey' as evidence,
        figures.period_grain,
        figures.period_start,
        figures.period_end,
        figures.scope_kind,
        figures.scope_key,
        figures.scope_name_en,
        figures.scope_name_nl,
        parts.element_code,
        parts.n,
        parts.n * coalesce(figures.n_effective / figures.n, 1) as n_effective,
        10 * parts.index_sum / parts.w_sum as mean_score,
        cast(null as double) as mention_pct,
        parts.top_w_sum / parts.w_sum as delivered_share
    from {{ ref('int_survey__element_parts') }} as parts
    inner join {{ ref('metric_values') }} as figures
        on figures.metric_code = 'value_element'
        and parts.period_grain = figures.period_grain
        and parts.period_start = figures.period_start
        and parts.scope_kind = figures.scope_kind
        and parts.scope_key = figures.scope_key
    where figures.value is not null
),

told as (
    select
        'text' as evidence,
        {%- for column in cell %}
        {{ column }},
        {%- endfor %}
        label as element_code,
        tagged_count as n,
        tagged_count as n_effective,
        cast(null as double) as mean_score,
        share_pct as mention_pct,
        positive_count / tagged_count as delivered_share
    from {{ ref('text_topics') }}
    where task = 'value_element'
),

judged as (
    select *
    from (
        select * from asked
        union all by name
        select * from told
    )
    where n >= {{ assumption('hidden_below_n') }}
)

select
    judged.evidence,
    {%- for column in cell %}
    judged.{{ column }},
    {%- endfor %}
    elements.element_code,
    elements.element_name_en,
    elements.element_name_nl,
    elements.level_code,
    elements.level_number,
    cast(judged.n as bigint) as n,
    judged.mean_score,
    judged.mention_pct,
    100 * judged.delivered_share as delivered_pct,
    {%- for side in ['low', 'high'] %}
    100 * {{ wilson_bound('judged.delivered_share', 'judged.n_effective', side) }} as ci_{{ side }},
    {%- endfor %}
    -- half is half, in whatever order weights were added up
    round(judged.delivered_share, 9) >= {{ assumption('value_element_delivered_share') }} as is_delivered,
    case when judged.n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display
from judged
inner join {{ ref('elements_of_value') }} as elements on judged.element_code = elements.element_code
