{#- The date on the organisation's own clock of a timestamp stored in UTC. -#}
{% macro local_date(timestamp_utc) -%}
    {{ return(adapter.dispatch('local_date', 'service_control')(timestamp_utc)) }}
{%- endmacro %}

{% macro default__local_date(timestamp_utc) -%}
    cast(timezone('{{ var("report_timezone") }}', timezone('UTC', {{ timestamp_utc }})) as date)
{%- endmacro %}

{% macro spark__local_date(timestamp_utc) -%}
    cast(from_utc_timestamp({{ timestamp_utc }}, '{{ var("report_timezone") }}') as date)
{%- endmacro %}
