with

scores as (
    select
        figures.*,
        drivers.driver_code,
        drivers.driver_kind,
        drivers.driver_name_en,
        drivers.driver_name_nl,
        drivers.display_position,
        drivers.is_affective,
        boxes.top_w_sum / nullif(boxes.w_sum, 0) as top_box_share
    from {{ ref('metric_values') }} as figures
    inner join {{ ref('dim_drivers') }} as drivers on figures.metric_code = drivers.metric_code
    left join {{ ref('int_survey__driver_boxes') }} as boxes
        on figures.metric_code = boxes.metric_code
        and figures.period_grain = boxes.period_grain
        and figures.period_start = boxes.period_start
        and figures.scope_kind = boxes.scope_kind
        and figures.scope_key = boxes.scope_key
)

select
    driver_code,
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    driver_kind,
    driver_name_en,
    driver_name_nl,
    display_position,
    is_affective,
    metric_code,
    n,
    n_effective,
    value as mean_score,
    ci_low,
    ci_high,
    100 * top_box_share as top_box_pct,
    {%- for side in ['low', 'high'] %}
    100 * case
        when n = population_n then top_box_share -- everybody answered: nothing is left to chance
        else {{ wilson_bound('top_box_share', 'n_effective', side) }}
    end as top_box_ci_{{ side }},
    {%- endfor %}
    comparison_period_start,
    change,
    p_value,
    q_value,
    verdict,
    display,
    is_complete_period
from scores
