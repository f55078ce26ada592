with

months as (
    select
        periods.period_start as month_start,
        least(periods.period_end, bounds.last_day) as closed_on
    from {{ ref('int_calendar__periods') }} as periods
    cross join {{ ref('int_calendar__bounds') }} as bounds
    where periods.period_grain = 'month'
),

-- who was there at any time in the month is not who is there at its end: a team of five that lost one is four
present_at_end as (
    select months.month_start, memberships.employee_id, memberships.team_id, memberships.department_id
    from months
    inner join {{ ref('dim_employees') }} as memberships
        on memberships.hired_on <= months.closed_on
        and coalesce(memberships.left_on, cast('9999-12-31' as date)) > months.closed_on
        and memberships.valid_from <= months.closed_on
        and memberships.valid_to > months.closed_on
),

counted as (
    select month_start, 'department' as scope_kind, department_id as scope_key, count(*) as member_count
    from present_at_end
    where department_id is not null
    group by month_start, department_id
    union all
    select month_start, 'team' as scope_kind, team_id as scope_key, count(*) as member_count
    from present_at_end
    where team_id is not null
    group by month_start, team_id
),

members as (
    select
        population.month_start,
        population.scope_kind,
        population.scope_key,
        coalesce(teams.department_id, 'all') as parent_key,
        least(cast(population.headcount as bigint), coalesce(counted.member_count, 0)) as member_count
    from {{ ref('int_metrics__population') }} as population
    left join counted
        on population.month_start = counted.month_start
        and population.scope_kind = counted.scope_kind
        and population.scope_key = counted.scope_key
    left join {{ ref('dim_teams') }} as teams on population.scope_kind = 'team' and population.scope_key = teams.team_id
    where population.scope_kind <> 'organisation'
),

-- Rows without their group stand for all groups that are too small; where those are too few people the smallest of the
-- others loses its name as well.
ranked as (
    select
        *,
        member_count >= {{ assumption('hidden_below_n') }} as is_large,
        sum(case when member_count < {{ assumption('hidden_below_n') }} then member_count else 0 end) over siblings as pool,
        max(case when member_count < {{ assumption('hidden_below_n') }} then 1 else 0 end) over siblings as has_pool,
        row_number() over (
            partition by month_start, scope_kind, parent_key, member_count >= {{ assumption('hidden_below_n') }}
            order by member_count nulls last, scope_key nulls last
        ) as size_rank
    from members
    window siblings as (partition by month_start, scope_kind, parent_key)
),

named as (
    select
        *,
        is_large and not (size_rank = 1 and has_pool = 1 and pool < {{ assumption('hidden_below_n') }}) as is_named
    from ranked
)

select
    named.month_start,
    named.scope_kind,
    named.scope_key,
    cast(named.member_count as bigint) as member_count,
    named.is_named and coalesce(departments.is_named, true) as is_named
from named
left join named as departments
    on named.scope_kind = 'team'
    and named.month_start = departments.month_start
    and departments.scope_kind = 'department'
    and named.parent_key = departments.scope_key
