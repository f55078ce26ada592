{#-
    Lost in the period among those present at its start. Unlike the other parts these do not add up over days (whoever
    joins and leaves within a quarter is in no quarter's count), so each grain is counted by itself: presence at any
    day is the running total of arrivals and departures per scope, which costs one row per change, not per day.
-#}
{%- set far = "cast('9999-12-31' as date)" -%}

with

customer_scopes as (
    select customer_id, 'organisation' as scope_kind, 'all' as scope_key, cast('1900-01-01' as date) as valid_from, {{ far }} as valid_to
    from {{ ref('int_crm__customer_versions') }}
    where version_number = 1
    union all
    select customer_id, 'segment' as scope_kind, segment as scope_key, valid_from, valid_to
    from {{ ref('int_crm__customer_versions') }}
    union all
    select customer_id, 'region' as scope_kind, region as scope_key, valid_from, valid_to
    from {{ ref('int_crm__customer_versions') }}
    union all
    select customer_id, 'product' as scope_kind, product as scope_key, valid_from, valid_to
    from {{ ref('int_crm__product_spells') }}
),

presence as (
    select
        'churn' as metric_code,
        spells.started_on,
        spells.last_day,
        scopes.scope_kind,
        scopes.scope_key,
        scopes.valid_from,
        scopes.valid_to
    from {{ ref('int_crm__active_spells') }} as spells
    inner join customer_scopes as scopes on spells.customer_id = scopes.customer_id
    where scopes.scope_key is not null
    union all
    select
        'employee_attrition' as metric_code,
        hired_on as started_on,
        left_on - 1 as last_day,
        'organisation' as scope_kind,
        'all' as scope_key,
        cast('1900-01-01' as date) as valid_from,
        {{ far }} as valid_to
    from {{ ref('stg_hr__employees') }}
    {%- for scope_kind, column in [('department', 'department_id'), ('team', 'team_id')] %}
    union all
    select
        'employee_attrition' as metric_code,
        hired_on as started_on,
        left_on - 1 as last_day,
        '{{ scope_kind }}' as scope_kind,
        {{ column }} as scope_key,
        valid_from,
        valid_to
    from {{ ref('dim_employees') }}
    where {{ column }} is not null
    {%- endfor %}
),

-- Present at the start of day d: began before d, last day not before d, and in this scope on d.
bounded as (
    select
        *,
        greatest(started_on + 1, valid_from) as present_from,
        least(coalesce(last_day + 1, {{ far }}), valid_to) as present_until
    from presence
),

changes as (
    select metric_code, scope_kind, scope_key, present_from as changed_on, 1 as delta
    from bounded
    where present_from < present_until
    union all
    select metric_code, scope_kind, scope_key, present_until as changed_on, -1 as delta
    from bounded
    where present_from < present_until
),

periods as (
    select period_grain, period_start, period_end
    from {{ ref('int_calendar__periods') }}
),

scopes as (
    select distinct metric_code, scope_kind, scope_key
    from bounded
),

marked as (
    select metric_code, scope_kind, scope_key, changed_on, sum(delta) as delta
    from changes
    group by metric_code, scope_kind, scope_key, changed_on
    union all
    select distinct scopes.metric_code, scopes.scope_kind, scopes.scope_key, periods.period_start as changed_on, 0 as delta
    from scopes
    inner join periods on periods.period_grain <> 'day' or scopes.scope_kind = 'organisation'
),

running as (
    select
        metric_code,
        scope_kind,
        scope_key,
        changed_on,
        sum(sum(delta)) over (
            partition by metric_code, scope_kind, scope_key order by changed_on nulls last
            rows between unbounded preceding and current row
        ) as present_count
    from marked
    group by metric_code, scope_kind, scope_key, changed_on
),

-- The days first, so that losses meet their periods by equality: as a join on two ranges it was two thirds of the time.
last_days as (
    select distinct last_day
    from bounded
),

period_days as (
    select periods.period_grain, periods.period_start, last_days.last_day
    from periods
    inner join last_days on last_days.last_day between periods.period_start and periods.period_end
),

losses as (
    select
        bounded.metric_code,
        bounded.scope_kind,
        bounded.scope_key,
        period_days.period_grain,
        period_days.period_start,
        count(*) as lost_count
    from bounded
    inner join period_days
        on bounded.last_day = period_days.last_day
        and bounded.started_on < period_days.period_start
        and period_days.period_start >= bounded.valid_from
        and period_days.period_start < bounded.valid_to
    group by bounded.metric_code, bounded.scope_kind, bounded.scope_key, period_days.period_grain, period_days.period_start
)

select
    running.metric_code,
    periods.period_grain,
    periods.period_start,
    running.scope_kind,
    running.scope_key,
    cast(running.present_count as bigint) as n,
    coalesce(losses.lost_count, 0) as lost_count
from running
-- only the organisation has days, as in int_metrics__period_parts
inner join periods
    on running.changed_on = periods.period_start
    and (periods.period_grain <> 'day' or running.scope_kind = 'organisation')
left join losses
    on running.metric_code = losses.metric_code
    and running.scope_kind = losses.scope_kind
    and running.scope_key = losses.scope_key
    and periods.period_grain = losses.period_grain
    and periods.period_start = losses.period_start
where running.present_count > 0
