with

measures as (
    select driver_metric_code as metric_code from {{ ref('value_chain') }}
    union
    select outcome_metric_code as metric_code from {{ ref('value_chain') }}
),

cells as (
    select
        parts.metric_code,
        parts.scope_kind,
        parts.scope_key as unit_key,
        parts.period_start as quarter_start,
        parts.n,
        -- shares in per cent and net shares in points, as the metric is shown
        case when metrics.unit in ('percent', 'nps_points') then 100 else 1 end as unit_factor,
        parts.wy_sum / nullif(parts.w_sum, 0) as mean,
        parts.wy_sq_sum / nullif(parts.w_sum, 0) as mean_of_squares,
        parts.w_sq_sum / nullif(parts.w_sum * parts.w_sum, 0) as error_share
    from {{ ref('int_metrics__period_parts') }} as parts
    inner join measures on parts.metric_code = measures.metric_code
    inner join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
    where parts.period_grain = 'quarter' and parts.scope_kind in ('team', 'organisation') and metrics.estimator <> 'ratio'
    union all
    select
        'retention' as metric_code,
        case when grouping(team_id) = 1 then 'organisation' else 'team' end as scope_kind,
        case when grouping(team_id) = 1 then 'all' else team_id end as unit_key,
        quarter_start,
        sum(customer_count) as n,
        100 as unit_factor,
        cast(sum(retained_count) as {{ type_double() }}) / nullif(sum(customer_count), 0) as mean,
        cast(sum(retained_count) as {{ type_double() }}) / nullif(sum(customer_count), 0) as mean_of_squares,
        cast(1 as {{ type_double() }}) / nullif(sum(customer_count), 0) as error_share
    from {{ ref('int_value__served_customers') }}
    group by grouping sets ((quarter_start), (quarter_start, team_id))
)

select
    metric_code,
    scope_kind,
    unit_key,
    quarter_start,
    cast(n as bigint) as n,
    cast(mean * unit_factor as {{ type_double() }}) as mean_value,
    -- variance of the mean by chance in who answered: s²·Σw²/(Σw)²
    cast(({{ beyond_rounding('mean_of_squares - mean * mean', 'mean_of_squares') }}) * unit_factor * unit_factor * error_share
        * n / nullif(n - 1, 0) as {{ type_double() }}) as error_variance
from cells
where n > 0
