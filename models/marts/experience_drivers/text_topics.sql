with

-- shown where the sentiment of the same words is
cells as (
    select
        parts.period_grain,
        parts.period_start,
        figures.period_end,
        parts.scope_kind,
        parts.scope_key,
        figures.scope_name_en,
        figures.scope_name_nl,
        parts.tagged_count as n,
        parts.tagged_count * coalesce(figures.n_effective / figures.n, 1) as n_effective
    from {{ ref('int_text__topic_parts') }} as parts
    inner join {{ ref('metric_values') }} as figures
        on figures.metric_code = 'sentiment'
        and parts.period_grain = figures.period_grain
        and parts.period_start = figures.period_start
        and parts.scope_kind = figures.scope_kind
        and parts.scope_key = figures.scope_key
    where parts.task = 'all' and figures.value is not null and parts.tagged_count >= {{ assumption('hidden_below_n') }}
),

labels as (
    select models.task, models.label, models.model_version, names.label_name_en, names.label_name_nl
    from (select distinct task, label, model_version from {{ ref('int_text__models') }}) as models
    inner join {{ ref('int_text__labels') }} as names on models.task = names.task and models.label = names.label
    where models.task <> 'sentiment'
),

-- a label that nobody spoke about is a share of 0
counted as (
    select
        cells.*,
        labels.*,
        coalesce(parts.tagged_count, 0) as tagged_count,
        coalesce(parts.positive_count, 0) as positive_count,
        coalesce(parts.negative_count, 0) as negative_count,
        case when labels.task = 'emotion' then parts.intensity_sum / parts.tagged_count end as mean_intensity,
        coalesce(parts.tagged_count, 0) / cells.n as counted_share
    from cells
    cross join labels
    left join {{ ref('int_text__topic_parts') }} as parts
        on cells.period_grain = parts.period_grain
        and cells.period_start = parts.period_start
        and cells.scope_kind = parts.scope_kind
        and cells.scope_key = parts.scope_key
        and labels.task = parts.task
        and labels.label = parts.label
)

select
    counted.period_grain,
    counted.period_start,
    counted.period_end,
    counted.scope_kind,
    counted.scope_key,
    counted.scope_name_en,
    counted.scope_name_nl,
    counted.task,
    counted.label,
    counted.label_name_en,
    counted.label_name_nl,
    cast(counted.n as bigint) as n,
    cast(counted.tagged_count as bigint) as tagged_count,
    cast(counted.positive_count as bigint) as positive_count,
    cast(counted.negative_count as bigint) as negative_count,
    100 * counted.counted_share as counted_pct,
    100 * coalesce(corrected.share, counted.counted_share) as share_pct,
    {%- for side in ['low', 'high'] %}
    100 * coalesce(corrected.ci_{{ side }}, {{ wilson_bound('counted.counted_share', 'counted.n_effective', side) }}) as ci_{{ side }},
    {%- endfor %}
    corrected.share is not null as is_corrected,
    counted.mean_intensity,
    counted.model_version,
    case when counted.n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display
from counted
left join {{ ref('int_text__corrected_shares') }} as corrected
    on counted.period_grain = corrected.period_grain
    and counted.period_start = corrected.period_start
    and counted.scope_kind = corrected.scope_kind
    and counted.scope_key = corrected.scope_key
    and counted.task = corrected.task
    and counted.label = corrected.label
