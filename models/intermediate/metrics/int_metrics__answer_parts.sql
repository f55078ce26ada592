with

item_metrics as (
    select * from {{ ref('int_survey__metric_items') }}
),

-- The answers were summed once per item; a metric takes the sums of its estimator: the answers themselves, or 1 and -1
-- for the boxes, which are their own squares.
of_items as (
    select
        item_metrics.metric_code,
        sums.observed_on,
        sums.scope_kind,
        sums.scope_key,
        sums.n,
        case item_metrics.estimator
            when 'net_share' then sums.top_box_count - sums.bottom_box_count
            when 'proportion' then sums.top_box_count
            else sums.y_sum
        end as y_sum,
        case item_metrics.estimator
            when 'net_share' then sums.top_box_count + sums.bottom_box_count
            when 'proportion' then sums.top_box_count
            else sums.y_sq_sum
        end as y_sq_sum,
        sums.w_sum,
        sums.w_sq_sum,
        case item_metrics.estimator
            when 'net_share' then sums.top_w_sum - sums.bottom_w_sum
            when 'proportion' then sums.top_w_sum
            else sums.wy_sum
        end as wy_sum,
        case item_metrics.estimator
            when 'net_share' then sums.top_w_sum + sums.bottom_w_sum
            when 'proportion' then sums.top_w_sum
            else sums.wy_sq_sum
        end as wy_sq_sum,
        sums.scale_minimum,
        sums.scale_maximum
    from {{ ref('int_survey__item_sums') }} as sums
    inner join item_metrics on sums.survey_code = item_metrics.survey_code and sums.item_code = item_metrics.item_code
),

engagement as (
    select
        *,
        cast(date_trunc('month', submitted_on) as date) as observed_on,
        scale_maximum - scale_minimum as scale_width
    from {{ ref('employee_engagement') }}
),

engagement_scores as (
    {%- for metric_code, score, minimum, maximum in [
        ('engagement_score', 'engagement_score', 'scale_minimum', 'scale_maximum'),
        ('engagement_index', '100 * (engagement_score - scale_minimum) / nullif(scale_width, 0)', '0', '100'),
        ('engagement_vigour', 'vigour_score', 'scale_minimum', 'scale_maximum'),
        ('engagement_dedication', 'dedication_score', 'scale_minimum', 'scale_maximum'),
    ] %}
    select
        '{{ metric_code }}' as metric_code,
        observed_on,
        department_id,
        team_id,
        weight,
        {{ score }} as y,
        {{ minimum }} as scale_minimum,
        {{ maximum }} as scale_maximum
    from engagement
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

of_engagement as (
    select
        metric_code,
        observed_on,
        {{ scope_of_grouping(['department_id', 'team_id']) }},
        count(*) as n,
        sum(y) as y_sum,
        sum(y * y) as y_sq_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * y) as wy_sum,
        sum(weight * y * y) as wy_sq_sum,
        min(scale_minimum) as scale_minimum,
        max(scale_maximum) as scale_maximum
    from engagement_scores
    where y is not null
    group by {{ grouping_by_scope(['metric_code', 'observed_on'], ['department_id', 'team_id']) }}
),

parts as (
    select * from of_items
    union all
    select * from of_engagement
    where scope_key is not null
)

-- several items may feed one metric
select
    metric_code,
    observed_on,
    scope_kind,
    scope_key,
    cast(sum(n) as bigint) as n,
    {%- for sum in ['y_sum', 'y_sq_sum', 'w_sum', 'w_sq_sum', 'wy_sum', 'wy_sq_sum'] %}
    sum({{ sum }}) as {{ sum }},
    {%- endfor %}
    min(scale_minimum) as scale_minimum,
    max(scale_maximum) as scale_maximum
from parts
group by metric_code, observed_on, scope_kind, scope_key
