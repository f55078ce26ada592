{#- 97.5 % quantile of the standard normal distribution: all intervals are 95 %. -#}
{% macro z_975() -%}1.959963984540054{%- endmacro %}
