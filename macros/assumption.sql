{#- The value of one row of the seed `assumptions`, where every choice that a user may change is kept. -#}
{% macro assumption(assumption_code) -%}
    (select assumed.value from {{ ref('assumptions') }} as assumed where assumed.assumption_code = '{{ assumption_code }}')
{%- endmacro %}
