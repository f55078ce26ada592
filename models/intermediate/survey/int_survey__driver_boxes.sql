with

drivers as (
    select metric_items.metric_code, metric_items.survey_code, metric_items.item_code
    from {{ ref('int_survey__metric_items') }} as metric_items
    inner join {{ ref('drivers') }} as drivers on metric_items.metric_code = drivers.metric_code
),

monthly as (
    select
        drivers.metric_code,
        sums.scope_kind,
        sums.scope_key,
        cast(date_trunc('month', sums.observed_on) as date) as month_start,
        sum(sums.top_w_sum) as top_w_sum,
        sum(sums.w_sum) as w_sum
    from {{ ref('int_survey__item_sums') }} as sums
    inner join drivers on sums.survey_code = drivers.survey_code and sums.item_code = drivers.item_code
    group by drivers.metric_code, sums.scope_kind, sums.scope_key, cast(date_trunc('month', sums.observed_on) as date)
)

{{ periods_of_months(['metric_code'], sums=['top_w_sum', 'w_sum']) }}
