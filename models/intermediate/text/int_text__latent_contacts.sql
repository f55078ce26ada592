with

said as (
    select distinct contact_id
    from {{ ref('int_text__references') }}
    where contact_id is not null
),

latent as (
    select distinct contact_id
    from {{ ref('int_text__contact_topics') }}
    where is_latent
)

select
    contacts.contact_id,
    contacts.customer_id,
    {%- for scope in scope_kinds() %}
    contacts.{{ scope.column }},
    {%- endfor %}
    latent.contact_id is not null as is_latent,
    contacts.started_on
from said
inner join {{ ref('fct_contacts') }} as contacts on said.contact_id = contacts.contact_id
left join latent on said.contact_id = latent.contact_id
where contacts.issue_code is not null
