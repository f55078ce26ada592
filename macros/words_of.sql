{#- The words of a text in lower case, one row for each; between words stand spaces and marks, and empty ones may come. -#}
{% macro words_of(text) -%}
    {{ return(adapter.dispatch('words_of', 'service_control')(text, '[ .,;:!?()"]+')) }}
{%- endmacro %}

{% macro default__words_of(text, separators) -%}
    unnest(regexp_split_to_array(replace(lower({{ text }}), chr(10), ' '), '{{ separators }}'))
{%- endmacro %}

{% macro spark__words_of(text, separators) -%}
    explode(split(replace(lower({{ text }}), chr(10), ' '), '{{ separators }}'))
{%- endmacro %}

{% macro postgres__words_of(text, separators) -%}
    regexp_split_to_table(replace(lower({{ text }}), chr(10), ' '), '{{ separators }}')
{%- endmacro %}
