{#-
    Sums by scope in one pass over the facts: select `scope_of_grouping(columns)` and group by `grouping_by_scope(keys,
    columns)`. columns: those of `scope_kinds()` that the facts have; keys: what the sums are kept apart by besides.
    Rows that belong to no team (or segment, …) count in the organisation only: leave out where scope_key is null.
-#}
{% macro scope_of_grouping(columns) %}
    case
        {%- for scope in scope_kinds() if scope.column in columns %}
        when grouping({{ scope.column }}) = 0 then '{{ scope.scope_kind }}'
        {%- endfor %}
        else 'organisation'
    end as scope_kind,
    case
        {%- for scope in scope_kinds() if scope.column in columns %}
        when grouping({{ scope.column }}) = 0 then {{ scope.column }}
        {%- endfor %}
        else 'all'
    end as scope_key
{%- endmacro %}
