{#- 64-bit floating point. dbt.type_float() is 32-bit on some engines and loses cents. -#}
{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double', 'service_control')()) }}
{%- endmacro %}

{% macro default__type_double() -%}double{%- endmacro %}
{% macro postgres__type_double() -%}double precision{%- endmacro %}
