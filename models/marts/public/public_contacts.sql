-- What a client can group is what a client can isolate: no key of the employee, no name of a group of a few.
select
    facts.contact_id,
    facts.customer_id,
    case when coalesce(teams.is_named, staffed.row_count = 0) then facts.team_id end as team_id,
    case when coalesce(departments.is_named, staffed.row_count = 0) then facts.department_id end as department_id,
    facts.segment,
    facts.region,
    facts.channel,
    facts.direction,
    facts.journey,
    facts.touchpoint,
    facts.issue_code,
    facts.product,
    facts.waited_seconds,
    facts.handled_seconds,
    facts.transfer_count,
    facts.reopen_count,
    facts.is_resolved_registered,
    facts.is_complaint,
    facts.is_sla_met,
    facts.is_repeated_7d,
    facts.is_resolved_first_7d,
    facts.is_forward_resolved_7d,
    facts.is_repeated_14d,
    facts.is_resolved_first_14d,
    facts.is_forward_resolved_14d,
    facts.is_repeated_30d,
    facts.is_resolved_first_30d,
    facts.is_forward_resolved_30d,
    facts.started_on,
    facts.started_at,
    facts.resolved_at
from {{ ref('fct_contacts') }} as facts
left join {{ ref('int_metrics__members') }} as teams
    on teams.scope_kind = 'team'
    and facts.team_id = teams.scope_key
    and cast(date_trunc('month', facts.started_on) as date) = teams.month_start
left join {{ ref('int_metrics__members') }} as departments
    on departments.scope_kind = 'department'
    and facts.department_id = departments.scope_key
    and cast(date_trunc('month', facts.started_on) as date) = departments.month_start
cross join (select count(*) as row_count from {{ ref('int_metrics__members') }}) as staffed
