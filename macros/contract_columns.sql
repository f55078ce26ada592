{#-
    The input contract of one table, read from the YAML of its staging model: the only place where it is written.
    Returns [{name, data_type, key, required, not_future, references, accepted, minimum, maximum, default_from}];
    empty while dbt is still parsing.
-#}
{% macro contract_columns(area, table) %}
    {%- set columns = [] -%}
    {%- if execute -%}
        {%- set node = graph.nodes['model.service_control.stg_' ~ area ~ '__' ~ table] -%}
        {%- for name, column in node.columns.items() -%}
            {%- set meta = column.config.meta or column.meta or {} -%}
            {%- if not meta.get('derived') -%}
                {%- do columns.append(dict(meta, name=name, data_type=column.data_type)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{% endmacro %}
