{#-
    A row as JSON text, so that a rejected record can be read back as it was delivered.
    columns: {name: expression}, in the order in which they appear.
-#}
{% macro row_as_json(columns) -%}
    {{ return(adapter.dispatch('row_as_json', 'service_control')(columns)) }}
{%- endmacro %}

{% macro default__row_as_json(columns) -%}
    cast(to_json(struct_pack(
        {%- for name, expression in columns.items() %}{{ name }} := {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
    )) as {{ dbt.type_string() }})
{%- endmacro %}

{% macro spark__row_as_json(columns) -%}
    to_json(struct(
        {%- for name, expression in columns.items() %}{{ expression }} as {{ name }}{{ ', ' if not loop.last }}{% endfor -%}
    ), map('ignoreNullFields', 'false'))
{%- endmacro %}

{% macro postgres__row_as_json(columns) -%}
    cast(json_build_object(
        {%- for name, expression in columns.items() %}'{{ name }}', {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
    ) as {{ dbt.type_string() }})
{%- endmacro %}
