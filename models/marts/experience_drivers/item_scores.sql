with

-- Items have two grains: all time, and its months. What the hidden months leave of all time can be calculated.
months as (
    select
        *,
        sum(case when n < {{ assumption('hidden_below_n') }} then n else 0 end) over item as hidden_n,
        row_number() over (
            partition by survey_code, item_code, scale_id, n < {{ assumption('hidden_below_n') }} order by n, period_start
        ) as size_rank
    from {{ ref('int_survey__item_parts') }}
    where period_grain = 'month'
    window item as (partition by survey_code, item_code, scale_id)
),

shown as (
    select *
    from {{ ref('int_survey__item_parts') }}
    where period_grain = 'all_time' and n >= {{ assumption('hidden_below_n') }}
    union all
    select * exclude (hidden_n, size_rank)
    from months
    where n >= {{ assumption('hidden_below_n') }}
        and not (size_rank = 1 and hidden_n > 0 and hidden_n < {{ assumption('hidden_below_n') }})
),

estimated as (
    select
        *,
        w_sum * w_sum / nullif(w_sq_sum, 0) as n_kish,
        wy_sum / nullif(w_sum, 0) as mean,
        wy_sq_sum / nullif(w_sum, 0) as mean_of_squares
    from shown
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
    estimated.n,
    estimated.mean as mean_score,
    estimated.y_sum / estimated.n as mean_score_unweighted,
    greatest(items.scale_minimum,
        estimated.mean - {{ t_quantile('estimated.n_kish - 1', 'quantiles.t_975') }} * {{ mean_standard_error('estimated.mean', 'estimated.mean_of_squares', 'estimated.n_kish') }}
    ) as ci_low,
    least(items.scale_maximum,
        estimated.mean + {{ t_quantile('estimated.n_kish - 1', 'quantiles.t_975') }} * {{ mean_standard_error('estimated.mean', 'estimated.mean_of_squares', 'estimated.n_kish') }}
    ) as ci_high,
    100.0 * estimated.top_box_count / estimated.n as top_box_pct,
    100.0 * estimated.bottom_box_count / estimated.n as bottom_box_pct,
    case
        when estimated.n < {{ assumption('normal_from_n') }} then 'indicative'
        else 'normal'
    end as display
from estimated
inner join {{ ref('dim_survey_items') }} as items
    on estimated.survey_code = items.survey_code and estimated.item_code = items.item_code
left join {{ ref('drivers') }} as drivers on items.driver_code = drivers.driver_code
left join {{ ref('t_quantiles') }} as quantiles
    on cast(floor(estimated.n_kish + 1e-9) as integer) - 1 = quantiles.degrees_of_freedom
