with

responses as (
    select *, {{ local_date('submitted_at') }} as submitted_on
    from {{ ref('stg_survey__responses') }}
),

contacts as (
    select * from {{ ref('fct_contacts') }}
),

-- Who is asked about the organisation soon after a contact tells of the contact.
quarantined as (
    select distinct responses.response_id
    from responses
    inner join contacts on responses.respondent_id = contacts.customer_id
    where responses.respondent_kind = 'customer'
        and responses.contact_id is null
        and {{ dbt.datediff('contacts.started_on', 'responses.submitted_on', 'day') }} between 0 and {{ assumption('quarantine_days') }}
),

-- What the response itself says comes first, then its contact, then the record of who answered.
placed as (
    select
        responses.response_id,
        responses.survey_code,
        responses.respondent_kind,
        responses.respondent_id,
        responses.contact_id,
        responses.submitted_at,
        responses.submitted_on,
        responses.language,
        responses.mode,
        coalesce(responses.weight, 1) as weight,
        responses.touchpoint as own_touchpoint,
        responses.product as own_product,
        coalesce(contacts.customer_id, case when responses.respondent_kind = 'customer' then responses.respondent_id end) as customer_id,
        coalesce(case when responses.respondent_kind = 'employee' then responses.respondent_id end, contacts.employee_id) as employee_id,
        responses.segment as own_segment,
        responses.region as own_region,
        responses.journey as own_journey,
        responses.channel as own_channel,
        responses.team_id as own_team_id,
        contacts.segment as contact_segment,
        contacts.region as contact_region,
        contacts.product as contact_product,
        contacts.team_id as contact_team_id,
        contacts.journey as contact_journey,
        contacts.channel as contact_channel,
        contacts.touchpoint as contact_touchpoint
    from responses
    left join contacts on responses.contact_id = contacts.contact_id
)

select
    placed.response_id,
    placed.survey_code,
    placed.respondent_kind,
    placed.respondent_id,
    -- groups and samples of whole people are made of its digits, the same on every engine
    left(md5(coalesce(placed.respondent_id, placed.response_id)), 5) as respondent_hash,
    placed.customer_id,
    placed.employee_id,
    placed.contact_id,
    coalesce(placed.own_team_id, placed.contact_team_id, employee_teams.team_id) as team_id,
    team_tree.department_id,
    coalesce(placed.own_segment, placed.contact_segment, customers.segment) as segment,
    coalesce(placed.own_region, placed.contact_region, customers.region) as region,
    coalesce(placed.own_channel, placed.contact_channel) as channel,
    coalesce(placed.own_journey, placed.contact_journey) as journey,
    coalesce(placed.own_touchpoint, placed.contact_touchpoint) as touchpoint,
    coalesce(placed.own_product, placed.contact_product, products.product) as product,
    placed.language,
    placed.mode,
    placed.weight,
    placed.respondent_kind = 'employee' and placed.contact_id is null as is_about_self,
    quarantined.response_id is not null as is_in_quarantine,
    placed.submitted_on,
    placed.submitted_at
from placed
left join quarantined on placed.response_id = quarantined.response_id
left join {{ ref('int_crm__customer_versions') }} as customers
    on placed.customer_id = customers.customer_id
    and placed.submitted_on >= customers.valid_from
    and placed.submitted_on < customers.valid_to
left join {{ ref('int_crm__product_spells') }} as products
    on placed.customer_id = products.customer_id
    and placed.submitted_on >= products.valid_from
    and placed.submitted_on < products.valid_to
left join {{ ref('int_hr__employee_teams') }} as employee_teams
    on placed.employee_id = employee_teams.employee_id
    and placed.submitted_on >= employee_teams.valid_from
    and placed.submitted_on < employee_teams.valid_to
left join {{ ref('int_hr__team_tree') }} as team_tree
    on coalesce(placed.own_team_id, placed.contact_team_id, employee_teams.team_id) = team_tree.team_id
