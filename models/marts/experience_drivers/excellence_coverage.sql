with

with_figures as (
    select distinct metric_code
    from {{ ref('metric_values') }}
    where value is not null
),

metrics as (
    select
        metrics.excellence_element,
        metrics.metric_code,
        metrics.is_headline,
        with_figures.metric_code is not null as has_figures
    from {{ ref('dim_metrics') }} as metrics
    left join with_figures on metrics.metric_code = with_figures.metric_code
),

covered as (
    select
        elements.excellence_element,
        count(metrics.metric_code) as metric_count,
        count(*) filter (where metrics.has_figures) as measured_metric_count,
        count(*) filter (where metrics.is_headline) as headline_metric_count,
        string_agg(metrics.metric_code, ', ' order by metrics.metric_code) filter (where metrics.has_figures) as measured_metric_codes,
        string_agg(metrics.metric_code, ', ' order by metrics.metric_code) filter (where not metrics.has_figures) as unmeasured_metric_codes
    from {{ ref('excellence_elements') }} as elements
    left join metrics on elements.excellence_element = metrics.excellence_element
    group by elements.excellence_element
)

select
    elements.element_number,
    elements.excellence_element,
    elements.element_name_en,
    elements.element_name_nl,
    cast(covered.metric_count as integer) as metric_count,
    cast(covered.measured_metric_count as integer) as measured_metric_count,
    cast(covered.headline_metric_count as integer) as headline_metric_count,
    covered.measured_metric_codes,
    covered.unmeasured_metric_codes,
    case
        when covered.measured_metric_count > 0 then 'measured'
        when covered.metric_count > 0 then 'no_data'
        else 'no_metric'
    end as coverage
from {{ ref('excellence_elements') }} as elements
inner join covered on elements.excellence_element = covered.excellence_element
