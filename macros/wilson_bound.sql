{#-
    Bound of the Wilson score interval of a proportion (Wilson 1927), 0 to 1.
    share: observed proportion; n: observations (effective, may be fractional); side: 'low' or 'high'.
-#}
{% macro wilson_bound(share, n, side) -%}
{%- set z = z_975() -%}
(
    ({{ share }}) + {{ z }} * {{ z }} / (2 * ({{ n }}))
    {{ '-' if side == 'low' else '+' }} {{ z }} * sqrt(
        greatest(({{ share }}) * (1 - ({{ share }})), 0) / ({{ n }}) + {{ z }} * {{ z }} / (4 * ({{ n }}) * ({{ n }}))
    )
) / (1 + {{ z }} * {{ z }} / ({{ n }}))
{%- endmacro %}
