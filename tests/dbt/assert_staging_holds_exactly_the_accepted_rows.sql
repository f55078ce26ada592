-- A staging model that filters or repeats rows of its own would pass the reconciliation of its checked table.
{%- for area, table in contract_tables() %}
select '{{ table }}' as contract_table
from {{ ref('int_landing__row_counts') }}
where contract_table = '{{ table }}'
    and row_count_accepted is distinct from (select count(*) from {{ ref('stg_' ~ area ~ '__' ~ table) }})
{{ 'union all' if not loop.last }}
{%- endfor %}
