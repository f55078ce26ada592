{#-
    Text to the type that the input contract names; null where the text is no such value.
    Integers go through double because a direct cast rounds 2.7 to 3 without a word. Numbers, dates and timestamps must
    look like one first: the cast alone takes 'inf' for a number (Spark also '5d'), '2025-03-31 or so' for a date, and
    drops the offset of '10:15:00 +0100'.
-#}
{% macro parse_value(expression, data_type) -%}
    {%- set text = 'cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if data_type == 'varchar' -%}
        {{ text }}
    {%- elif data_type == 'boolean' -%}
        {#- no lists: DuckDB makes a join of each `in` within a case, 24 of them for the contacts -#}
        case lower({{ text }})
            {%- for word in ['true', '1', 't', 'yes', 'y', 'ja', 'j'] %}
            when '{{ word }}' then true
            {%- endfor %}
            {%- for word in ['false', '0', 'f', 'no', 'n', 'nee'] %}
            when '{{ word }}' then false
            {%- endfor %}
        end
    {%- elif data_type == 'integer' -%}
        {%- set number = parse_value(expression, 'double') -%}
        {#- beyond 2^53 a double has no whole numbers of its own, and a cast would end the build -#}
        case when abs({{ number }}) <= 9007199254740992 then
            case when {{ number }} = floor({{ number }}) then cast(floor({{ number }}) as bigint) end
        end
    {%- elif data_type == 'double' -%}
        case
            when {{ matches_pattern(text, ' *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *') }}
                then {{ try_cast(expression, type_double()) }}
        end
    {%- else -%}
        {%- set clock = '[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?' if data_type == 'timestamp' else ' 00:00:00([.]0+)?' -%}
        case
            when {{ matches_pattern(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}(' ~ clock ~ ')?') }}
                then {{ try_cast(expression, data_type) }}
        end
    {%- endif -%}
{%- endmacro %}
