{#-
    Text to the type that the input contract names; null where the text is no such value.
    Integers go through double because a direct cast rounds 2.7 to 3 without a word. Dates and timestamps must look like
    ISO text first: the cast alone takes '2025-03-31 or so' for a date and drops the offset of '10:15:00 +0100'.
-#}
{% macro parse_value(expression, data_type) -%}
    {%- if data_type == 'varchar' -%}
        cast({{ expression }} as {{ dbt.type_string() }})
    {%- elif data_type == 'boolean' -%}
        {#- no lists: DuckDB makes a join of each `in` within a case, 24 of them for the contacts -#}
        case lower(cast({{ expression }} as {{ dbt.type_string() }}))
            {%- for word in ['true', '1', 't', 'yes', 'y', 'ja', 'j'] %}
            when '{{ word }}' then true
            {%- endfor %}
            {%- for word in ['false', '0', 'f', 'no', 'n', 'nee'] %}
            when '{{ word }}' then false
            {%- endfor %}
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
