{#-
    97.5 % quantile of Student's t. `tabulated` is the value of the seed `t_quantiles`, null beyond 200 degrees of
    freedom, where the Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5) is right to 1e-12.
-#}
{% macro t_quantile(degrees_of_freedom, tabulated) -%}
{%- set z = z_975() | float -%}
{%- set df = 'nullif(' ~ degrees_of_freedom ~ ', 0)' -%}
{%- set g1 = (z ** 3 + z) / 4 -%}
{%- set g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 -%}
{%- set g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 -%}
{%- set g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160 -%}
coalesce(
    {{ tabulated }},
    {{ z }} + ({{ g1 }} + ({{ g2 }} + ({{ g3 }} + {{ g4 }} / {{ df }}) / {{ df }}) / {{ df }}) / {{ df }}
)
{%- endmacro %}
