{#- True where the whole text fits a regular expression. Write digits as [0-9]: the engines differ on backslashes. -#}
{% macro matches_pattern(expression, pattern) -%}
    {{ return(adapter.dispatch('matches_pattern', 'service_control')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches_pattern(expression, pattern) -%}
    regexp_full_match({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{#- Java's $ also matches before a line break at the end. -#}
{% macro spark__matches_pattern(expression, pattern) -%}
    {{ expression }} rlike '^(?:{{ pattern }})(?!\n)$'
{%- endmacro %}

{% macro postgres__matches_pattern(expression, pattern) -%}
    {{ expression }} ~ '^(?:{{ pattern }})$'
{%- endmacro %}
