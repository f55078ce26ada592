{%- set counts = ['word', 'qualifier'] -%}

with

-- explanations of one customer are no independent observations
of_customers as (
    select
        cast(date_trunc('quarter', submitted_on) as date) as period_start,
        method,
        coalesce(customer_id, response_id) as customer_id,
        count(*) as x,
        {%- for count in counts %}
        sum({{ count }}_count) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_emotions__explanation_words') }}
    group by cast(date_trunc('quarter', submitted_on) as date), method, coalesce(customer_id, response_id)
),

summed as (
    select
        period_start,
        method,
        count(*) as customer_count,
        cast(sum(x) as double) as x_sum,
        cast(sum(x * x) as double) as x_sq_sum,
        {%- for count in counts %}
        cast(sum({{ count }}) as double) as {{ count }}_sum,
        cast(sum({{ count }} * {{ count }}) as double) as {{ count }}_sq_sum,
        cast(sum(x * {{ count }}) as double) as {{ count }}_x_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from of_customers
    group by period_start, method
    having count(*) >= {{ assumption('hidden_below_n') }}
)

select
    'quarter' as period_grain,
    summed.period_start,
    cast(periods.period_end as date) as period_end,
    summed.method,
    cast(summed.x_sum as bigint) as n,
    {%- for count in counts %}
    {%- set margin -%}
        {{ t_quantile('summed.customer_count - 1', 'quantiles.t_975') }} * {{ ratio_standard_error('summed.customer_count', 'summed.x_sum', 'summed.' ~ count ~ '_sum', 'summed.x_sq_sum', 'summed.' ~ count ~ '_sq_sum', 'summed.' ~ count ~ '_x_sum') }}
    {%- endset %}
    summed.{{ count }}_sum / summed.x_sum as mean_{{ count }}s,
    greatest(0, summed.{{ count }}_sum / summed.x_sum - {{ margin }}) as {{ count }}s_ci_low,
    summed.{{ count }}_sum / summed.x_sum + {{ margin }} as {{ count }}s_ci_high,
    {%- endfor %}
    100 * summed.qualifier_sum / summed.word_sum as qualifiers_per_100_words,
    case when summed.customer_count < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    periods.period_end <= periods.last_day as is_complete_period
from summed
inner join {{ ref('int_calendar__periods') }} as periods
    on periods.period_grain = 'quarter' and summed.period_start = periods.period_start
left join {{ ref('t_quantiles') }} as quantiles on summed.customer_count - 1 = quantiles.degrees_of_freedom
