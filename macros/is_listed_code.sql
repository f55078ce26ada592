{#- True where a raw answer is one of the codes that the survey catalogue lists, separated by `|`. -#}
{% macro is_listed_code(raw_value, codes) -%}
    {#- few items have such codes, and a case spares the others the search -#}
    coalesce(case when {{ codes }} <> '' then position('|' || trim({{ raw_value }}) || '|' in '|' || {{ codes }} || '|') > 0 end, false)
{%- endmacro %}
