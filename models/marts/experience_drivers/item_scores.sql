with

estimated as (
    select
        *,
        w_sum * w_sum / nullif(w_sq_sum, 0) as n_kish,
        wy_sum / nullif(w_sum, 0) as mean,
        wy_sq_sum / nullif(w_sum, 0) as mean_of_squares
    from {{ ref('int_survey__item_parts') }}
)

select
    estimated.survey_code,
    estimated.item_code,
    items.label_en as item_label_en,
    items.label_nl as item_label_nl,
    items.metric_code,
    items.driver_code,
    drivers.driver_kind,
    drivers.driver_name_en,
    drivers.driver_name_nl,
    estimated.scale_id,
    estimated.period_grain,
    estimated.period_start,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then estimated.n end as n,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then estimated.mean end as mean_score,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then estimated.y_sum / estimated.n end as mean_score_unweighted,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then greatest(items.scale_minimum,
        estimated.mean - {{ t_quantile('estimated.n_kish - 1', 'quantiles.t_975') }} * {{ mean_standard_error('estimated.mean', 'estimated.mean_of_squares', 'estimated.n_kish') }}
    ) end as ci_low,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then least(items.scale_maximum,
        estimated.mean + {{ t_quantile('estimated.n_kish - 1', 'quantiles.t_975') }} * {{ mean_standard_error('estimated.mean', 'estimated.mean_of_squares', 'estimated.n_kish') }}
    ) end as ci_high,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then 100.0 * estimated.top_box_count / estimated.n end as top_box_pct,
    case when estimated.n >= {{ assumption('hidden_below_n') }} then 100.0 * estimated.bottom_box_count / estimated.n end as bottom_box_pct,
    case
        when estimated.n < {{ assumption('hidden_below_n') }} then 'hidden'
        when estimated.n < {{ assumption('normal_from_n') }} then 'indicative'
        else 'normal'
    end as display
from estimated
inner join {{ ref('dim_survey_items') }} as items
    on estimated.survey_code = items.survey_code and estimated.item_code = items.item_code
left join {{ ref('drivers') }} as drivers on items.driver_code = drivers.driver_code
left join {{ ref('t_quantiles') }} as quantiles
    on cast(floor(estimated.n_kish + 1e-9) as integer) - 1 = quantiles.degrees_of_freedom
