{#- What a part leaves of a sum. Of all of it nothing: the last digits depend on the order in which numbers were added up. -#}
{% macro left_of(whole, part) -%}
case
    when abs({{ whole }} - coalesce({{ part }}, 0)) > 1e-12 * abs({{ whole }}) then {{ whole }} - coalesce({{ part }}, 0)
    when {{ whole }} is not null then 0
end
{%- endmacro %}
