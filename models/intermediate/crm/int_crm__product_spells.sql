with

contracts as (
    select
        contract_id,
        customer_id,
        product,
        coalesce(monthly_fee_eur, 0) as monthly_fee_eur,
        started_on,
        coalesce(ended_on, cast('9999-12-31' as date)) as ended_on
    from {{ ref('stg_crm__contracts') }}
    where product is not null and (ended_on is null or ended_on > started_on)
),

-- the product can change only where a contract begins or ends
turns as (
    select customer_id, started_on as turn_on from contracts
    union
    select customer_id, ended_on as turn_on from contracts
),

stretches as (
    select
        customer_id,
        turn_on as valid_from,
        lead(turn_on) over (partition by customer_id order by turn_on nulls last) as valid_to
    from turns
),

ranked as (
    select
        stretches.customer_id,
        stretches.valid_from,
        stretches.valid_to,
        contracts.product,
        row_number() over (
            partition by stretches.customer_id, stretches.valid_from
            order by contracts.monthly_fee_eur desc nulls last, contracts.started_on asc nulls last, contracts.contract_id asc nulls last
        ) as fee_rank
    from stretches
    inner join contracts
        on stretches.customer_id = contracts.customer_id
        and stretches.valid_from >= contracts.started_on
        and stretches.valid_from < contracts.ended_on
)

select
    customer_id,
    product,
    valid_from,
    valid_to
from ranked
where fee_rank = 1
