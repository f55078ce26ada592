with

members as (
    select
        levels.level_number,
        levels.experience_level,
        levels.level_name_en,
        levels.level_name_nl,
        metrics.metric_code,
        metrics.metric_name_en,
        metrics.metric_name_nl,
        metrics.scale_minimum,
        metrics.scale_maximum,
        metrics.is_higher_better
    from {{ ref('pyramid_members') }} as pyramid_members
    inner join {{ ref('dim_metrics') }} as metrics on pyramid_members.metric_code = metrics.metric_code
    inner join {{ ref('experience_levels') }} as levels on metrics.experience_level = levels.experience_level
),

figures as (
    select metric_values.*
    from {{ ref('metric_values') }} as metric_values
    inner join members on metric_values.metric_code = members.metric_code
    -- some members belong to months
    where metric_values.period_grain in ('month', 'quarter', 'rolling_12_months')
),

cells as (
    select distinct
        period_grain, period_start, period_end, scope_kind, scope_key, scope_name_en, scope_name_nl, is_complete_period
    from figures
    where value is not null
),

-- Every member has a place in every cell, so that one without a figure is seen to be missing.
scored as (
    select
        cells.*,
        members.* exclude (scale_minimum, scale_maximum, is_higher_better),
        figures.n,
        figures.value,
        100 * case
            when members.is_higher_better then figures.value - members.scale_minimum
            else members.scale_maximum - figures.value
        end / (members.scale_maximum - members.scale_minimum) as score,
        100 * figures.standard_error / (members.scale_maximum - members.scale_minimum) as standard_error
    from cells
    cross join members
    left join figures
        on members.metric_code = figures.metric_code
        and cells.period_grain = figures.period_grain
        and cells.period_start = figures.period_start
        and cells.scope_kind = figures.scope_kind
        and cells.scope_key = figures.scope_key
),

-- The same customers answer several members. How much these move together is not in the figures, so the error of a level
-- is that of members that move as one: the largest possible.
levels as (
    select
        period_grain,
        period_start,
        scope_kind,
        scope_key,
        level_number,
        count(*) as member_count,
        count(score) as measured_member_count,
        avg(score) as level_score,
        avg(standard_error) filter (where score is not null) as level_error
    from scored
    group by period_grain, period_start, scope_kind, scope_key, level_number
),

ranked as (
    select
        *,
        case
            when level_score is not null then row_number() over (
                -- of two that are equally weak the lower one carries the other
                partition by period_grain, period_start, scope_kind, scope_key
                order by level_score asc nulls last, level_number asc
            )
        end as weakness_rank
    from levels
)

select
    scored.level_number,
    scored.metric_code,
    scored.period_grain,
    scored.period_start,
    scored.period_end,
    scored.scope_kind,
    scored.scope_key,
    scored.scope_name_en,
    scored.scope_name_nl,
    scored.experience_level,
    scored.level_name_en,
    scored.level_name_nl,
    ranked.level_score,
    case when ranked.level_score is not null then greatest(0, ranked.level_score - {{ z_975() }} * ranked.level_error) end as level_ci_low,
    case when ranked.level_score is not null then least(100, ranked.level_score + {{ z_975() }} * ranked.level_error) end as level_ci_high,
    cast(ranked.weakness_rank as integer) as weakness_rank,
    coalesce(ranked.weakness_rank = 1, false) as is_weakest_level,
    cast(ranked.member_count as integer) as member_count,
    cast(ranked.measured_member_count as integer) as measured_member_count,
    scored.metric_name_en,
    scored.metric_name_nl,
    scored.n,
    scored.value,
    scored.score,
    scored.is_complete_period
from scored
inner join ranked
    on scored.period_grain = ranked.period_grain
    and scored.period_start = ranked.period_start
    and scored.scope_kind = ranked.scope_kind
    and scored.scope_key = ranked.scope_key
    and scored.level_number = ranked.level_number
