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
)

select
    population.month_start,
    population.scope_kind,
    population.scope_key,
    least(cast(population.headcount as bigint), coalesce(counted.member_count, 0)) as member_count
from {{ ref('int_metrics__population') }} as population
left join counted
    on population.month_start = counted.month_start
    and population.scope_kind = counted.scope_kind
    and population.scope_key = counted.scope_key
where population.scope_kind <> 'organisation'
