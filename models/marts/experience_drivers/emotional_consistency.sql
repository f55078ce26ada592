with

-- The parts that are shown, and what is left of the whole as one more.
parts as (
    select
        parts.period_grain,
        parts.period_start,
        parts.scope_kind as dimension,
        parts.scope_key,
        figures.period_end,
        figures.is_complete_period,
        figures.value,
        cast(parts.n as double) as n,
        figures.n_effective,
        parts.y_sum,
        parts.y_sq_sum
    from {{ ref('int_metrics__published_parts') }} as parts
    inner join {{ ref('metric_values') }} as figures
        on parts.metric_code = figures.metric_code
        and parts.period_grain = figures.period_grain
        and parts.period_start = figures.period_start
        and parts.scope_kind = figures.scope_kind
        and parts.scope_key = figures.scope_key
    where parts.metric_code = 'nev_intensity'
        and parts.scope_kind in ('journey', 'channel')
        and parts.period_grain in ('month', 'quarter', 'rolling_12_months')
),

squares as (
    select
        period_grain,
        period_start,
        period_end,
        dimension,
        is_complete_period,
        count(*) as part_count,
        sum(n) as n,
        sum(n) / sum(n_effective) as design_effect,
        sum(y_sum * y_sum / n) - sum(y_sum) * sum(y_sum) / sum(n) as between_squares,
        {{ beyond_rounding('sum(y_sq_sum) - sum(y_sum * y_sum / n)', 'sum(y_sq_sum)') }} as within_squares,
        first(scope_key order by round(value, 9), scope_key) as lowest_key,
        first(scope_key order by round(value, 9) desc, scope_key) as highest_key
    from parts
    group by period_grain, period_start, period_end, dimension, is_complete_period
    having count(*) > 1
),

compared as (
    select
        *,
        part_count - 1 as d1,
        n / design_effect - part_count as d2,
        within_squares / nullif(n - part_count, 0) as within_mean
    from squares
),

tested as (
    select
        *,
        (between_squares - d1 * within_mean) / nullif(between_squares + within_squares + within_mean, 0) as omega_squared,
        between_squares / d1 / nullif(within_mean, 0) / design_effect as f_statistic
    from compared
),

-- nearly normal: Paulson 1942, "An approximate normalization of the analysis of variance distribution"
normalised as (
    select
        *,
        case when d2 > 0 then
            ((1 - 2 / (9 * d2)) * cbrt(f_statistic) - (1 - 2 / (9 * d1)))
            / sqrt(2 / (9 * d2) * cbrt(f_statistic) * cbrt(f_statistic) + 2 / (9 * d1))
        end as z
    from tested
)

select
    period_grain,
    period_start,
    period_end,
    dimension,
    cast(n as bigint) as n,
    part_count,
    greatest(0, omega_squared) as between_share,
    f_statistic,
    1 - {{ normal_cdf('z') }} as p_value,
    lowest_key,
    highest_key,
    case when n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    is_complete_period
from normalised
