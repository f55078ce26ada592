{#- True where a raw answer is one of the codes that the survey catalogue lists, separated by `|`. -#}
{% macro is_listed_code(raw_value, codes) -%}
    (coalesce({{ codes }}, '') <> '' and position('|' || trim({{ raw_value }}) || '|' in '|' || {{ codes }} || '|') > 0)
{%- endmacro %}
