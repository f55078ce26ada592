{#-
    Standard error of a mean from sums: sqrt(s²/n) with s² the sample variance.
    mean, mean_of_squares: (weighted) averages of y and y²; n: observations (effective, may be fractional).
-#}
{% macro mean_standard_error(mean, mean_of_squares, n) -%}
sqrt(
    ({{ beyond_rounding('(' ~ mean_of_squares ~ ') - (' ~ mean ~ ') * (' ~ mean ~ ')', mean_of_squares) }})
    / nullif(({{ n }}) - 1, 0)
)
{%- endmacro %}
