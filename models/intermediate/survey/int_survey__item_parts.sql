with

sums as (
    select *, cast(date_trunc('month', observed_on) as date) as month_start
    from {{ ref('int_survey__item_sums') }}
    where scope_kind = 'organisation'
)

{% for period_grain, period_start in [('all_time', 'min(first_submitted_on)'), ('month', 'month_start')] -%}
select
    survey_code,
    item_code,
    scale_id,
    '{{ period_grain }}' as period_grain,
    {{ period_start }} as period_start,
    {%- for sum in ['n', 'top_box_count', 'bottom_box_count'] %}
    cast(sum({{ sum }}) as bigint) as {{ sum }},
    {%- endfor %}
    {%- for sum in ['y_sum', 'w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum'] %}
    sum({{ sum }}) as {{ sum }}{{ ',' if not loop.last }}
    {%- endfor %}
from sums
group by survey_code, item_code, scale_id{{ ', month_start' if period_grain == 'month' }}
{{ 'union all' if not loop.last }}
{% endfor %}
