with

-- the sums that metrics are made of, not the answers once more
of_units as (
    select
        items.metric_code,
        cast(date_trunc('quarter', sums.observed_on) as date) as quarter_start,
        case sums.scope_kind when 'organisation' then 'all' else sums.scope_key end as unit_key,
        sum(sums.n) as answer_count,
        sum(
            case items.estimator
                when 'mean' then sums.y_sum
                when 'net_share' then 100 * (sums.top_box_count - sums.bottom_box_count)
                else 100 * sums.top_box_count
            end
        ) as score_sum
    from {{ ref('int_survey__item_sums') }} as sums
    inner join {{ ref('int_survey__metric_items') }} as items
        on sums.survey_code = items.survey_code
        and sums.item_code = items.item_code
    where sums.scope_kind in ('organisation', 'team') and items.is_higher_better and not items.is_index
        -- what customers said
        and items.metric_code in (select cells.metric_code from {{ ref('int_value__score_cells') }} as cells)
    group by
        items.metric_code, cast(date_trunc('quarter', sums.observed_on) as date),
        case sums.scope_kind when 'organisation' then 'all' else sums.scope_key end
),

-- who belongs to no team
left_over as (
    select
        metric_code,
        quarter_start,
        'unknown' as unit_key,
        sum(case unit_key when 'all' then answer_count else -answer_count end) as answer_count,
        sum(case unit_key when 'all' then score_sum else -score_sum end) as score_sum
    from of_units
    group by metric_code, quarter_start
)

select
    metric_code,
    quarter_start,
    unit_key,
    cast(answer_count as bigint) as answer_count,
    cast(score_sum as {{ type_double() }}) as score_sum
from (
    select * from of_units
    union all
    select * from left_over
) as units
where answer_count > 0
