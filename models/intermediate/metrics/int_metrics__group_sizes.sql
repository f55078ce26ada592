with

-- of a family one metric decides for all
families as (
    select
        {{ family_of_metric() }} as family_code,
        min(metric_code) as metric_code,
        min(finest_grain) as finest_grain
    from {{ ref('dim_metrics') }}
    group by {{ family_of_metric() }}
),

counted_by_period as (
    select metric_code from {{ ref('int_metrics__counted_by_period') }}
),

cells as (
    select
        families.family_code,
        parts.period_grain,
        parts.period_start,
        parts.scope_kind,
        parts.scope_key,
        counted_by_period.metric_code is null as is_additive,
        parts.n,
        coalesce(people.people_count, parts.n) as people
    from families
    inner join {{ ref('int_metrics__period_parts') }} as parts on families.metric_code = parts.metric_code
    left join counted_by_period on families.metric_code = counted_by_period.metric_code
    left join {{ ref('int_metrics__people') }} as people
        on parts.metric_code = people.metric_code
        and parts.period_grain = people.period_grain
        and parts.period_start = people.period_start
        and parts.scope_kind = people.scope_kind
        and parts.scope_key = people.scope_key
),

-- A week that lies in two months falls into two pieces: months minus weeks would show them.
pieces as (
    select
        families.family_code,
        cast(date_trunc('week', parts.observed_on) as date) as week_start,
        cast(date_trunc('month', parts.observed_on) as date) as month_start,
        parts.scope_kind,
        parts.scope_key,
        sum(parts.n) as n
    from families
    inner join {{ ref('int_metrics__daily_parts') }} as parts on families.metric_code = parts.metric_code
    where families.finest_grain = 'day'
    group by
        families.family_code, parts.scope_kind, parts.scope_key,
        cast(date_trunc('week', parts.observed_on) as date), cast(date_trunc('month', parts.observed_on) as date)
),

-- Whoever answered more than once in the week may have done so in this piece: the fewest people there can be.
counted_pieces as (
    select
        pieces.family_code,
        case
            when pieces.week_start >= pieces.month_start and pieces.week_start + 6 < pieces.month_start + interval '1' month
                then 'whole_week'
            else 'edge_of_month'
        end as period_grain,
        greatest(pieces.week_start, pieces.month_start) as period_start,
        pieces.scope_kind,
        pieces.scope_key,
        pieces.month_start,
        pieces.n,
        greatest(pieces.n - (weeks.n - weeks.people), 1) as people
    from pieces
    inner join cells as weeks
        on pieces.family_code = weeks.family_code
        and pieces.week_start = weeks.period_start
        and pieces.scope_kind = weeks.scope_kind
        and pieces.scope_key = weeks.scope_key
        and weeks.period_grain = 'week'
),

-- Both edges of a month together: what the whole weeks leave of it.
edges as (
    select family_code, month_start, scope_kind, scope_key, sum(n) as n, max(people) as largest_people
    from counted_pieces
    where period_grain = 'edge_of_month'
    group by family_code, month_start, scope_kind, scope_key
),

sized as (
    select family_code, period_grain, period_start, scope_kind, scope_key, is_additive, n, people
    from cells
    union all
    select family_code, period_grain, period_start, scope_kind, scope_key, true as is_additive, n, people
    from counted_pieces
    union all
    select
        edges.family_code, 'edges_of_month' as period_grain, edges.month_start as period_start,
        edges.scope_kind, edges.scope_key, true as is_additive, edges.n,
        greatest(edges.largest_people, edges.n - (months.n - months.people)) as people
    from edges
    inner join cells as months
        on edges.family_code = months.family_code
        and edges.month_start = months.period_start
        and edges.scope_kind = months.scope_kind
        and edges.scope_key = months.scope_key
        and months.period_grain = 'month'
),

-- as many members as the group had at its largest in the period
months as (
    select period_grain, period_start, period_end, cast(date_trunc('month', period_start) as date) as first_month
    from {{ ref('int_calendar__periods') }}
    where period_grain in ('month', 'quarter', 'rolling_12_months')
),

members as (
    select months.period_grain, months.period_start, members.scope_kind, members.scope_key, max(members.member_count) as member_count
    from {{ ref('int_metrics__members') }} as members
    inner join months on members.month_start between months.first_month and months.period_end
    group by months.period_grain, months.period_start, members.scope_kind, members.scope_key
),

staffed as (
    select count(*) as row_count
    from {{ ref('int_metrics__members') }}
)

select
    sized.family_code,
    sized.period_grain,
    cast(sized.period_start as date) as period_start,
    cast(date_trunc('month', sized.period_start) as date) as month_start,
    cast(date_trunc('quarter', sized.period_start) as date) as quarter_start,
    sized.scope_kind,
    sized.scope_key,
    -- in which row of siblings it stands, and whose part it is
    case when sized.scope_kind = 'team' and teams.department_id is null then 'department' else sized.scope_kind end as block_kind,
    case
        when sized.scope_kind = 'team' then coalesce(teams.department_id, 'all')
        when sized.scope_kind <> 'organisation' then 'all'
    end as parent_key,
    sized.is_additive,
    cast(sized.n as bigint) as n,
    cast(sized.people as bigint) as people,
    -- without a headcount as many as there are observations, which limits nothing
    cast(case
        when sized.scope_kind in ('team', 'department') and staffed.row_count > 0
            then coalesce(members.member_count, 0)
        else sized.n
    end as bigint) as members
from sized
cross join staffed
left join {{ ref('dim_teams') }} as teams on sized.scope_kind = 'team' and sized.scope_key = teams.team_id
left join members
    on sized.scope_kind = members.scope_kind
    and sized.scope_key = members.scope_key
    and case when sized.period_grain not in ('quarter', 'rolling_12_months') then 'month' else sized.period_grain end = members.period_grain
    and case
        when sized.period_grain not in ('quarter', 'rolling_12_months') then cast(date_trunc('month', sized.period_start) as date)
        else sized.period_start
    end = members.period_start
