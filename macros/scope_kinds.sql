{#-
    Scopes at which every metric is reported and the column that holds their key. The organisation is the whole and
    has no column. A new scope is one row here and one column on the facts.
-#}
{% macro scope_kinds() %}
    {{ return([
        {'scope_kind': 'department', 'column': 'department_id'},
        {'scope_kind': 'team', 'column': 'team_id'},
        {'scope_kind': 'segment', 'column': 'segment'},
        {'scope_kind': 'region', 'column': 'region'},
        {'scope_kind': 'channel', 'column': 'channel'},
        {'scope_kind': 'journey', 'column': 'journey'},
        {'scope_kind': 'product', 'column': 'product'},
    ]) }}
{% endmacro %}
