{#- What came in against what became of it; the test `assert_every_delivered_row_is_accounted_for` compares them. -#}
with

checked as (
    {%- for area, table in contract_tables() %}
    select
        '{{ area }}' as area,
        '{{ table }}' as contract_table,
        count(*) as row_count_checked,
        count(*) filter (where row_status = 'accepted') as row_count_accepted,
        count(*) filter (where row_status = 'duplicate') as row_count_duplicate,
        count(*) filter (where row_status = 'rejected') as row_count_rejected
    from {{ ref('checked_' ~ area ~ '__' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

delivered as (
    {%- for area, table in contract_tables() %}
    {%- for system in var('adapters').get(table, ['landing']) %}
    select '{{ table }}' as contract_table, count(*) as row_count_delivered
    from {{ source('landing', table) if system == 'landing' else ref(system ~ '__' ~ table) }}
    union all
    {%- endfor %}
    {%- endfor %}
    -- lines that could not even be split into fields never reached a raw table
    select target_table as contract_table, count(*) as row_count_delivered
    from {{ source('landing', 'landing_problems') }}
    where level = 'rejected'
    group by target_table
),

unreadable as (
    select target_table as contract_table, count(*) as row_count_unreadable
    from {{ source('landing', 'landing_problems') }}
    where level = 'rejected'
    group by target_table
)

select
    checked.area,
    checked.contract_table,
    cast(coalesce(sum(delivered.row_count_delivered), 0) as bigint) as row_count_raw,
    cast(checked.row_count_accepted as bigint) as row_count_accepted,
    cast(checked.row_count_duplicate as bigint) as row_count_duplicate,
    cast(checked.row_count_rejected + coalesce(unreadable.row_count_unreadable, 0) as bigint) as row_count_rejected
from checked
left join delivered on checked.contract_table = delivered.contract_table
left join unreadable on checked.contract_table = unreadable.contract_table
group by
    checked.area,
    checked.contract_table,
    checked.row_count_accepted,
    checked.row_count_duplicate,
    checked.row_count_rejected,
    unreadable.row_count_unreadable
