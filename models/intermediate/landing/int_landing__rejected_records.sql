{%- for area, table in contract_tables() %}
select
    '{{ table }}' as contract_table,
    _file as source_file,
    _row as row_number,
    row_key,
    row_status as status,
    reason_column as column_name,
    reason_code,
    reason,
    raw_record
from {{ ref('checked_' ~ area ~ '__' ~ table) }}
where row_status <> 'accepted'
union all
{%- endfor %}
select
    target_table as contract_table,
    file as source_file,
    row_number,
    cast(null as {{ dbt.type_string() }}) as row_key,
    level as status,
    column_name,
    reason_code,
    reason,
    raw_record
from {{ source('landing', 'landing_problems') }}
