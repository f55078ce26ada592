{#- The metrics of contacts: code, and when a contact is a success; null where it does not count. -#}
{% macro contact_metrics() %}
    {%- set metrics = [
        ('sla_met', 'is_sla_met'),
        ('reopened', 'reopen_count > 0'),
        ('handled_without_transfer', 'transfer_count = 0'),
        ('fcr_registered', 'is_resolved_first_14d'),
    ] -%}
    {%- for days in resolution_windows() -%}
        {%- do metrics.append(('forward_resolution_' ~ days ~ 'd', 'is_forward_resolved_' ~ days ~ 'd')) -%}
        {%- do metrics.append(('repeat_contact_' ~ days ~ 'd', 'is_repeated_' ~ days ~ 'd')) -%}
    {%- endfor -%}
    {{ return(metrics) }}
{% endmacro %}
