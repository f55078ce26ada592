{#-
    A whole number that is equal where all expressions are equal; unequal keys may share it. Half the memory of the keys
    themselves in a grouping. Not the same number on every engine: never store it.
-#}
{% macro key_hash(expressions) -%}
    {{ return(adapter.dispatch('key_hash', 'service_control')(expressions)) }}
{%- endmacro %}

{% macro default__key_hash(expressions) -%}
    hash({{ expressions | join(', ') }})
{%- endmacro %}

{% macro spark__key_hash(expressions) -%}
    xxhash64({{ expressions | join(', ') }})
{%- endmacro %}

{% macro postgres__key_hash(expressions) -%}
    hashtextextended(concat_ws('|', {{ expressions | join(', ') }}), 0)
{%- endmacro %}
