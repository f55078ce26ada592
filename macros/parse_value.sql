{#-
    Text to the type that the input contract names; null where the text is no such value.
    Integers go through double because a direct cast rounds 2.7 to 3 without a word.
-#}
{% macro parse_value(expression, data_type) -%}
    {%- if data_type == 'varchar' -%}
        cast({{ expression }} as {{ dbt.type_string() }})
    {%- elif data_type == 'boolean' -%}
        case
            when lower(cast({{ expression }} as {{ dbt.type_string() }})) in ('true', 't', '1', 'yes', 'y', 'ja', 'j') then true
            when lower(cast({{ expression }} as {{ dbt.type_string() }})) in ('false', 'f', '0', 'no', 'n', 'nee') then false
        end
    {%- elif data_type == 'integer' -%}
        case
            when {{ try_cast(expression, type_double()) }} = floor({{ try_cast(expression, type_double()) }})
                then cast({{ try_cast(expression, type_double()) }} as bigint)
        end
    {%- elif data_type == 'double' -%}
        {{ try_cast(expression, type_double()) }}
    {%- else -%}
        {{ try_cast(expression, data_type) }}
    {%- endif -%}
{%- endmacro %}
