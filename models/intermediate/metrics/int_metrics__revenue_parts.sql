{#-
    What the customers of the start of a period paid then (x) and lost or pay at its end (y). As churn these do not add
    up over months (who shrinks in May and grows in June lost nothing in the quarter), so each grain is counted by itself.
-#}
{%- set scopes = ['segment', 'region', 'product'] -%}
{#- A metric: what each customer counts. -#}
{%- set metrics = [
    ('revenue_churn', 'case when starting_fee_eur > ending_fee_eur then starting_fee_eur - ending_fee_eur else 0 end'),
    ('net_revenue_retention', 'ending_fee_eur'),
] %}

with

periods as (
    select period_grain, period_start, cast(date_trunc('month', period_end) as date) as last_month
    from {{ ref('int_calendar__periods') }}
    -- who had left before the data begin is not in them, so an earlier start would know only those who stayed
    where period_grain in ('month', 'quarter', 'rolling_12_months') and is_begun
),

followed as (
    select
        periods.period_grain,
        periods.period_start,
        starts.segment,
        starts.region,
        starts.product,
        starts.starting_fee_eur,
        -- the same fees added up in another order are the same
        case
            when abs(ends.ending_fee_eur - starts.starting_fee_eur) < 1e-9 * starts.starting_fee_eur then starts.starting_fee_eur
            else coalesce(ends.ending_fee_eur, 0)
        end as ending_fee_eur
    from {{ ref('fct_customer_months') }} as starts
    inner join periods on starts.month_start = periods.period_start
    left join {{ ref('fct_customer_months') }} as ends
        on starts.customer_id = ends.customer_id and periods.last_month = ends.month_start
    where starts.starting_fee_eur > 0
),

counted as (
    select
        period_grain,
        period_start,
        segment,
        region,
        product,
        starting_fee_eur as x,
        {%- for _, y in metrics %}
        {{ y }} as y_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from followed
),

-- The few combinations first, as in int_metrics__customer_parts.
cells as (
    select
        period_grain,
        period_start,
        segment,
        region,
        product,
        sum(x) as x_sum,
        sum(x * x) as x_sq_sum,
        {%- for _ in metrics %}
        sum(y_{{ loop.index }}) as y_sum_{{ loop.index }},
        sum(y_{{ loop.index }} * y_{{ loop.index }}) as y_sq_sum_{{ loop.index }},
        sum(x * y_{{ loop.index }}) as xy_sum_{{ loop.index }},
        {%- endfor %}
        count(*) as n
    from counted
    group by period_grain, period_start, segment, region, product
),

summed as (
    select
        period_grain,
        period_start,
        {{ scope_of_grouping(scopes) }},
        sum(x_sum) as x_sum,
        sum(x_sq_sum) as x_sq_sum,
        {%- for _ in metrics %}
        sum(y_sum_{{ loop.index }}) as y_sum_{{ loop.index }},
        sum(y_sq_sum_{{ loop.index }}) as y_sq_sum_{{ loop.index }},
        sum(xy_sum_{{ loop.index }}) as xy_sum_{{ loop.index }},
        {%- endfor %}
        sum(n) as n
    from cells
    group by {{ grouping_by_scope(['period_grain', 'period_start'], scopes) }}
)

{% for metric_code, _ in metrics %}
select
    '{{ metric_code }}' as metric_code,
    period_grain,
    period_start,
    scope_kind,
    scope_key,
    cast(n as bigint) as n,
    y_sum_{{ loop.index }} as y_sum,
    y_sq_sum_{{ loop.index }} as y_sq_sum,
    x_sum,
    x_sq_sum,
    xy_sum_{{ loop.index }} as xy_sum
from summed
where scope_key is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
