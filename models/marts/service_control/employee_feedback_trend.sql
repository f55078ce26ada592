with

parts as (
    select * from {{ ref('int_feedback__quarters') }}
),

own as (
    select
        employee_id,
        metric_code,
        quarter_start,
        max_by(team_id, n) as team_id,
        sum(n) as n,
        sum(y_sum) as y_sum,
        sum(y_sq_sum) as y_sq_sum
    from parts
    group by employee_id, metric_code, quarter_start
),

-- the same team without the employee; so few that they could be told apart are not compared with
others as (
    select
        own.employee_id,
        own.metric_code,
        own.quarter_start,
        sum(parts.n) as n,
        sum(parts.y_sum) as y_sum,
        sum(parts.y_sq_sum) as y_sq_sum
    from own
    inner join parts
        on own.team_id = parts.team_id
        and own.metric_code = parts.metric_code
        and own.quarter_start = parts.quarter_start
        and own.employee_id <> parts.employee_id
    group by own.employee_id, own.metric_code, own.quarter_start
    having count(distinct parts.employee_id) >= {{ assumption('hidden_below_n') }}
),

sides as (
    select 'own' as side, employee_id, metric_code, quarter_start, n, y_sum / n as mean, y_sq_sum / n as mean_of_squares
    from own
    union all
    select 'others' as side, employee_id, metric_code, quarter_start, n, y_sum / n as mean, y_sq_sum / n as mean_of_squares
    from others
),

shares as (
    select
        sides.*,
        metrics.estimator,
        metrics.scale_minimum,
        metrics.scale_maximum,
        case when metrics.unit in ('percent', 'nps_points') then 100 else 1 end as unit_factor,
        (sides.mean_of_squares + sides.mean) / 2 as positive_share,
        (sides.mean_of_squares - sides.mean) / 2 as negative_share,
        {{ mean_standard_error('sides.mean', 'sides.mean_of_squares', 'sides.n') }}
        * {{ t_quantile('(sides.n - 1)', 'quantiles.t_975') }} as half_width
    from sides
    inner join {{ ref('dim_metrics') }} as metrics on sides.metric_code = metrics.metric_code
    left join {{ ref('t_quantiles') }} as quantiles on sides.n - 1 = quantiles.degrees_of_freedom
),

figures as (
    select
        side,
        employee_id,
        metric_code,
        quarter_start,
        n,
        mean * unit_factor as value,
        {%- for side, sign, clamp in [('low', '-', 'greatest(scale_minimum, '), ('high', '+', 'least(scale_maximum, ')] %}
        unit_factor * case estimator
            when 'proportion' then {{ wilson_bound('mean', 'n', side) }}
            when 'net_share' then {{ net_share_bound('positive_share', 'negative_share', 'n', side) }}
            else {{ clamp }}mean {{ sign }} half_width)
        end as ci_{{ side }}{{ ',' if not loop.last }}
        {%- endfor %}
    from shares
)

select
    own.employee_id,
    own.metric_code,
    own.quarter_start,
    own.team_id,
    cast(own.n as bigint) as n,
    figures.value,
    figures.ci_low as value_ci_low,
    figures.ci_high as value_ci_high,
    cast(compared.n as bigint) as others_n,
    compared.value as others_value,
    compared.ci_low as others_ci_low,
    compared.ci_high as others_ci_high,
    case when own.n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display
from own
inner join figures
    on figures.side = 'own'
    and own.employee_id = figures.employee_id
    and own.metric_code = figures.metric_code
    and own.quarter_start = figures.quarter_start
left join figures as compared
    on compared.side = 'others'
    and own.employee_id = compared.employee_id
    and own.metric_code = compared.metric_code
    and own.quarter_start = compared.quarter_start
