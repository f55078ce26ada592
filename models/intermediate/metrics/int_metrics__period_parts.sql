{%- set sums = [
    'n', 'y_sum', 'y_sq_sum', 'w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum', 'x_sum', 'x_sq_sum', 'xy_sum',
] -%}

with

metrics as (
    select metric_code, finest_grain, has_finite_population
    from {{ ref('dim_metrics') }}
),

daily as (
    select
        parts.*,
        metrics.finest_grain,
        -- asked of everybody: the headcount of the month is the population of its waves
        case when metrics.has_finite_population then population.headcount end as headcount
    from {{ ref('int_metrics__daily_parts') }} as parts
    inner join metrics on parts.metric_code = metrics.metric_code
    left join {{ ref('int_metrics__population') }} as population
        on parts.scope_kind = population.scope_kind
        and parts.scope_key = population.scope_key
        and cast(date_trunc('month', parts.observed_on) as date) = population.month_start
),

monthly as (
    select
        metric_code,
        scope_kind,
        scope_key,
        cast(date_trunc('month', observed_on) as date) as month_start,
        {%- for sum in sums %}
        sum({{ sum }}) as {{ sum }},
        {%- endfor %}
        max(headcount) as population_n,
        min(scale_minimum) as scale_minimum,
        max(scale_maximum) as scale_maximum
    from daily
    group by metric_code, scope_kind, scope_key, cast(date_trunc('month', observed_on) as date)
),

periods as (
    select period_grain, period_start, period_end
    from {{ ref('int_calendar__periods') }}
),

summed as (
    -- The days are sums already. Only the organisation has days: of a part, four in five were too small to say anything.
    select
        'day' as period_grain,
        observed_on as period_start,
        metric_code,
        scope_kind,
        scope_key,
        {%- for sum in sums %}
        {{ sum }},
        {%- endfor %}
        headcount as population_n,
        scale_minimum,
        scale_maximum
    from daily
    where finest_grain = 'day' and scope_kind = 'organisation'
    union all
    select
        'week' as period_grain,
        cast(date_trunc('week', observed_on) as date) as period_start,
        metric_code,
        scope_kind,
        scope_key,
        {%- for sum in sums %}
        sum({{ sum }}) as {{ sum }},
        {%- endfor %}
        max(headcount) as population_n,
        min(scale_minimum) as scale_minimum,
        max(scale_maximum) as scale_maximum
    from daily
    where finest_grain = 'day'
    group by metric_code, scope_kind, scope_key, cast(date_trunc('week', observed_on) as date)
    union all
    select
        periods.period_grain,
        periods.period_start,
        monthly.metric_code,
        monthly.scope_kind,
        monthly.scope_key,
        {%- for sum in sums %}
        sum(monthly.{{ sum }}) as {{ sum }},
        {%- endfor %}
        sum(monthly.population_n) as population_n,
        min(monthly.scale_minimum) as scale_minimum,
        max(monthly.scale_maximum) as scale_maximum
    from monthly
    inner join periods
        on periods.period_grain in ('month', 'quarter', 'rolling_12_months')
        and monthly.month_start between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start, monthly.metric_code, monthly.scope_kind, monthly.scope_key
),

losses as (
    select
        loss_parts.period_grain,
        loss_parts.period_start,
        loss_parts.metric_code,
        loss_parts.scope_kind,
        loss_parts.scope_key,
        loss_parts.n,
        loss_parts.lost_count
    from {{ ref('int_metrics__loss_parts') }} as loss_parts
    inner join metrics on loss_parts.metric_code = metrics.metric_code
    where metrics.finest_grain = 'day' or loss_parts.period_grain not in ('day', 'week')
)

select
    period_grain,
    cast(period_start as date) as period_start,
    metric_code,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    {%- for sum in sums[1:] %}
    cast({{ sum }} as {{ type_double() }}) as {{ sum }},
    {%- endfor %}
    cast(population_n as {{ type_double() }}) as population_n,
    cast(scale_minimum as {{ type_double() }}) as scale_minimum,
    cast(scale_maximum as {{ type_double() }}) as scale_maximum
from summed
union all
select
    period_grain,
    cast(period_start as date) as period_start,
    metric_code,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    cast(lost_count as {{ type_double() }}) as y_sum,
    cast(lost_count as {{ type_double() }}) as y_sq_sum,
    cast(n as {{ type_double() }}) as w_sum,
    cast(n as {{ type_double() }}) as w_sq_sum,
    cast(lost_count as {{ type_double() }}) as wy_sum,
    cast(lost_count as {{ type_double() }}) as wy_sq_sum,
    cast(null as {{ type_double() }}) as x_sum,
    cast(null as {{ type_double() }}) as x_sq_sum,
    cast(null as {{ type_double() }}) as xy_sum,
    cast(null as {{ type_double() }}) as population_n,
    cast(null as {{ type_double() }}) as scale_minimum,
    cast(null as {{ type_double() }}) as scale_maximum
from losses
union all
select
    period_grain,
    cast(period_start as date) as period_start,
    metric_code,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    cast(y_sum as {{ type_double() }}) as y_sum,
    cast(y_sq_sum as {{ type_double() }}) as y_sq_sum,
    cast(n as {{ type_double() }}) as w_sum,
    cast(n as {{ type_double() }}) as w_sq_sum,
    cast(y_sum as {{ type_double() }}) as wy_sum,
    cast(y_sq_sum as {{ type_double() }}) as wy_sq_sum,
    cast(x_sum as {{ type_double() }}) as x_sum,
    cast(x_sq_sum as {{ type_double() }}) as x_sq_sum,
    cast(xy_sum as {{ type_double() }}) as xy_sum,
    cast(null as {{ type_double() }}) as population_n,
    cast(null as {{ type_double() }}) as scale_minimum,
    cast(null as {{ type_double() }}) as scale_maximum
from {{ ref('int_metrics__revenue_parts') }}
