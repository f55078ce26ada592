with

contacts as (
    select *, {{ local_date('started_at') }} as started_on
    from {{ ref('stg_crm__contacts') }}
),

-- follow-up can only be seen until the last contact that was delivered
horizon as (
    select max(started_at) as last_contact_at
    from contacts
),

placed as (
    select
        contacts.*,
        employee_teams.team_id,
        employee_teams.department_id,
        customers.segment,
        customers.region,
        coalesce(contacts.product, products.product) as product_as_of,
        follow_ups.next_same_issue_at,
        follow_ups.next_related_at,
        follow_ups.previous_same_issue_at,
        follow_ups.previous_related_at,
        follow_ups.contact_id is not null as is_inbound_on_issue
    from contacts
    left join {{ ref('int_crm__customer_versions') }} as customers
        on contacts.customer_id = customers.customer_id
        and contacts.started_on >= customers.valid_from
        and contacts.started_on < customers.valid_to
    left join {{ ref('int_hr__employee_teams') }} as employee_teams
        on contacts.employee_id = employee_teams.employee_id
        and contacts.started_on >= employee_teams.valid_from
        and contacts.started_on < employee_teams.valid_to
    left join {{ ref('int_crm__product_spells') }} as products
        on contacts.customer_id = products.customer_id
        and contacts.started_on >= products.valid_from
        and contacts.started_on < products.valid_to
    left join {{ ref('int_crm__contact_follow_ups') }} as follow_ups
        on contacts.contact_id = follow_ups.contact_id
)

select
    placed.contact_id,
    placed.customer_id,
    placed.employee_id,
    placed.team_id,
    placed.department_id,
    placed.segment,
    placed.region,
    placed.channel,
    coalesce(placed.direction, 'inbound') as direction,
    placed.journey,
    placed.touchpoint,
    placed.issue_code,
    placed.product_as_of as product,
    placed.waited_seconds,
    placed.handled_seconds,
    placed.transfer_count,
    placed.reopen_count,
    placed.is_resolved_registered,
    placed.is_complaint,
    placed.is_sla_met,
    {%- for days in resolution_windows() %}
    case
        when placed.is_inbound_on_issue and placed.started_at + interval '{{ days }}' day <= horizon.last_contact_at
            then coalesce(placed.next_same_issue_at <= placed.started_at + interval '{{ days }}' day, false)
    end as is_repeated_{{ days }}d,
    case
        when placed.is_inbound_on_issue and placed.started_at + interval '{{ days }}' day <= horizon.last_contact_at
            and not coalesce(placed.previous_same_issue_at >= placed.started_at - interval '{{ days }}' day, false)
            then not coalesce(placed.next_same_issue_at <= placed.started_at + interval '{{ days }}' day, false)
    end as is_resolved_first_{{ days }}d,
    case
        when placed.is_inbound_on_issue and placed.started_at + interval '{{ days }}' day <= horizon.last_contact_at
            and not coalesce(placed.previous_related_at >= placed.started_at - interval '{{ days }}' day, false)
            then not coalesce(placed.next_related_at <= placed.started_at + interval '{{ days }}' day, false)
    end as is_forward_resolved_{{ days }}d,
    {%- endfor %}
    placed.started_on,
    placed.started_at,
    placed.resolved_at
from placed
cross join horizon
