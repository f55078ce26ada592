{#-
    The first folder of a model is its schema (staging, intermediate, marts, …) and seeds have their own, without the
    target's prefix: BI tools see `marts`, not `main_marts`.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is not none -%}
        {{ custom_schema_name | trim }}
    {%- elif node.resource_type == 'model' -%}
        {{ node.fqn[1] }}
    {%- else -%}
        {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
