{#-
    Text to the type that the input contract names; null where the text is no such value.
    Integers go through double because a direct cast rounds 2.7 to 3 without a word. Numbers, dates and timestamps must
    look like one first: the cast alone takes 'inf' for a number (Spark also '5d'), '2025-03-31 or so' for a date, and
    drops the offset of '10:15:00 +0100'. What a number or a clock may be is narrower than any one engine has it, because
    they differ: '1e309' is infinite in DuckDB and an error in PostgreSQL, which alone takes '23:59:60'; DuckDB has a
    year 0; a seventh digit of a second is cut off or rounded.
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
            when {{ matches_pattern(text, ' *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})? *') }}
                and length({{ text }}) <= 100
                then {{ try_cast(expression, type_double()) }}
        end
    {%- else -%}
        {%- set day = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' -%}
        {%- set clock = '[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' if data_type == 'timestamp' else ' 00:00:00([.]0+)?' -%}
        case
            when {{ matches_pattern(text, day ~ '(' ~ clock ~ ')?') }} and {{ text }} >= '0001'
                then {{ try_cast('substring(' ~ text ~ ', 1, 26)', data_type) }}
        end
    {%- endif -%}
{%- endmacro %}
