with

parts as (
    select
        parts.*,
        metrics.estimator,
        metrics.unit,
        parts.w_sum * parts.w_sum / nullif(parts.w_sq_sum, 0) as n_kish,
        parts.wy_sum / nullif(parts.w_sum, 0) as mean,
        parts.wy_sq_sum / nullif(parts.w_sum, 0) as mean_of_squares,
        -- of what small parts leave together nobody was counted: each observation a person
        coalesce(people.people_count, parts.n) as people_count,
        -- of whom nothing is known says the same thing each time
        coalesce(clustering.intraclass_correlation, 1) as intraclass_correlation,
        coalesce(clustering.repeat_spread, 0) as repeat_spread
    from {{ ref('int_metrics__published_parts') }} as parts
    inner join {{ ref('dim_metrics') }} as metrics on parts.metric_code = metrics.metric_code
    left join {{ ref('int_metrics__people') }} as people
        on parts.metric_code = people.metric_code
        and parts.period_grain = people.period_grain
        and parts.period_start = people.period_start
        and parts.scope_kind = people.scope_kind
        and parts.scope_key = people.scope_key
    left join {{ ref('int_metrics__clustering') }} as clustering on parts.metric_code = clustering.metric_code
),

-- Ten answers of one person say less than those of ten people.
clustered as (
    select
        *,
        least(n_kish, {{ design_effect('n', 'people_count', 'intraclass_correlation', 'repeat_spread') }}) as design_effect
    from parts
),

independent as (
    select *, n_kish / design_effect as n_independent
    from clustered
),

-- SE·√((N-n)/(N-1)) is the same as an n that is (N-1)/(N-n) times as large; a full count leaves no sampling error.
-- More answers than people (several waves in a month) means the headcount is not the population: no correction then.
sized as (
    select
        *,
        n_independent * case
            when population_n is null or n > population_n then 1
            when n = population_n then 1e12
            else (population_n - 1) / (population_n - n)
        end as n_effective,
        sqrt(case
            when population_n is null or n > population_n then 1
            when n = population_n then 0
            else (population_n - n) / (population_n - 1)
        end) as population_correction
    from independent
),

-- Answering leaves fewer people to guess about, but tells no more of the variance of a mean.
freedom as (
    select
        *,
        cast(floor(
            least(greatest(case when estimator in ('mean', 'ratio') then n_independent else n_effective end, 2), 1e9) - 1 + 1e-9
        ) as bigint) as degrees_of_freedom
    from sized
),

shares as (
    select
        freedom.*,
        (mean_of_squares + mean) / 2 as positive_share,
        (mean_of_squares - mean) / 2 as negative_share,
        {{ t_quantile('freedom.degrees_of_freedom', 'quantiles.t_975') }} as t_975
    from freedom
    left join {{ ref('t_quantiles') }} as quantiles on freedom.degrees_of_freedom = quantiles.degrees_of_freedom
),

errors as (
    select
        *,
        case estimator
            when 'proportion' then sqrt(({{ beyond_rounding('mean - mean * mean', 'mean') }}) / n_effective)
            when 'net_share' then sqrt(({{ beyond_rounding('mean_of_squares - mean * mean', 'mean_of_squares') }}) / n_effective)
            when 'mean' then {{ mean_standard_error('mean', 'mean_of_squares', 'n_independent') }} * population_correction
            else {{ ratio_standard_error('n', 'x_sum', 'y_sum', 'x_sq_sum', 'y_sq_sum', 'xy_sum') }} * sqrt(design_effect)
        end as standard_error,
        -- of the adjusted estimate; with no variation in the sample the plain one is 0 and any change would be "certain"
        case estimator
            when 'proportion' then sqrt(
                ((mean * n_effective + 2) / (n_effective + 4)) * (1 - (mean * n_effective + 2) / (n_effective + 4)) / (n_effective + 4)
            )
            when 'net_share' then sqrt(greatest(
                (mean_of_squares * n_effective + 1.5) / (n_effective + 3)
                - (mean * n_effective / (n_effective + 3)) * (mean * n_effective / (n_effective + 3)), 0
            ) / (n_effective + 3))
        end as adjusted_error,
        case estimator
            when 'ratio' then y_sum / nullif(x_sum, 0)
            else mean
        end as estimate,
        case estimator
            when 'ratio' then y_sum / nullif(x_sum, 0)
            else y_sum / n
        end as estimate_unweighted,
        case when unit in ('percent', 'nps_points') then 100 else 1 end as unit_factor
    from shares
),

bounds as (
    select
        *,
        case estimator
            when 'proportion' then {{ wilson_bound('mean', 'n_effective', 'low') }}
            when 'net_share' then {{ net_share_bound('positive_share', 'negative_share', 'n_effective', 'low') }}
            when 'mean' then greatest(
                estimate - t_975 * standard_error, coalesce(scale_minimum, -1e300)
            )
            else estimate - t_975 * standard_error
        end as bound_low,
        case estimator
            when 'proportion' then {{ wilson_bound('mean', 'n_effective', 'high') }}
            when 'net_share' then {{ net_share_bound('positive_share', 'negative_share', 'n_effective', 'high') }}
            when 'mean' then least(
                estimate + t_975 * standard_error, coalesce(scale_maximum, 1e300)
            )
            else estimate + t_975 * standard_error
        end as bound_high
    from errors
)

select
    metric_code,
    period_grain,
    period_start,
    scope_kind,
    scope_key,
    n,
    n_effective,
    population_n,
    estimate * unit_factor as value,
    estimate_unweighted * unit_factor as value_unweighted,
    bound_low * unit_factor as ci_low,
    bound_high * unit_factor as ci_high,
    standard_error * unit_factor as standard_error,
    -- a z-test with it is that of t, and few answers are given no more credit than their interval gives them
    case
        when estimator in ('mean', 'ratio') then standard_error * t_975 / {{ z_975() }}
        when n_effective < {{ assumption('plain_test_from_n') }} then greatest(standard_error, adjusted_error) * t_975 / {{ z_975() }}
        when standard_error = 0 then adjusted_error
        else standard_error
    end * unit_factor as test_error
from bounds
