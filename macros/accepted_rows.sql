{#- The accepted rows of a checked table, in the columns of the model that calls it. -#}
{% macro accepted_rows(checked) %}
select
    {%- for name in model.columns %}
    {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ checked }}
where row_status = 'accepted'
{% endmacro %}
