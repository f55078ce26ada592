with

contacts as (
    select contact_id, customer_id, issue_code, started_at
    from {{ ref('stg_crm__contacts') }}
    -- a call back by the organisation is no sign that its answer fell short
    where customer_id is not null and issue_code is not null and coalesce(direction, 'inbound') = 'inbound'
),

-- an issue is always adjacent to itself, whatever the seed says
adjacency as (
    select issue_code, next_issue_code from {{ ref('issue_adjacency') }}
    union
    select distinct issue_code, issue_code as next_issue_code from contacts
),

-- Two passes over the same pairs (to the next and to the previous contact) would cost the join twice.
pairs as (
    select
        earlier.contact_id,
        later.contact_id as next_contact_id,
        earlier.started_at,
        later.started_at as next_started_at,
        earlier.issue_code = later.issue_code as is_same_issue
    from contacts as earlier
    inner join adjacency on earlier.issue_code = adjacency.issue_code
    inner join contacts as later
        on earlier.customer_id = later.customer_id
        and adjacency.next_issue_code = later.issue_code
        and earlier.contact_id <> later.contact_id
        and (later.started_at > earlier.started_at
            or (later.started_at = earlier.started_at and later.contact_id > earlier.contact_id))
        and later.started_at <= earlier.started_at + interval '{{ resolution_windows() | max }}' day
),

following as (
    select
        contact_id,
        min(next_started_at) as next_related_at,
        min(next_started_at) filter (where is_same_issue) as next_same_issue_at
    from pairs
    group by contact_id
),

preceding as (
    select
        next_contact_id as contact_id,
        max(started_at) as previous_related_at,
        max(started_at) filter (where is_same_issue) as previous_same_issue_at
    from pairs
    group by next_contact_id
)

select
    contacts.contact_id,
    following.next_same_issue_at,
    following.next_related_at,
    preceding.previous_same_issue_at,
    preceding.previous_related_at
from contacts
left join following on contacts.contact_id = following.contact_id
left join preceding on contacts.contact_id = preceding.contact_id
