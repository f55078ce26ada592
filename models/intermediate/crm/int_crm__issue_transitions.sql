with

contacts as (
    select
        customer_id,
        issue_code,
        started_at,
        lead(issue_code) over (partition by customer_id order by started_at nulls last, contact_id nulls last) as next_issue_code,
        lead(started_at) over (partition by customer_id order by started_at nulls last, contact_id nulls last) as next_started_at
    from {{ ref('stg_crm__contacts') }}
    -- as in int_crm__contact_follow_ups: what the organisation starts is no sign that its answer fell short
    where customer_id is not null and issue_code is not null and coalesce(direction, 'inbound') = 'inbound'
)

select
    issue_code,
    next_issue_code,
    count(*) as pair_count
from contacts
where next_issue_code <> issue_code
    and cast(next_started_at as date) <= cast(started_at as date) + cast(floor({{ assumption('adjacency_window_days') }}) as integer)
group by issue_code, next_issue_code
