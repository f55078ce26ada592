{#- Days of follow-up after a contact; the metric codes carry them in their names, so they are no assumption. -#}
{% macro resolution_windows() %}{{ return([7, 14, 30]) }}{% endmacro %}
