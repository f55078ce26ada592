{#-
    Days, which only the organisation has. The parts of the organisation are known by the week at best, so the same holds
    as in `suppressed_cut` with days as columns and no part open: in every kind of part, those that have somebody on each
    day must together hold enough people on each day. Of them there are at least as many as on the whole day less all
    observations of the others.
-#}

with

families as (
    select {{ family_of_metric() }} as family_code, min(metric_code) as metric_code
    from {{ ref('dim_metrics') }}
    where finest_grain = 'day'
    group by {{ family_of_metric() }}
),

-- the pieces of weeks that are shown of the organisation
pieces as (
    select sizes.family_code, sizes.period_start as piece_start
    from {{ ref('int_metrics__group_sizes') }} as sizes
    inner join {{ ref('int_metrics__shown_weeks') }} as weeks
        on sizes.family_code = weeks.family_code
        and sizes.month_start = weeks.month_start
        and sizes.scope_kind = weeks.scope_kind
    left join {{ ref('int_metrics__shown_edges') }} as edges
        on sizes.family_code = edges.family_code
        and sizes.month_start = edges.month_start
        and sizes.scope_kind = edges.scope_kind
    where sizes.scope_kind = 'organisation'
        and (sizes.period_grain = 'whole_week' or (sizes.period_grain = 'edge_of_month' and edges.family_code is not null))
),

daily as (
    select
        families.family_code,
        parts.observed_on,
        pieces.piece_start,
        parts.scope_kind,
        parts.scope_key,
        parts.n
    from families
    inner join {{ ref('int_metrics__daily_parts') }} as parts on families.metric_code = parts.metric_code
    inner join pieces
        on families.family_code = pieces.family_code
        and greatest(cast(date_trunc('week', parts.observed_on) as date), cast(date_trunc('month', parts.observed_on) as date)) = pieces.piece_start
    -- teams say all that departments say
    where parts.scope_kind <> 'department'
),

days as (
    select
        daily.family_code,
        daily.observed_on,
        daily.piece_start,
        daily.n,
        sizes.people,
        min(sizes.people) over (partition by daily.family_code, daily.piece_start) as fewest_people,
        count(*) over (partition by daily.family_code, daily.piece_start) as day_count
    from daily
    inner join {{ ref('int_metrics__group_sizes') }} as sizes
        on daily.family_code = sizes.family_code
        and sizes.period_grain = 'day'
        and daily.observed_on = sizes.period_start
        and sizes.scope_kind = 'organisation'
    where daily.scope_kind = 'organisation'
),

parts as (
    select
        family_code, observed_on, piece_start, scope_kind, n,
        count(*) over (partition by family_code, piece_start, scope_kind, scope_key) as day_count
    from daily
    where scope_kind <> 'organisation'
),

kinds as (
    select distinct family_code, scope_kind
    from parts
),

by_kind as (
    select
        days.family_code,
        days.piece_start,
        kinds.scope_kind,
        days.observed_on,
        days.n,
        days.people,
        coalesce(sum(parts.n), 0) as part_n,
        coalesce(sum(case when parts.day_count = days.day_count then parts.n end), 0) as complete_n
    from days
    inner join kinds on days.family_code = kinds.family_code
    left join parts
        on days.family_code = parts.family_code
        and days.observed_on = parts.observed_on
        and kinds.scope_kind = parts.scope_kind
    group by days.family_code, days.piece_start, kinds.scope_kind, days.observed_on, days.n, days.people
),

-- what belongs to no part is a part too
rests as (
    select *, min(n - part_n) over (partition by family_code, piece_start, scope_kind) > 0 as is_rest_complete
    from by_kind
),

untied as (
    select distinct family_code, piece_start
    from rests
    where people - n + complete_n + case when is_rest_complete then n - part_n else 0 end < {{ assumption('hidden_below_n') }}
)

select
    days.family_code,
    days.observed_on
from days
left join untied
    on days.family_code = untied.family_code
    and days.piece_start = untied.piece_start
where days.fewest_people >= {{ assumption('hidden_below_n') }} and untied.family_code is null
