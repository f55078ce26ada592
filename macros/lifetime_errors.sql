{#-
    Columns with what a value moves for a standard deviation of each independent error of the model it was fitted with:
    up to four of buying and three of spending; a lifetime with a contract has two.
-#}
{% macro lifetime_errors() -%}
    {{ return(['error_1', 'error_2', 'error_3', 'error_4', 'error_5', 'error_6', 'error_7']) }}
{%- endmacro %}
