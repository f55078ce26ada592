with

items as (
    select distinct items.survey_code, items.item_code, scales.minimum, scales.maximum
    from {{ ref('survey_items') }} as items
    inner join {{ ref('scales') }} as scales on items.scale_id = scales.scale_id
    where items.instrument = 'value_element'
),

monthly as (
    select
        items.item_code as element_code,
        sums.scope_kind,
        sums.scope_key,
        cast(date_trunc('month', sums.observed_on) as date) as month_start,
        sum(sums.n) as n,
        sum(sums.w_sum) as w_sum,
        sum((sums.wy_sum - items.minimum * sums.w_sum) / nullif(items.maximum - items.minimum, 0)) as index_sum,
        sum(sums.top_w_sum) as top_w_sum
    from {{ ref('int_survey__item_sums') }} as sums
    inner join items on sums.survey_code = items.survey_code and sums.item_code = items.item_code
    group by items.item_code, sums.scope_kind, sums.scope_key, cast(date_trunc('month', sums.observed_on) as date)
)

{{ periods_of_months(['element_code'], counts=['n'], sums=['w_sum', 'index_sum', 'top_w_sum']) }}
