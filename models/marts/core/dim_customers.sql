with

spells as (
    select
        customer_id,
        min(started_on) as first_contract_on,
        case when count(*) = count(last_day) then max(last_day) end as last_day
    from {{ ref('int_crm__active_spells') }}
    group by customer_id
)

select
    versions.customer_id,
    versions.version_number,
    versions.segment,
    versions.region,
    versions.language,
    versions.acquisition_kind,
    versions.referred_by_customer_id,
    versions.valid_to = cast('9999-12-31' as date) as is_current,
    spells.customer_id is not null and spells.last_day is null as is_active,
    versions.acquired_on,
    spells.first_contract_on,
    spells.last_day as lost_on,
    versions.valid_from,
    versions.valid_to
from {{ ref('int_crm__customer_versions') }} as versions
left join spells on versions.customer_id = spells.customer_id
