with

item_metrics as (
    select * from {{ ref('int_survey__metric_items') }}
),

-- The answers were summed once per item; a metric takes the sums of its estimator: the answers themselves, or 1 and -1
-- for the boxes, which are their own squares. A share that had better be low counts the unfavourable answers.
of_estimators as (
    select
        item_metrics.metric_code,
        item_metrics.is_index,
        sums.observed_on,
        sums.scope_kind,
        sums.scope_key,
        sums.n,
        sums.w_sum,
        sums.w_sq_sum,
        {%- for y, top, bottom in [('y', 'top_box_count', 'bottom_box_count'), ('wy', 'top_w_sum', 'bottom_w_sum')] %}
        case
            when item_metrics.estimator = 'net_share' then sums.{{ top }} - sums.{{ bottom }}
            when item_metrics.estimator = 'proportion' and item_metrics.is_higher_better then sums.{{ top }}
            when item_metrics.estimator = 'proportion' then sums.{{ bottom }}
            else sums.{{ y }}_sum
        end as {{ y }}_sum,
        case
            when item_metrics.estimator = 'net_share' then sums.{{ top }} + sums.{{ bottom }}
            when item_metrics.estimator = 'proportion' and item_metrics.is_higher_better then sums.{{ top }}
            when item_metrics.estimator = 'proportion' then sums.{{ bottom }}
            else sums.{{ y }}_sq_sum
        end as {{ y }}_sq_sum,
        {%- endfor %}
        sums.scale_minimum,
        sums.scale_maximum,
        sums.scale_maximum - sums.scale_minimum as scale_width
    from {{ ref('int_survey__item_sums') }} as sums
    inner join item_metrics on sums.survey_code = item_metrics.survey_code and sums.item_code = item_metrics.item_code
),

-- an index is 100·(y - minimum)/width of every answer, which the sums follow
of_items as (
    select
        metric_code,
        observed_on,
        scope_kind,
        scope_key,
        n,
        {%- for y, n in [('y', 'n'), ('wy', 'w_sum')] %}
        case when is_index then 100 * ({{ y }}_sum - {{ n }} * scale_minimum) / nullif(scale_width, 0) else {{ y }}_sum end as {{ y }}_sum,
        case
            when is_index
                then 10000 * ({{ y }}_sq_sum - 2 * scale_minimum * {{ y }}_sum + {{ n }} * scale_minimum * scale_minimum) / nullif(scale_width * scale_width, 0)
            else {{ y }}_sq_sum
        end as {{ y }}_sq_sum,
        {%- endfor %}
        w_sum,
        w_sq_sum,
        case when is_index then 0 else scale_minimum end as scale_minimum,
        case when is_index then 100 else scale_maximum end as scale_maximum
    from of_estimators
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
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, w_sum, w_sq_sum, wy_sum, wy_sq_sum,
        scale_minimum, scale_maximum
    from of_items
    union all
    select
        metric_code, observed_on, scope_kind, scope_key, n, y_sum, y_sq_sum, w_sum, w_sq_sum, wy_sum, wy_sq_sum,
        scale_minimum, scale_maximum
    from of_engagement
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
