{#-
    All rows that the systems of the var `adapters` deliver for a contract table, in the contract's columns.
    A column that a system does not have is null: its metrics then show "no data" and nothing else breaks.
-#}
{% macro delivered_rows(area, table) %}
    {%- set contract = contract_columns(area, table) -%}
    {%- for system in var('adapters').get(table, ['landing']) %}
    {%- set relation = source('landing', table) if system == 'landing' else ref(system ~ '__' ~ table) -%}
    {%- set present = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}{%- do present.append(column.name | lower) -%}{%- endfor -%}
    {%- endif %}
    {{ 'union all' if not loop.first }}
    select
        {%- for column in contract %}
        {{ column.name if column.name in present else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as {{ column.name }},
        {%- endfor %}
        '{{ system }}' as _system,
        {{ '_file' if '_file' in present else "cast('" ~ relation.identifier ~ "' as " ~ dbt.type_string() ~ ")" }} as _file,
        {{ '_row' if '_row' in present else 'cast(row_number() over (order by ' ~ (contract | map(attribute='name') | join(' nulls last, ') or '1') ~ ' nulls last) as bigint)' }} as _row
    from {{ relation }}
    {%- endfor %}
{% endmacro %}
