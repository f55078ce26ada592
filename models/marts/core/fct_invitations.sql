with

invitations as (
    select
        *,
        {{ local_date('sent_at') }} as sent_on,
        case when respondent_kind = 'customer' then respondent_id end as invited_customer_id,
        response_id is not null as is_completed
    from {{ ref('stg_survey__invitations') }}
    where coalesce(is_delivered, true) and respondent_kind <> 'employee'
),

asked as (
    select
        *,
        case
            when invited_customer_id is not null
                then coalesce(max(case when is_completed then 1 else 0 end) over (
                    partition by invited_customer_id order by sent_at nulls last, invitation_id nulls last
                    rows between unbounded preceding and 1 preceding
                ), 0) = 1
        end as has_answered_before
    from invitations
),

placed as (
    select
        asked.invitation_id,
        asked.survey_code,
        asked.contact_id,
        asked.sent_on,
        asked.is_completed,
        asked.has_answered_before,
        coalesce(contacts.customer_id, asked.invited_customer_id) as customer_id,
        contacts.team_id,
        contacts.department_id,
        contacts.segment as contact_segment,
        contacts.region as contact_region,
        contacts.channel,
        contacts.journey,
        contacts.touchpoint,
        contacts.product as contact_product
    from asked
    left join {{ ref('fct_contacts') }} as contacts on asked.contact_id = contacts.contact_id
)

select
    placed.invitation_id,
    placed.survey_code,
    placed.customer_id,
    placed.contact_id,
    placed.team_id,
    placed.department_id,
    coalesce(placed.contact_segment, customers.segment) as segment,
    coalesce(placed.contact_region, customers.region) as region,
    placed.channel,
    placed.journey,
    placed.touchpoint,
    coalesce(placed.contact_product, products.product) as product,
    placed.is_completed,
    placed.has_answered_before,
    -- an answer may still come; as in metric_values the days count after the day itself
    placed.sent_on + cast(floor({{ assumption('response_follow_up_days') }}) as integer) <= bounds.last_day as is_followed_up,
    placed.sent_on
from placed
cross join {{ ref('int_calendar__bounds') }} as bounds
left join {{ ref('int_crm__customer_versions') }} as customers
    on placed.customer_id = customers.customer_id
    and placed.sent_on >= customers.valid_from
    and placed.sent_on < customers.valid_to
left join {{ ref('int_crm__product_spells') }} as products
    on placed.customer_id = products.customer_id
    and placed.sent_on >= products.valid_from
    and placed.sent_on < products.valid_to
