{#-
    Text to the type that the input contract names; null where the text is no such value.
    Integers go through double because a direct cast rounds 2.7 to 3 without a word. Dates and timestamps must look like
    ISO text first: the cast alone takes '2025-03-31 or so' for a date and drops the offset of '10:15:00 +0100'.
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
        {%- set clock = '[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?' if data_type == 'timestamp' else ' 00:00:00([.]0+)?' -%}
        case
            when {{ matches_pattern('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')', '[0-9]{4}-[0-9]{2}-[0-9]{2}(' ~ clock ~ ')?') }}
                then {{ try_cast(expression, data_type) }}
        end
    {%- endif -%}
{%- endmacro %}
