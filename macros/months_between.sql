{#- Months from the month of one date to that of another; 0 within a month. -#}
{% macro months_between(first_day, last_day) -%}
    ((extract(year from {{ last_day }}) - extract(year from {{ first_day }})) * 12
        + extract(month from {{ last_day }}) - extract(month from {{ first_day }}))
{%- endmacro %}
