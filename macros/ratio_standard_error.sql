{#-
    Standard error of a ratio Σy/Σx by the delta method: the residuals y - r·x around the ratio r, linearised.
    n: observations; the other arguments are sums over them.
-#}
{% macro ratio_standard_error(n, x_sum, y_sum, x_sq_sum, y_sq_sum, xy_sum) -%}
{%- set r = '((' ~ y_sum ~ ') / nullif((' ~ x_sum ~ '), 0))' -%}
{%- set residuals = '(' ~ y_sq_sum ~ ') - 2 * ' ~ r ~ ' * (' ~ xy_sum ~ ') + ' ~ r ~ ' * ' ~ r ~ ' * (' ~ x_sq_sum ~ ')' -%}
sqrt(
    ({{ beyond_rounding(residuals, y_sq_sum) }})
    * ({{ n }}) / nullif(({{ n }}) - 1, 0)
) / nullif(abs({{ x_sum }}), 0)
{%- endmacro %}
