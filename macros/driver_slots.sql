{#- Places for the drivers of one survey, side by side: as many as the mean over all orders is calculated for. -#}
{% macro driver_slots() %}
    {{ return(range(1, 13) | list) }}
{% endmacro %}
