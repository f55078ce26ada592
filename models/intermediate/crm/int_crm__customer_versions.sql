with

versions as (
    select
        customer_id,
        segment,
        region,
        language,
        acquired_on,
        acquisition_kind,
        referred_by_customer_id,
        valid_from as delivered_from,
        cast(row_number() over (partition by customer_id order by valid_from nulls last) as bigint) as version_number,
        lead(valid_from) over (partition by customer_id order by valid_from nulls last) as valid_to
    from {{ ref('stg_crm__customers') }}
)

select
    customer_id,
    version_number,
    segment,
    region,
    language,
    acquired_on,
    acquisition_kind,
    referred_by_customer_id,
    -- the first version also covers what happened before the customer joined, such as a first question
    case when version_number = 1 then cast('1900-01-01' as date) else delivered_from end as valid_from,
    coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
from versions
