{#- What to group by for sums by scope: the whole by `keys`, and apart for each of the columns; see scope_of_grouping. -#}
{% macro grouping_by_scope(keys, columns) -%}
    grouping sets (
        ({{ keys | join(', ') }})
        {%- for column in columns %},
        ({{ keys | join(', ') }}, {{ column }})
        {%- endfor %}
    )
{%- endmacro %}
