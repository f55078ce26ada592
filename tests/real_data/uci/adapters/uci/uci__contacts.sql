with

events as (
    select
        *,
        row_number() over (partition by number order by cast(sys_mod_count as integer) desc, _row desc) as recency
    from {{ source('uci', 'incident_event_log') }}
),

incidents as (
    select
        number,
        max(nullif(resolved_at, '?')) as resolved_at,
        max(cast(reopen_count as integer)) as reopen_count,
        max(cast(reassignment_count as integer)) as reassignment_count
    from events
    group by number
)

-- the log twice: by category and, beside it, by subcategory, kept apart by their journey
{%- for level, column in [('category', 'category'), ('subcategory', 'category_1')] %}
select
    '{{ level }}:' || incidents.number as contact_id,
    '{{ level }}:' || nullif(events.caller_id, '?') as customer_id,
    '{{ level }}' as journey,
    lower(events.contact_type) as channel,
    events.{{ column }} as issue_code,
    cast(strptime(events.opened_at, '%d/%m/%Y %H:%M') as {{ dbt.type_string() }}) as started_at,
    cast(strptime(incidents.resolved_at, '%d/%m/%Y %H:%M') as {{ dbt.type_string() }}) as resolved_at,
    cast(incidents.reassignment_count as {{ dbt.type_string() }}) as transfer_count,
    cast(incidents.reopen_count as {{ dbt.type_string() }}) as reopen_count,
    events.made_sla as is_sla_met,
    events._file,
    events._row
from incidents
inner join events on incidents.number = events.number and events.recency = 1
{{ 'union all' if not loop.last }}
{%- endfor %}
