{%- set means = ['peak_feeling', 'end_feeling', 'peak_end_feeling', 'mean_feeling', 'remembering_gap'] -%}
{%- set sums = ['n', 'y', 'p', 'm', 'pp', 'pm', 'mm', 'py', 'my'] -%}

with

shown_journeys as (
    select * from {{ ref('int_emotions__shown_journeys') }}
),

journeys as (
    select journeys.*, shown_journeys.period_start, shown_journeys.journey_key
    from {{ ref('journey_peak_end') }} as journeys
    inner join shown_journeys
        on (shown_journeys.journey_key = 'all' or journeys.journey = shown_journeys.journey_key)
        and journeys.ended_on between shown_journeys.period_start and shown_journeys.period_end
),

-- journeys of one customer are no independent observations
felt_by_customers as (
    select
        period_start,
        journey_key,
        customer_id,
        count(*) as x,
        sum(moment_count) as moment_count,
        {%- for column in means %}
        sum({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from journeys
    group by period_start, journey_key, customer_id
),

felt as (
    select
        period_start,
        journey_key,
        count(*) as customer_count,
        sum(moment_count) as moment_count,
        cast(sum(x) as double) as x_sum,
        cast(sum(x * x) as double) as x_sq_sum,
        {%- for column in means %}
        sum({{ column }}) as {{ column }}_sum,
        sum({{ column }} * {{ column }}) as {{ column }}_sq_sum,
        sum(x * {{ column }}) as {{ column }}_x_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from felt_by_customers
    group by period_start, journey_key
),

-- Least squares of how customers look back (y) on peak and end (p) and on the mean of all moments (m); the slopes without
-- each customer in turn give the errors (jackknife over customers, as service_control/statistics/regression.py).
of_customers as (
    select
        period_start,
        journey_key,
        customer_id,
        cast(count(*) as double) as n_sum,
        sum(remembered) as y_sum,
        sum(peak_end_feeling) as p_sum,
        sum(mean_feeling) as m_sum,
        sum(peak_end_feeling * peak_end_feeling) as pp_sum,
        sum(peak_end_feeling * mean_feeling) as pm_sum,
        sum(mean_feeling * mean_feeling) as mm_sum,
        sum(peak_end_feeling * remembered) as py_sum,
        sum(mean_feeling * remembered) as my_sum
    from journeys
    where remembered is not null
    group by period_start, journey_key, customer_id
),

whole as (
    select
        period_start,
        journey_key,
        {%- for sum in sums %}
        sum({{ sum }}_sum) as {{ sum }}_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from of_customers
    group by period_start, journey_key
),

samples as (
    select period_start, journey_key, cast(null as varchar) as left_out, {% for sum in sums %}{{ sum }}_sum{{ ', ' if not loop.last }}{% endfor %}
    from whole
    union all
    select
        whole.period_start,
        whole.journey_key,
        of_customers.customer_id as left_out,
        {%- for sum in sums %}
        whole.{{ sum }}_sum - of_customers.{{ sum }}_sum as {{ sum }}_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from whole
    inner join of_customers on whole.period_start = of_customers.period_start and whole.journey_key = of_customers.journey_key
),

centred as (
    select
        period_start,
        journey_key,
        left_out,
        {%- for a, b in [('p', 'p'), ('p', 'm'), ('m', 'm'), ('p', 'y'), ('m', 'y')] %}
        {{ a }}{{ b }}_sum - {{ a }}_sum * {{ b }}_sum / nullif(n_sum, 0) as {{ a }}{{ b }}{{ ',' if not loop.last }}
        {%- endfor %}
    from samples
),

slopes as (
    select
        period_start,
        journey_key,
        left_out,
        (mm * py - pm * my) / nullif(pp * mm - pm * pm, 0) as peak_end_slope,
        (pp * my - pm * py) / nullif(pp * mm - pm * pm, 0) as mean_slope
    from centred
),

errors as (
    select
        whole_slopes.period_start,
        whole_slopes.journey_key,
        whole_slopes.peak_end_slope,
        whole_slopes.mean_slope,
        count(*) as customer_count,
        {%- for slope in ['peak_end_slope', 'mean_slope'] %}
        sqrt(sum((others.{{ slope }} - whole_slopes.{{ slope }}) * (others.{{ slope }} - whole_slopes.{{ slope }})) * (count(*) - 1) / count(*))
            as {{ slope }}_error{{ ',' if not loop.last }}
        {%- endfor %}
    from slopes as whole_slopes
    inner join slopes as others
        on whole_slopes.period_start = others.period_start
        and whole_slopes.journey_key = others.journey_key
        and others.left_out is not null
    where whole_slopes.left_out is null
    group by whole_slopes.period_start, whole_slopes.journey_key, whole_slopes.peak_end_slope, whole_slopes.mean_slope
    having count(*) >= {{ assumption('minimum_groups') }}
),

remembered as (
    select period_start, journey_key, count(*) as remembered_count, avg(remembered) as remembered
    from journeys
    where remembered is not null
    group by period_start, journey_key
    having count(distinct customer_id) >= {{ assumption('hidden_below_n') }}
)

select
    'rolling_12_months' as period_grain,
    shown_journeys.period_start,
    shown_journeys.period_end,
    shown_journeys.journey_key as journey,
    case when shown_journeys.journey_key = 'all' then 'All journeys' else coalesce(names.scope_name_en, shown_journeys.journey_key) end as journey_name_en,
    case when shown_journeys.journey_key = 'all' then 'Alle klantreizen' else coalesce(names.scope_name_nl, shown_journeys.journey_key) end as journey_name_nl,
    cast(shown_journeys.journey_count as bigint) as journey_count,
    cast(shown_journeys.customer_count as bigint) as customer_count,
    cast(felt.moment_count as bigint) as moment_count,
    {%- for column in means %}
    felt.{{ column }}_sum / felt.x_sum as {{ column }},
    {%- set margin -%}
        {{ t_quantile('felt.customer_count - 1', 'felt_quantiles.t_975') }} * {{ ratio_standard_error('felt.customer_count', 'felt.x_sum', 'felt.' ~ column ~ '_sum', 'felt.x_sq_sum', 'felt.' ~ column ~ '_sq_sum', 'felt.' ~ column ~ '_x_sum') }}
    {%- endset %}
    {%- for side in ['low', 'high'] %}
    felt.{{ column }}_sum / felt.x_sum {{ '-' if side == 'low' else '+' }} {{ margin }} as {{ column }}_ci_{{ side }},
    {%- endfor %}
    {%- endfor %}
    remembered.remembered_count,
    remembered.remembered,
    {%- for slope in ['peak_end_slope', 'mean_slope'] %}
    errors.{{ slope }},
    {%- for side in ['low', 'high'] %}
    errors.{{ slope }} {{ '-' if side == 'low' else '+' }} {{ t_quantile('errors.customer_count - 1', 'quantiles.t_975') }} * errors.{{ slope }}_error as {{ slope }}_ci_{{ side }},
    {%- endfor %}
    {%- endfor %}
    case when shown_journeys.customer_count < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    shown_journeys.is_begun as is_complete_period
from shown_journeys
inner join felt on shown_journeys.period_start = felt.period_start and shown_journeys.journey_key = felt.journey_key
left join remembered on shown_journeys.period_start = remembered.period_start and shown_journeys.journey_key = remembered.journey_key
left join errors on shown_journeys.period_start = errors.period_start and shown_journeys.journey_key = errors.journey_key
left join {{ ref('scope_names') }} as names on names.scope_kind = 'journey' and shown_journeys.journey_key = names.scope_key
left join {{ ref('t_quantiles') }} as felt_quantiles on felt.customer_count - 1 = felt_quantiles.degrees_of_freedom
left join {{ ref('t_quantiles') }} as quantiles on errors.customer_count - 1 = quantiles.degrees_of_freedom
