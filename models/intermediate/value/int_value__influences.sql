with

events as (
    select
        events.customer_id,
        events.influenced_customer_id,
        sum(events.influence_share) as share
    from {{ ref('stg_crm__advocacy_events') }} as events
    inner join {{ ref('int_value__months') }} as months
        on cast(date_trunc('month', {{ local_date('events.occurred_at') }}) as date) = months.month_start
    where months.months_ago < {{ assumption('value_window_months') }}
        and events.customer_id <> events.influenced_customer_id
        and events.influence_share is not null
    group by events.customer_id, events.influenced_customer_id
)

-- several may have influenced a customer: together never more than all of the decision
select
    customer_id,
    influenced_customer_id,
    cast(share / nullif(greatest(1, sum(share) over (partition by influenced_customer_id)), 0) as {{ type_double() }}) as share
from events
