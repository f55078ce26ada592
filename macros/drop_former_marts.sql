{#- Drops what schema `marts` of build.duckdb holds and no model makes any more, so that it is not published. -#}
{% macro drop_former_marts() %}
    {%- if execute and target.type == 'duckdb' and target.name != 'serving' -%}
        {%- set known = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.schema == 'marts' -%}
            {%- do known.append(node.alias) -%}
        {%- endfor -%}
        {%- set found -%}
            select table_name, case table_type when 'VIEW' then 'view' else 'table' end
            from information_schema.tables
            where table_schema = 'marts' and table_catalog = current_database()
        {%- endset -%}
        {%- for table, kind in run_query(found) if table not in known -%}
            {%- do run_query('drop ' ~ kind ~ ' marts."' ~ table ~ '"') -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
