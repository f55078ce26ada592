with

scopes as (
    select distinct scope_kind, scope_key
    from {{ ref('int_metrics__daily_parts') }}
)

select
    scope_kind,
    scope_key,
    cast(row_number() over (order by scope_kind nulls last, scope_key nulls last) as integer) as scope_number
from scopes
